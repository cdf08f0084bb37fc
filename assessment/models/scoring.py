"""Evaluators, their assignments and scores, and what the panel agreed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessment.models.assessing import Assessment
from assessment.states import AssessmentState, Conflict
from calls.models import Call
from district_portal.accounts.models import User
from enterprises.models import Concept

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class EvaluatorProfile(models.Model):
    """What an evaluator knows, and how many proposals they can take on at once."""

    user = models.OneToOneField(User, models.CASCADE, related_name="evaluator_profile")
    expertise = models.ManyToManyField(
        Concept,
        blank=True,
        related_name="+",
        verbose_name=_("expertise"),
        limit_choices_to={"scheme": Concept.Scheme.COMPETENCE},
    )
    capacity = models.PositiveSmallIntegerField(_("proposals at once, at most"), default=20)

    class Meta:
        verbose_name = _("evaluator")
        verbose_name_plural = _("evaluators")

    def __str__(self) -> str:
        return str(self.user)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def standing(self) -> AssignmentQuerySet:
        """Neither taken back nor ended by a conflict."""
        return self.filter(Q(declared=None) | Q(declared=Conflict.NONE), revoked_at=None)

    def of(self, user: User | AnonymousUser) -> AssignmentQuerySet:
        """The person's own, also those that have ended."""
        return self.filter(evaluator=user.pk) if user.is_authenticated else self.none()

    def waiting(self) -> AssignmentQuerySet:
        """Standing and not handed in, of proposals that are in evaluation: what makes the load of an evaluator."""
        return self.standing().filter(submitted_at=None, assessment__state=AssessmentState.ADMITTED)


class Assignment(models.Model):
    """One evaluator for one proposal. `number` is the name under which others see the scores ("Evaluator 2")."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="assignments")
    evaluator = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    number = models.PositiveSmallIntegerField()
    assigned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("scores by"), null=True, blank=True)
    declared = models.CharField(max_length=10, choices=Conflict, null=True)
    declared_at = models.DateTimeField(null=True)
    conflict_note = models.CharField(_("what the conflict is"), max_length=500, blank=True)
    submitted_at = models.DateTimeField(null=True, help_text="when the scores were handed in; they stay as they are")
    revoked_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "evaluator"], name="evaluator_once"),
            models.UniqueConstraint(fields=["assessment", "number"], name="evaluator_number_once"),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(declared=Conflict.NONE), name="scored_only_without_conflict"
            ),
            models.CheckConstraint(
                condition=Q(declared=None, declared_at=None) | Q(declared__isnull=False, declared_at__isnull=False),
                name="declared_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.evaluator}"

    @property
    def stands(self) -> bool:
        return self.revoked_at is None and self.declared != Conflict.CONFLICT

    @property
    def status(self) -> str:
        """What waits, or how it ended."""
        if self.revoked_at is not None:
            return "assignment:revoked"
        if self.submitted_at is not None:
            return "assignment:handed_in"
        return f"assignment:{self.declared or 'undeclared'}"


class Score(models.Model):
    """Points of one evaluator for one criterion: from 0 to the criterion's weight, with the reason."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=120, help_text="code in the call's criteria")
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True)
    reason = models.TextField(_("reason"), max_length=3000, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(points=None) | Q(points__range=(0, 100)), name="score_range"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.criterion}"


class PanelMeeting(models.Model):
    """A meeting of the evaluation committee (*nucleo di valutazione*) on the proposals of a call."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="panels")
    held_on = models.DateField(_("day"))
    chair = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("chair"))
    members = models.ManyToManyField(User, related_name="+", verbose_name=_("present"))
    minutes = models.TextField(_("minutes"), max_length=10000, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("panel meeting")
        verbose_name_plural = _("panel meetings")
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.call}, {self.held_on}"


class ConsensusScore(models.Model):
    """What the panel agreed on for one criterion; counts in the ranking."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="consensus")
    meeting = models.ForeignKey(PanelMeeting, models.PROTECT, related_name="scores")
    criterion = models.CharField(max_length=120)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)
    reason = models.TextField(_("reason"), max_length=3000, blank=True)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("consensus score")
        verbose_name_plural = _("consensus scores")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="consensus_once"),
            models.CheckConstraint(condition=Q(points__range=(0, 100)), name="consensus_range"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.criterion}"
