"""What the wiring itself remembers: which workers were seen, and when."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class HeartbeatManager(models.Manager["Heartbeat"]):
    # Machines come and go with each release: who was not seen for so long is forgotten.
    FORGOTTEN_AFTER = timedelta(days=7)

    def record(self, worker: str, queue: str) -> None:
        """`worker` has just begun or ended a task of `queue`."""
        now = timezone.now()
        _row, is_new = self.update_or_create(worker=worker, queue=queue, defaults={"seen_at": now})
        if is_new:
            self.filter(seen_at__lt=now - self.FORGOTTEN_AFTER).delete()


class Heartbeat(models.Model):
    """When a worker last worked for a queue. Beat sends each queue a hint every second, so a healthy one is fresh."""

    # After so long without a task a worker is shown as late; one that builds a long report may be, and is well.
    LATE_AFTER = timedelta(seconds=30)

    worker = models.CharField(max_length=200)
    queue = models.CharField(max_length=50)
    seen_at = models.DateTimeField()

    objects = HeartbeatManager()

    class Meta:
        verbose_name = _("worker's heartbeat")
        verbose_name_plural = _("workers' heartbeats")
        constraints = [models.UniqueConstraint(fields=["worker", "queue"], name="one_heartbeat_per_worker_and_queue")]

    def __str__(self) -> str:
        return f"{self.worker} ({self.queue})"

    @property
    def is_late(self) -> bool:
        return self.seen_at < timezone.now() - self.LATE_AFTER
