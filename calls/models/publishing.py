"""How a call comes to be published, and what it said at each moment since."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.states import ApprovalState, CallState
from district_portal.accounts.models import District, User
from enterprises.models import Organisation


class Approval(models.Model):
    """A request that a second person look at a call and show it (four eyes): who asked, who answered, and what.

    `digest` is the SHA-256 of what the second person was asked to approve; a call that has changed since must be
    asked for again.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="approvals")
    target = models.CharField(max_length=20, choices=CallState, help_text="the state that it shall have")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ApprovalState, default=ApprovalState.WAITING)
    note = models.CharField(_("note"), max_length=500, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["call"], condition=Q(state="waiting"), name="one_waiting_approval"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(answered_by__isnull=False) & ~Q(answered_by=F("asked_by")),
                name="approved_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call}: {self.state}"

    @property
    def status(self) -> str:
        return f"approval:{self.state}"


class CallVersion(models.Model):
    """What a call said from `at` on, as published; never changed, never deleted.

    `content` is the snapshot (`calls.operations.versions.snapshot`), `note` says what changed and why.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    note = models.CharField(_("what changed, and why"), max_length=500, blank=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.call}, {self.number}"

    def before(self) -> CallVersion | None:
        """The version that this one followed; None of the first."""
        return CallVersion.objects.filter(call=self.call_id, number__lt=self.number).order_by("-number").first()


class SelectedActuator(models.Model):
    """An actuator (*soggetto attuatore*) that a first-tier call selected; it runs the second tier for the district."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="selected_actuators")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("actuator"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    budget = models.DecimalField(_("budget (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("selected actuator")
        verbose_name_plural = _("selected actuators")
        ordering = ["district__name_it", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "district"], name="one_actuator_per_district")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.district}"
