"""Report runs: who asked for which report, and the file that a worker built."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
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


class ReportRunQuerySet(models.QuerySet["ReportRun"]):
    def visible_to(self, user: User | AnonymousUser) -> ReportRunQuerySet:
        """Each person sees the runs that they asked for."""
        return self.filter(requester=user.pk) if user.is_authenticated else self.none()


class ReportRun(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.CharField(max_length=40)
    format = models.CharField(max_length=5, choices=Format)
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
        indexes = [models.Index(fields=["requested_at"], name="report_waiting", condition=Q(state__in=["waiting", "building"]))]
        constraints = [
            # The same request twice while the first still waits is one run.
            models.UniqueConstraint(
                fields=["requester", "report", "format", "filters", "language"], name="one_waiting_run",
                condition=Q(state__in=["waiting", "building"]),
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(file="") & ~Q(sha256="") & Q(size__isnull=False), name="ready_run_has_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}.{self.format}"

    def get_absolute_url(self) -> str:
        return reverse("reports:detail", args=[self.pk])

    @property
    def status(self) -> str:
        return f"run:{self.state}"
