"""Rankings (*graduatorie*): positions, outcomes, the budget line, and what is published."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessment.models.assessing import Assessment
from assessment.states import AssessmentState, RankingState
from calls.models import Call
from district_portal.accounts.models import User


class RankingQuerySet(models.QuerySet["Ranking"]):
    def public(self) -> RankingQuerySet:
        """What everyone may read (D.Lgs. 33/2013, art. 26): the published one and those that it replaced."""
        return self.filter(state__in=[RankingState.PUBLISHED, RankingState.SUPERSEDED])


class Ranking(models.Model):
    """One ranking of a call, with the list of exclusions. Published by another person than the one who made it.

    `inputs` holds all that it was computed from (scores, priorities, moments, budget) and `digest` its SHA-256, so
    that it can be computed again and compared.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="rankings")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=RankingState, default=RankingState.DRAFT)
    budget = models.DecimalField(_("budget (EUR)"), max_digits=14, decimal_places=2)
    inputs = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(_("note"), max_length=500, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    objects = RankingQuerySet.as_manager()

    class Meta:
        verbose_name = _("ranking")
        verbose_name_plural = _("rankings")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="ranking_number_once"),
            models.UniqueConstraint(fields=["call"], condition=Q(state="draft"), name="one_draft_ranking"),
            models.UniqueConstraint(fields=["call"], condition=Q(state="published"), name="one_published_ranking"),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("made_by")),
                name="ranking_published_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call}, {self.number}"

    @property
    def status(self) -> str:
        return f"ranking:{self.state}"

    @property
    def later(self) -> bool:
        """Whether it is about later funding (*scorrimento*): numbers of discarded drafts are not used again."""
        return bool(self.inputs.get("previous"))


class RankingLine(models.Model):
    """One proposal in a ranking; without a position: in the list of exclusions."""

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="lines")
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="ranking_lines")
    position = models.PositiveIntegerField(null=True)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    outcome = models.CharField(max_length=20, choices=AssessmentState)
    grant = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    cumulative = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, help_text="EUR, of the grants down to this line"
    )
    explanation = models.JSONField(default=dict, help_text="how a tie was broken, or why it is excluded")

    class Meta:
        verbose_name = _("line of a ranking")
        verbose_name_plural = _("lines of rankings")
        ordering = [F("position").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ranking", "assessment"], name="ranked_once"),
            models.UniqueConstraint(fields=["ranking", "position"], name="position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ranking}: {self.position}"

    @property
    def status(self) -> str:
        return f"assessment:{self.outcome}"


class Waiver(models.Model):
    """That a funded network gives its funding back (*rinuncia*): the money goes down the ranking."""

    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="waiver")
    reason = models.CharField(_("reason"), max_length=500)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")

    def __str__(self) -> str:
        return str(self.assessment)
