"""Report runs: who asked for which report, and the file that a worker built."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User
from district_portal.reports.states import RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Format(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"

    @property
    def media_type(self) -> str:
        return {
            "csv": "text/csv; charset=utf-8",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }[self.value]


class ReportRunQuerySet(models.QuerySet["ReportRun"]):
    def visible_to(self, user: User | AnonymousUser) -> ReportRunQuerySet:
        """Each person sees the runs that they asked for."""
        return self.filter(requester=user.pk) if user.is_authenticated else self.none()

    def unfinished(self) -> ReportRunQuerySet:
        return self.filter(state__in=[RunState.WAITING, RunState.BUILDING])

    def due(self) -> ReportRunQuerySet:
        """What a worker may take up: waiting, or left behind by a worker whose lease has run out."""
        return self.filter(Q(state=RunState.WAITING) | Q(state=RunState.BUILDING, lease_until__lt=Now()))

    def attempt(self, run: ReportRun) -> ReportRunQuerySet:
        """The run, if `run` is still the attempt that builds it: fences a worker that was slow or presumed dead."""
        return self.filter(pk=run.pk, state=RunState.BUILDING, attempts=run.attempts)


class ReportRun(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.CharField(max_length=40)
    format = models.CharField(max_length=5, choices=Format)
    dialect = models.CharField(max_length=2, blank=True, help_text="of CSV: empty (comma, ISO dates) or it")
    filters = models.JSONField(default=dict)
    language = models.CharField(max_length=2, default="it")
    requester = models.ForeignKey(User, models.CASCADE, related_name="report_runs")
    requested_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveBigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("report run")
        verbose_name_plural = _("report runs")
        ordering = ["-requested_at"]
        indexes = [
            models.Index(
                fields=["requested_at"], name="report_waiting", condition=Q(state__in=["waiting", "building"])
            ),
            models.Index(fields=["requester", "-requested_at", "-uuid"], name="report_newest"),
        ]
        constraints = [
            # The same request twice while the first still waits is one run.
            models.UniqueConstraint(
                fields=["requester", "report", "format", "dialect", "filters", "language"],
                name="one_waiting_run",
                condition=Q(state__in=["waiting", "building"]),
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(file="") & ~Q(sha256="") & Q(size__isnull=False),
                name="ready_run_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}.{self.format}"

    def get_absolute_url(self) -> str:
        return reverse("reports:detail", args=[self.pk])

    @property
    def status(self) -> str:
        return f"run:{self.state}"

    @property
    def unfinished(self) -> bool:
        return self.state in (RunState.WAITING, RunState.BUILDING)

    @property
    def kept_until(self) -> datetime | None:
        """When the file of a ready run is removed."""
        return self.finished_at + timedelta(days=settings.REPORTS_KEPT_DAYS) if self.finished_at else None

    @property
    def path(self) -> Path:
        """Where the file of a ready run is. A half file is never there: it gets this name when it is whole."""
        return Path(settings.MEDIA_ROOT) / self.file

    @property
    def downloadable(self) -> bool:
        """Ready, and still kept."""
        return self.state == RunState.READY and self.kept_until is not None and timezone.now() < self.kept_until

    @property
    def filename(self) -> str:
        return f"{self.report}-{timezone.localtime(self.requested_at):%Y-%m-%d}.{self.format}"
