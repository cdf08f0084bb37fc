"""What a project costs, cell by cell, and the aid that an organisation had before. All amounts are EUR, in cents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.rules.aid import Activity
from calls.rules.words import CostCategory
from district_portal.accounts.models import User
from enterprises.models import Organisation
from projects.models.networks import Network, Partner
from projects.models.planning import WorkPackage


class BudgetLine(models.Model):
    """One cell: partner × cost category × work package × research type. No row: nothing."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="budget_lines")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="budget_lines")
    work_package = models.ForeignKey(WorkPackage, models.CASCADE, related_name="budget_lines")
    category = models.CharField(_("cost category"), max_length=20, choices=CostCategory)
    activity = models.CharField(_("research type"), max_length=30, choices=Activity)
    amount = models.DecimalField(_("amount (EUR)"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        ordering = ["partner", "work_package__number", "category", "activity"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "work_package", "category", "activity"], name="cell_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="cell_positive"),
        ]
        indexes = [models.Index(fields=["network"], name="budget_of_network")]

    def __str__(self) -> str:
        return f"{self.partner}: {self.amount}"


class DeMinimisAid(models.Model):
    """De minimis aid that an organisation declares to have been granted elsewhere (Regulation 2023/2831, art. 3).

    `granted_on` is the day of the legal right, not of the payment. Awards of this portal are counted by themselves.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="de_minimis")
    granted_on = models.DateField(_("granted on"))
    amount = models.DecimalField(_("amount (EUR)"), max_digits=14, decimal_places=2)
    authority = models.CharField(_("granted by"), max_length=200)
    declared_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("de minimis aid")
        verbose_name_plural = _("de minimis aid")
        ordering = ["-granted_on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="de_minimis_positive")]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.amount}"


class DeMinimisStatement(models.Model):
    """That an organisation has declared all its de minimis aid, or that it had none: without it nothing is known."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="de_minimis_statement")
    stated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    stated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("de minimis statement")
        verbose_name_plural = _("de minimis statements")

    def __str__(self) -> str:
        return str(self.organisation)
