"""Questions about a call, and their published answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.states import QuestionState
from district_portal.accounts.models import User
from district_portal.shared.search import fold, folded

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class QuestionQuerySet(models.QuerySet["Question"]):
    def published(self) -> QuestionQuerySet:
        return self.filter(state=QuestionState.ANSWERED)

    def waiting(self) -> QuestionQuerySet:
        return self.filter(state=QuestionState.ASKED)

    def matching(self, words: str, language: str) -> QuestionQuerySet:
        """Full-text search in the published texts that a reader of this language (`it`, `en`) sees, as
        `CallQuerySet.matching` does. The questions of one call are few: no index is needed."""
        italian = Q(words_it=SearchQuery(fold(words), config="italian", search_type="websearch"))
        found = self.annotate(
            words_it=SearchVector(folded("question_it"), folded("answer_it"), config="italian"),
            words_en=SearchVector(folded("question_en"), folded("answer_en"), config="english"),
        )
        if language == "it":
            return found.filter(italian)
        english = Q(words_en=SearchQuery(fold(words), config="english", search_type="websearch"))
        return found.filter(english | Q(Q(question_en="") | Q(answer_en="")) & italian)

    def visible_to(self, user: User | AnonymousUser) -> QuestionQuerySet:
        """Answered questions: everyone. Others: who asked, and those who answer for the call."""
        if not user.is_authenticated:
            return self.published()
        answerable = Call.objects.answered_by(user).values("pk")
        return self.filter(Q(state=QuestionState.ANSWERED) | Q(asked_by=user) | Q(call__in=answerable))


class Question(models.Model):
    """A question about a call. All read the answer; who asked is known to those who answer only."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="questions")
    state = models.CharField(max_length=10, choices=QuestionState, default=QuestionState.ASKED)
    text = models.TextField(_("your question"), max_length=2000)
    on_behalf = models.BooleanField(_("asked on behalf of somebody else"), default=False)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    question_it = models.TextField(_("question in Italian, as published"), max_length=2000, blank=True)
    question_en = models.TextField(_("question in English, as published"), max_length=2000, blank=True)
    answer_it = models.TextField(_("answer in Italian"), max_length=5000, blank=True)
    answer_en = models.TextField(_("answer in English"), max_length=5000, blank=True)
    reason = models.CharField(_("why it is not answered here"), max_length=500, blank=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    changes = models.PositiveIntegerField(default=0, help_text="how often those who answer have changed it")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-answered_at", "-pk"]
        indexes = [models.Index(fields=["call", "state"], name="question_of_call")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(question_it="") & ~Q(answer_it="") & Q(answered_at__isnull=False),
                name="answered_question_has_answer",
            )
        ]

    def __str__(self) -> str:
        return self.question_it or self.text

    def get_absolute_url(self) -> str:
        return reverse("calls:question", args=[self.call.slug, self.pk])

    @property
    def status(self) -> str:
        return f"question:{self.state}"


class Correction(models.Model):
    """What a published answer said before it was corrected. All can still read it."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="corrections")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("what is corrected, and why"), max_length=500)
    question_it = models.TextField(max_length=2000)
    question_en = models.TextField(max_length=2000, blank=True)
    answer_it = models.TextField(max_length=5000)
    answer_en = models.TextField(max_length=5000, blank=True)

    class Meta:
        verbose_name = _("correction of an answer")
        verbose_name_plural = _("corrections of answers")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.question}, {self.at:%Y-%m-%d}"
