"""What was funded: projects, awards and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from district_portal.accounts.models import District, User
from enterprises.models import Organisation
from projects.models.networks import Network, Partner
from projects.states import FUNDABLE, ProjectState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User | AnonymousUser) -> ProjectQuerySet:
        """Funded projects are public (D.Lgs. 33/2013, art. 26)."""
        return self


class Project(models.Model):
    """A funded project. Unknown dates are NULL."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    acronym = models.CharField(_("acronym"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    aim_it = models.TextField(_("aim in Italian"), blank=True)
    aim_en = models.TextField(_("aim in English"), blank=True)
    call = models.ForeignKey(Call, models.PROTECT, related_name="projects", verbose_name=_("call"))
    district = models.ForeignKey(District, models.PROTECT, related_name="projects", verbose_name=_("district"))
    network = models.OneToOneField(
        Network,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="project",
        verbose_name=_("network"),
        limit_choices_to={"state__in": sorted(FUNDABLE)},
    )
    state = models.CharField(_("state"), max_length=10, choices=ProjectState, null=True, blank=True)
    cup = models.CharField(
        _("CUP"), max_length=15, null=True, blank=True, unique=True, help_text=_("Unique project code")
    )
    starts_on = models.DateField(_("start"), null=True, blank=True)
    ends_on = models.DateField(_("end"), null=True, blank=True)
    source_it = models.CharField(_("source in Italian"), max_length=200, blank=True)
    source_en = models.CharField(_("source in English"), max_length=200, blank=True)
    illustrative = models.BooleanField(_("illustrative"), default=False, help_text=_("Made up for the demonstration"))

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["acronym", "pk"]
        indexes = [models.Index(fields=["acronym", "id"], name="project_acronym")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="project_ends_after_start",
                violation_error_message=_("The end must not be before the start."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.acronym} – {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("projects:project_detail", args=[self.slug])

    @property
    def status(self) -> str | None:
        return f"project:{self.state}" if self.state else None


class Award(models.Model):
    """What one beneficiary of a project bears and was granted (*concessione*). Unknown amounts are NULL."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="awards")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="awards", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=10, choices=Partner.Role, default=Partner.Role.PARTNER)
    cost = models.DecimalField(_("cost (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    grant = models.DecimalField(_("grant (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    size = models.CharField(
        _("size at the award"),
        max_length=10,
        blank=True,
        choices=[("micro", _("Micro")), ("small", _("Small")), ("medium", _("Medium")), ("large", _("Large"))],
    )
    awarded_on = models.DateField(_("awarded"), null=True, blank=True)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["role", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "organisation"], name="award_once_per_organisation"),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="award_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(grant=None) | Q(grant__gte=0) & (Q(cost=None) | Q(grant__lte=models.F("cost"))),
                name="award_grant_within_cost",
                violation_error_message=_("The grant must not be higher than the cost."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.acronym}: {self.organisation}"


class Payment(models.Model):
    """Money paid to a beneficiary (*erogazione*)."""

    class Kind(models.TextChoices):
        ADVANCE = "advance", _("Advance")
        INTERIM = "interim", _("Interim payment")
        BALANCE = "balance", _("Balance")

    award = models.ForeignKey(Award, models.CASCADE, related_name="payments")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = models.DecimalField(_("amount (EUR)"), max_digits=14, decimal_places=2)
    paid_on = models.DateField(_("paid"))

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["paid_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive")]

    def __str__(self) -> str:
        return f"{self.award}: {self.amount}"
