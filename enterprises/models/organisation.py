"""The organisation and its declared size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import District, Role, User
from district_portal.shared.search import fold, folded
from enterprises.models.membership import Membership
from enterprises.models.vocabulary import Concept, Municipality

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class OrganisationKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    UNIVERSITY = "university", _("University")
    LABORATORY = "laboratory", _("Research laboratory")
    TECHNOLOGY_TRANSFER_CENTRE = "technology_transfer_centre", _("Technology transfer centre")
    ASSOCIATION = "association", _("Trade association")
    AUTHORITY = "authority", _("Public authority")


def _prefixes(text: str) -> str:
    """The text as a full-text query for rows that hold each of its words, or a word that starts with it."""
    return " & ".join(f"{word}:*" for word in re.findall(r"[^\W_]+", fold(text)))


def looked_after_by(user: User, path: str = "") -> Q:
    """Organisations, reached by `path`, of the districts that the person facilitates or oversees as regional staff."""
    found = Q(pk__in=[])
    for appointment in user.current_appointments:
        if appointment.role not in (Role.FACILITATOR, Role.REGIONAL_STAFF):
            continue
        if appointment.district_id:
            found |= Q(**{f"{path}district": appointment.district_id})
        else:
            found |= Q(**{f"{path}district__region": appointment.region_id})
    return found


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: User | AnonymousUser) -> OrganisationQuerySet:
        """Listed organisations: everyone. Unlisted ones: their members, and those who look after their district.

        How far the reader sees into an organisation is decided by its competences' levels.
        """
        if not user.is_authenticated:
            return self.filter(listed=True)
        if user.is_staff:
            return self
        return self.filter(Q(listed=True) | self._of_member(user) | looked_after_by(user))

    def acted_for_by(self, user: User | AnonymousUser) -> OrganisationQuerySet:
        """Organisations in whose name the person may act (owner or editor, today)."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=Membership.objects.current().acting().filter(user=user).values("organisation"))

    def of_member(self, user: User | AnonymousUser) -> OrganisationQuerySet:
        """Organisations of which the person is a member today, in whichever role."""
        return self.filter(self._of_member(user)) if user.is_authenticated else self.none()

    def looked_after_by(self, user: User | AnonymousUser) -> OrganisationQuerySet:
        """Organisations of the districts that the person facilitates, or oversees as regional staff."""
        return self.filter(looked_after_by(user)) if user.is_authenticated else self.none()

    def matching(self, text: str) -> OrganisationQuerySet:
        """Organisations whose name or description, in either language, has all words; a beginning is enough."""
        return self.filter(self.words(text))

    @staticmethod
    def words(text: str) -> Q:
        """The condition of `matching`."""
        words = _prefixes(text)
        if not words:
            return Q(pk__in=[])
        return Q(search_it=SearchQuery(words, config="italian", search_type="raw")) | Q(
            search_en=SearchQuery(words, config="english", search_type="raw")
        )

    @staticmethod
    def _of_member(user: User) -> Q:
        mine = Membership.objects.current().filter(user=user, organisation=OuterRef("pk"))
        return Q(Exists(mine))


class Organisation(models.Model):
    """An enterprise, university, laboratory, centre, association or authority."""

    kind = models.CharField(_("kind"), max_length=30, choices=OrganisationKind, default=OrganisationKind.ENTERPRISE)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    vat_number = models.CharField(
        _("VAT number"),
        max_length=14,
        null=True,
        blank=True,
        unique=True,
        help_text=_("With the country, such as IT01234560363"),
    )
    ateco = models.ForeignKey(
        Concept,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("activity (ATECO 2025)"),
        limit_choices_to={"scheme": Concept.Scheme.ATECO},
    )
    municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("municipality"),
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name=_("district")
    )
    group = models.CharField(
        _("group of enterprises"),
        max_length=200,
        blank=True,
        help_text=_("Who controls you, if anyone does. Enterprises of the same group are not independent"),
    )
    website = models.URLField(_("website"), blank=True)
    description_it = models.TextField(_("description in Italian"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    listed = models.BooleanField(_("listed in the directory"), default=True)
    illustrative = models.BooleanField(_("illustrative"), default=False, help_text=_("Made up for the demonstration"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_it = models.GeneratedField(
        expression=SearchVector(folded("name"), folded("description_it"), config="italian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    search_en = models.GeneratedField(
        expression=SearchVector(folded("name"), folded("description_en"), config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["name", "id"], name="organisation_name"),
            models.Index(fields=["kind", "name", "id"], name="organisation_kind"),
            models.Index(fields=["district", "name", "id"], name="organisation_district"),
            models.Index(fields=["district"], name="organisation_unlisted", condition=Q(listed=False)),
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
