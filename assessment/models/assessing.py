"""One proposal on its way through the selection, and the journal of its decisions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessment.states import REJECTIONS, AssessmentState
from calls.models import Call
from district_portal.accounts.models import User
from projects.models import IntegrationRound, Network, Partner, Submission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User | AnonymousUser) -> AssessmentQuerySet:
        """Whoever prepares the call: the Region's staff, the actuator of a second-tier call, administrators.

        Evaluators come by their assignments, members by their network."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(network__call__in=Call.objects.prepared_by(user).values("pk"))

    def with_progress(self) -> AssessmentQuerySet:
        """What lists show: network, lead, checks and scores that are done, and when the clock stood still.

        Sorts by `score_key` (proposals without points last)."""
        own = self.model.objects.filter(pk=OuterRef("pk")).order_by()
        standing = Q(assignments__revoked_at=None) & (Q(assignments__declared=None) | Q(assignments__declared="none"))
        leads = Partner.objects.filter(network=OuterRef("network"), role=Partner.Role.LEAD)
        rounds = IntegrationRound.objects.filter(submission__network=OuterRef("network")).order_by("pk")
        rows = self.select_related("network", "network__district")
        # The plugin of django-stubs would rather declare the annotations here than find them in the model.
        return rows.annotate(  # type: ignore[no-redef]
            lead_name=Subquery(leads.values("organisation__name")[:1]),
            checks_done=_counted(own, Count("checks")),
            evaluators_standing=_counted(own, Count("assignments", filter=standing)),
            evaluators_done=_counted(
                own, Count("assignments", filter=standing & Q(assignments__submitted_at__isnull=False))
            ),
            paused_at=Subquery(rounds.values("asked_at")[:1]),
            resumed_at=Subquery(rounds.values(ended=Coalesce("answered_at", "closed_at"))[:1]),
            score_key=Coalesce("score", Value(-1), output_field=models.DecimalField(max_digits=6, decimal_places=2)),
        )


def _counted(own: models.QuerySet[Assessment], count: Count) -> Coalesce:
    return Coalesce(Subquery(own.values("pk").annotate(n=count).values("n")), 0)


class Assessment(models.Model):
    """The selection of one network's proposal: made when it is sent, about the submission that counts."""

    network = models.OneToOneField(Network, models.PROTECT, related_name="assessment")
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="assessments")
    state = models.CharField(max_length=20, choices=AssessmentState, default=AssessmentState.RECEIVED)
    received_at = models.DateTimeField(help_text="of the first submission that counts: what ties are broken by")
    grant = models.DecimalField(_("grant asked (EUR)"), max_digits=14, decimal_places=2, null=True)
    cost = models.DecimalField(_("cost (EUR)"), max_digits=14, decimal_places=2, null=True)
    score = models.DecimalField(_("points"), max_digits=6, decimal_places=2, null=True)
    priorities = models.JSONField(default=dict, help_text="values by which ties are broken, by the call's criteria")

    objects = AssessmentQuerySet.as_manager()

    # Set on rows that came `with_progress`.
    lead_name: str | None
    checks_done: int
    evaluators_standing: int
    evaluators_done: int
    paused_at: datetime | None
    resumed_at: datetime | None

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["received_at", "pk"]
        indexes = [models.Index(fields=["state", "received_at"], name="assessment_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(0, 100)), name="assessment_score_range")
        ]

    def __str__(self) -> str:
        return str(self.network)

    @property
    def status(self) -> str:
        return f"assessment:{self.state}"

    def age_at(self, moment: datetime, closed_at: datetime | None) -> int:
        """Whole days since it arrived or the call closed, whichever is later; while the network completes it
        (integration), the clock stands still. Of rows that came `with_progress`."""
        began = max(self.received_at, closed_at) if closed_at else self.received_at
        age = moment - began
        if self.paused_at:
            age -= (self.resumed_at or moment) - max(self.paused_at, began)
        return max(age.days, 0)


class JournalEntry(models.Model):
    """One entry of the decision journal of a call's selection: from these alone everything can be done again.

    Append-only: triggers refuse UPDATE and DELETE. `kind` names what was done (`assign`, `declare`, `score`, `check`,
    `move` …), `data` holds what it was done with, as JSON knows it.
    """

    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="journal")
    assessment = models.ForeignKey(Assessment, models.PROTECT, null=True, related_name="journal")
    kind = models.CharField(max_length=30)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind}, {self.at:%Y-%m-%d}"


class AdmissibilityCheck(models.Model):
    """One line of the formal or substantive checklist, with what was found and by whom."""

    class Stage(models.TextChoices):
        FORMAL = "formal", _("Formal")
        SUBSTANTIVE = "substantive", _("Substantive")

    class Finding(models.TextChoices):
        MET = "met", _("Met")
        CURABLE = "curable", _("Not met, can be cured")
        NOT_MET = "not_met", _("Not met")

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="checks")
    stage = models.CharField(max_length=12, choices=Stage)
    code = models.CharField(max_length=80)
    finding = models.CharField(max_length=10, choices=Finding)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("admissibility check")
        verbose_name_plural = _("admissibility checks")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "stage", "code"], name="check_once"),
            models.CheckConstraint(condition=Q(finding="met") | ~Q(note=""), name="finding_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.code}"


class AnnouncedRejection(models.Model):
    """*Preavviso di rigetto*: a rejection that is announced with time to answer, before it is decided."""

    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="announced")
    target = models.CharField(max_length=20, choices=[(state.value, state.label) for state in sorted(REJECTIONS)])
    reason = models.TextField(_("reason"), max_length=3000)
    announced_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(_("answer by"))
    answer = models.TextField(_("answer"), max_length=5000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("announced rejection")
        verbose_name_plural = _("announced rejections")
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("announced_at")), name="announced_rejection_has_time")
        ]

    def __str__(self) -> str:
        return str(self.assessment)
