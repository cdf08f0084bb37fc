"""What a network plans: competences that are needed and covered, work packages, risks, expected indicators."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.models.networks import Network, Partner


class Need(models.Model):
    """A competence that the project needs: a row of the coverage matrix. By `concept` where the vocabulary has it."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="needs")
    concept = models.ForeignKey(
        "enterprises.Concept", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("competence")
    )
    name = models.CharField(_("in your own words"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("competence needed")
        verbose_name_plural = _("competences needed")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["network", "concept"], name="need_once"),
            models.CheckConstraint(condition=Q(concept__isnull=False) | ~Q(name=""), name="need_is_named"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.concept)


class Cover(models.Model):
    """What a partner does for a competence that is needed; no row: it is not involved."""

    class Level(models.TextChoices):
        LEADS = "leads", _("Leads")
        CONTRIBUTES = "contributes", _("Contributes")

    need = models.ForeignKey(Need, models.CASCADE, related_name="covers")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="covers")
    level = models.CharField(max_length=12, choices=Level)

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverage")
        constraints = [models.UniqueConstraint(fields=["need", "partner"], name="cover_once")]

    def __str__(self) -> str:
        return f"{self.need}: {self.partner}"


class WorkPackage(models.Model):
    """A part of the work plan (*WP*). Months count from 1, the first month of the project."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="work_packages")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=150)
    aim = models.TextField(_("aim and tasks"), max_length=3000, blank=True)
    lead = models.ForeignKey(
        Partner, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("led by")
    )
    starts_month = models.PositiveSmallIntegerField(_("first month"))
    ends_month = models.PositiveSmallIntegerField(_("last month"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("work package")
        verbose_name_plural = _("work packages")
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "number"], name="work_package_number_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=Q(starts_month__gte=1, ends_month__gte=F("starts_month")),
                name="work_package_ends_after_start",
                violation_error_message=_("The last month must not be before the first one."),
            ),
        ]

    def __str__(self) -> str:
        return f"WP{self.number} {self.title}"


class Milestone(models.Model):
    work_package = models.ForeignKey(WorkPackage, models.CASCADE, related_name="milestones")
    title = models.CharField(_("title"), max_length=150)
    month = models.PositiveSmallIntegerField(_("month"))

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["month", "pk"]

    def __str__(self) -> str:
        return self.title


class Deliverable(models.Model):
    work_package = models.ForeignKey(WorkPackage, models.CASCADE, related_name="deliverables")
    title = models.CharField(_("title"), max_length=150)
    description = models.CharField(_("description"), max_length=500, blank=True)
    month = models.PositiveSmallIntegerField(_("month"))
    responsible = models.ForeignKey(
        Partner, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("responsible partner")
    )

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
        ordering = ["month", "pk"]

    def __str__(self) -> str:
        return self.title


class Risk(models.Model):
    class Weight(models.IntegerChoices):
        LOW = 1, _("Low")
        MEDIUM = 2, _("Medium")
        HIGH = 3, _("High")

    network = models.ForeignKey(Network, models.CASCADE, related_name="risks")
    title = models.CharField(_("what may happen"), max_length=200)
    likelihood = models.PositiveSmallIntegerField(_("how likely"), choices=Weight)
    impact = models.PositiveSmallIntegerField(_("how bad"), choices=Weight)
    response = models.CharField(_("what you do about it"), max_length=500)
    owner = models.ForeignKey(
        Partner, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who watches it")
    )

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class ExpectedIndicator(models.Model):
    """What the project is expected to reach, by a common indicator of the ERDF or one of the network's own."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="indicators")
    code = models.CharField(_("indicator"), max_length=10, blank=True, help_text="of the ERDF, such as RCO10")
    name = models.CharField(_("name"), max_length=200, blank=True, help_text="of an indicator without a code")
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(_("now"), max_digits=14, decimal_places=2, null=True, blank=True)
    target = models.DecimalField(_("expected"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("expected indicator")
        verbose_name_plural = _("expected indicators")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(code="", name=""), name="indicator_is_named")]

    def __str__(self) -> str:
        return self.code or self.name
