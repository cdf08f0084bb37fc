"""Organisations: what they are, where, who acts for them, what they offer and seek."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import District, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Municipality(models.Model):
    """A municipality of ISTAT's list, with the point that places its organisations on a map."""

    istat = models.CharField(_("ISTAT code"), max_length=6, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    province = models.CharField(_("province"), max_length=2)
    nuts = models.CharField(_("NUTS code"), max_length=5, blank=True)
    latitude = models.DecimalField(max_digits=7, decimal_places=4)
    longitude = models.DecimalField(max_digits=7, decimal_places=4)

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.province})"


class Concept(models.Model):
    """A term of a controlled vocabulary, such as a class of ATECO 2025 or a competence of the biomedical list."""

    class Scheme(models.TextChoices):
        ATECO = "ateco", "ATECO"
        COMPETENCE = "competence", _("Competences of the portal")

    scheme = models.CharField(_("scheme"), max_length=20, choices=Scheme)
    version = models.CharField(_("version"), max_length=20)
    code = models.CharField(_("code"), max_length=40)
    name_it = models.CharField(_("name in Italian"), max_length=300)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("concepts")
        ordering = ["scheme", "code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "version", "code"], name="concept_key_unique")]

    def __str__(self) -> str:
        return self.name_it

    @property
    def key(self) -> str:
        return f"{self.scheme}:{self.version}:{self.code}"


class OrganisationKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    UNIVERSITY = "university", _("University")
    LABORATORY = "laboratory", _("Research laboratory")
    TECHNOLOGY_TRANSFER_CENTRE = "technology_transfer_centre", _("Technology transfer centre")
    ASSOCIATION = "association", _("Trade association")
    AUTHORITY = "authority", _("Public authority")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: User | AnonymousUser) -> OrganisationQuerySet:
        """The directory is public; what each reader sees *of* an organisation is decided by its competences' levels."""
        return self.filter(listed=True) if not user.is_authenticated else self.filter(
            Q(listed=True) | Q(pk__in=Membership.objects.current().filter(user=user).values("organisation"))
        )

    def acted_for_by(self, user: User | AnonymousUser) -> OrganisationQuerySet:
        """Organisations in whose name the person may act (owner or editor, today)."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            pk__in=Membership.objects.current().filter(user=user, role__in=MembershipRole.acting()).values("organisation")
        )


class Organisation(models.Model):
    """An enterprise, university, laboratory, centre, association or authority."""

    kind = models.CharField(_("kind"), max_length=30, choices=OrganisationKind, default=OrganisationKind.ENTERPRISE)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    vat_number = models.CharField(
        _("VAT number"), max_length=14, null=True, blank=True, unique=True, help_text=_("With the country, such as IT01234567897")
    )
    ateco = models.ForeignKey(
        Concept, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("activity (ATECO 2025)"),
        limit_choices_to={"scheme": Concept.Scheme.ATECO},
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name=_("municipality")
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name=_("district")
    )
    website = models.URLField(_("website"), blank=True)
    description_it = models.TextField(_("description in Italian"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    listed = models.BooleanField(_("listed in the directory"), default=True)
    illustrative = models.BooleanField(_("illustrative"), default=False, help_text=_("Made up for the demonstration"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_it = models.GeneratedField(
        expression=SearchVector("name", "description_it", config="italian"), output_field=SearchVectorField(), db_persist=True
    )
    search_en = models.GeneratedField(
        expression=SearchVector("name", "description_en", config="english"), output_field=SearchVectorField(), db_persist=True
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["name", "id"], name="organisation_name"),
            GinIndex(fields=["search_it"], name="organisation_search_it"),
            GinIndex(fields=["search_en"], name="organisation_search_en"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("enterprises:detail", args=[self.slug])

    @property
    def nuts(self) -> str:
        return self.municipality.nuts if self.municipality else ""


class EnterpriseSize(models.TextChoices):
    """Recommendation 2003/361/EC."""

    MICRO = "micro", _("Micro")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    LARGE = "large", _("Large")


class SizeDeclaration(models.Model):
    """What an enterprise declared of its size for a reference year: a size is never a bare flag."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="size_declarations")
    year = models.PositiveSmallIntegerField(_("reference year"))
    size = models.CharField(_("size"), max_length=10, choices=EnterpriseSize)
    declared_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    declared_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("size declaration")
        verbose_name_plural = _("size declarations")
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["organisation", "year"], name="size_declared_once_a_year")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.year}: {self.get_size_display()}"


class MembershipRole(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")

    @classmethod
    def acting(cls) -> list[str]:
        """Roles that may act in the organisation's name."""
        return [cls.OWNER, cls.EDITOR]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, on: date | None = None) -> MembershipQuerySet:
        day = on or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)

    def owners(self) -> MembershipQuerySet:
        return self.filter(role=MembershipRole.OWNER)


class Membership(models.Model):
    """A person's delegation to act for (or look into) an organisation, from–to."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=MembershipRole)
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user}, {self.organisation}"


class MembershipInvitation(models.Model):
    """An invitation by e-mail to become a member; the secret address in the mail accepts it."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email"))
    role = models.CharField(_("role"), max_length=10, choices=MembershipRole, default=MembershipRole.EDITOR)
    language = models.CharField(max_length=2, default="it")
    token = models.CharField(max_length=43, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "organisation", models.functions.Lower("email"), name="one_open_invitation",
                condition=Q(accepted_at=None, revoked_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.email}"


class Competence(models.Model):
    """What an organisation offers or seeks, and how far it lets others see it."""

    class Direction(models.TextChoices):
        OFFERS = "offers", _("Offers")
        SEEKS = "seeks", _("Seeks")

    class Level(models.IntegerChoices):
        """Disclosure: who may read it together with the organisation's name."""

        ANONYMOUS = 0, _("Public, without our name")
        PUBLIC = 1, _("Public, with our name")
        DISTRICT = 2, _("Signed-in organisations of the district")
        CONSENT = 3, _("Only after we agree to an introduction")
        NETWORK = 4, _("Only members of a common network")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="competences")
    concept = models.ForeignKey(
        Concept, models.PROTECT, related_name="competences", verbose_name=_("competence"),
        limit_choices_to={"scheme": Concept.Scheme.COMPETENCE},
    )
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    level = models.PositiveSmallIntegerField(_("who may see it"), choices=Level)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("competence")
        verbose_name_plural = _("competences")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "concept", "direction"], name="competence_unique"),
            models.CheckConstraint(condition=Q(level__range=(0, 4)), name="competence_level_range"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.concept}"
