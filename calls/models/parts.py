"""What belongs to a call: the history of its deadlines, steps, documents, published figures."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.states import CallState
from calls.uploads import check_document
from district_portal.accounts.models import User


class CallDeadline(models.Model):
    """One entry of the history of a call's deadlines: what was moved, to when, why, by whom."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="deadlines")
    closes_at = models.DateTimeField(_("deadline"))
    has_time = models.BooleanField(_("hour is known"), default=True)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    set_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.call}: {self.closes_at:%Y-%m-%d}"


class CallDecision(models.Model):
    """One entry of a call's journal: who moved it, when, from where to where, and why. Never changed, never deleted."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="decisions")
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("moment"), default=timezone.now)
    from_state = models.CharField(_("from"), max_length=20, choices=CallState)
    to_state = models.CharField(_("to"), max_length=20, choices=CallState)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.call}: {self.from_state} → {self.to_state}"


class CallMilestone(models.Model):
    """A step of a call's timeline, beside opening and deadline: info day, assessment, ranking."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="milestones")
    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("timeline")
        ordering = ["starts_on", "pk"]

    def __str__(self) -> str:
        return self.name_it


def document_path(document: CallDocument, filename: str) -> str:
    """A random name, so that nobody guesses where a document of a draft lies; the ending stays."""
    return f"calls/{document.call_id}/{uuid.uuid4().hex}{Path(filename).suffix.lower()}"


class CallDocumentQuerySet(models.QuerySet["CallDocument"]):
    def current(self) -> CallDocumentQuerySet:
        """Neither replaced by a newer one nor withdrawn."""
        return self.filter(replaced_by=None, withdrawn_at=None)


class CallDocument(models.Model):
    """A document of a call, with the hash of what was published.

    What everyone could read stays: a corrected document is a new row, to which the old one points; one that no longer
    holds is withdrawn.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="documents")
    title_it = models.CharField(_("title in Italian"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    file = models.FileField(_("file"), upload_to=document_path, validators=[check_document])
    language = models.CharField(
        _("language"), max_length=2, choices=[("it", _("Italian")), ("en", _("English"))], default="it"
    )
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    published_on = models.DateField(_("published"), default=timezone.localdate)
    replaced_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, editable=False, related_name="replaces", verbose_name=_("replaced by")
    )
    note = models.CharField(
        max_length=500, blank=True, editable=False, help_text="why it replaces the one before, or why it is withdrawn"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = CallDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["published_on", "pk"]

    def __str__(self) -> str:
        return self.title_it

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Size in bytes and hash follow from the content, each time that it is saved."""
        self.sha256, self.size = self.measured(self.file)
        super().save(*args, **kwargs)

    @staticmethod
    def measured(file: File[Any]) -> tuple[str, int]:
        """SHA-256 and size in bytes of the content of a file."""
        content = hashlib.sha256()
        for chunk in file.chunks():
            content.update(chunk)
        return content.hexdigest(), file.size

    @property
    def extension(self) -> str:
        return Path(self.file.name or "").suffix.removeprefix(".")


class Figure(models.Model):
    """A published figure. It is shown with scope, source and as-of date, never mixed with what the portal computes."""

    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=3, blank=True, choices=[("EUR", "EUR")])
    scope_it = models.CharField(_("scope in Italian"), max_length=200)
    scope_en = models.CharField(_("scope in English"), max_length=200)
    source_it = models.CharField(_("source in Italian"), max_length=200)
    source_en = models.CharField(_("source in English"), max_length=200)
    as_of = models.PositiveSmallIntegerField(_("as of (year)"))

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name_it}: {self.value}"


class CallFigure(Figure):
    call = models.ForeignKey(Call, models.CASCADE, related_name="figures")

    class Meta(Figure.Meta):
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
