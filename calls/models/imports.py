"""Taking over a catalogue of published calls from a file."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.programme import Programme
from calls.states import ImportState
from district_portal.accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class CatalogueImportQuerySet(models.QuerySet["CatalogueImport"]):
    def visible_to(self, user: User | AnonymousUser) -> CatalogueImportQuerySet:
        """Regional staff: those of their region's programmes; administrators: all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(programme__in=Programme.objects.run_by(user).values("pk"))

    def due(self) -> CatalogueImportQuerySet:
        """What a worker may take up: to be checked or applied, and not under somebody's lease."""
        return self.filter(
            Q(lease_until=None) | Q(lease_until__lt=Now()), state__in=[ImportState.CHECKING, ImportState.APPLYING]
        )


def import_path(run: CatalogueImport, filename: str) -> str:
    return f"imports/{run.uuid.hex}"


class CatalogueImport(models.Model):
    """A file of calls on its way in: checked row by row, read by a person, then applied by a second one."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="imports", verbose_name=_("programme"))
    file = models.FileField(_("file"), upload_to=import_path)
    name = models.CharField(max_length=200, help_text="of the file, as it was uploaded")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.CHECKING)
    report = models.JSONField(default=dict, help_text="counts, and for each row what will be done, or its errors")
    language = models.CharField(max_length=2, default="it", help_text="of the report")
    error = models.CharField(max_length=500, blank=True, help_text="why the file as a whole could not be read")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(_("what changed, and why"), max_length=500, blank=True)
    applied_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = CatalogueImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of calls")
        verbose_name_plural = _("imports of calls")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_by=None) | ~Q(applied_by=F("uploaded_by")), name="import_applied_by_a_second_person"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("publishing:import_detail", args=[self.pk])

    @property
    def working(self) -> bool:
        """A worker has it, or will have it."""
        return self.state in (ImportState.CHECKING, ImportState.APPLYING)

    @property
    def applicable(self) -> bool:
        """Checked, without an error, and with something to do."""
        found = self.report.get("counts", {})
        return bool(
            self.state == ImportState.CHECKED
            and not found.get("error")
            and found.get("created", 0) + found.get("changed", 0)
        )

    @property
    def status(self) -> str:
        return f"import:{self.state}"
