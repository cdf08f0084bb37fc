"""The way of a file of calls: uploaded, checked by a worker, read by a second person, applied by a worker.

A worker holds a run by a lease and an attempt number, which fences the writes of one that was presumed dead. What it
applies, it applies in one transaction that also holds the run's row: a second worker can't do the same at that time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from calls.models import CatalogueImport, Programme
from calls.notifications import imports as notifications
from calls.operations.catalogue import PlannedRow, apply_rows
from calls.states import IMPORT_MOVES, ImportState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move

LEASE = timedelta(seconds=60)
ATTEMPTS = 3
UNFINISHED = [ImportState.CHECKING, ImportState.CHECKED, ImportState.APPLYING]


@transaction.atomic
def upload_import(programme: Programme, *, actor: User, name: str, content: bytes, language: str) -> CatalogueImport:
    """Keep a file and have it checked; `language` is that of the report.

    The same file again, while the first one is not done with: the same run.
    """
    programme = Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    digest = hashlib.sha256(content).hexdigest()
    same = CatalogueImport.objects.filter(programme=programme, sha256=digest, state__in=UNFINISHED).first()
    if same is not None:
        return same
    run = CatalogueImport(programme=programme, name=name[:200], sha256=digest, uploaded_by=actor, language=language)
    run.file.save(name, ContentFile(content), save=False)
    run.save()
    return run


@transaction.atomic
def approve_import(run: CatalogueImport, *, actor: User, note: str) -> CatalogueImport:
    """Have a checked file applied. `note` is what those concerned read of each call that changes.

    Raises `DomainError` for who uploaded it (four eyes), without a note, and where there is nothing to apply.
    """
    run = _held(run)
    check_move(IMPORT_MOVES, run.state, ImportState.APPLYING)
    if actor.pk == run.uploaded_by_id:
        raise DomainError(_("You uploaded this file: a second person applies it."))
    if not run.applicable:
        raise DomainError(_("There is nothing to apply: the check found errors, or no change."))
    if not note.strip():
        raise DomainError(_("Say in one sentence what changed, and why: everyone reads it."))
    run.state, run.applied_by, run.note = ImportState.APPLYING, actor, note.strip()
    run.attempts, run.lease_until, run.error = 0, None, ""
    run.save()
    return run


@transaction.atomic
def discard_import(run: CatalogueImport, *, actor: User) -> CatalogueImport:
    """Put a checked file aside. Raises `DomainError` once it is applied."""
    run = _held(run)
    check_move(IMPORT_MOVES, run.state, ImportState.DISCARDED)
    run.state, run.finished_at = ImportState.DISCARDED, Now()
    run.save()
    return run


def _held(run: CatalogueImport) -> CatalogueImport:
    return CatalogueImport.objects.select_for_update().select_related("uploaded_by").get(pk=run.pk)


# --- Workers -----------------------------------------------------------------------------------------------------


@transaction.atomic
def claim_import() -> CatalogueImport | None:
    """Take a lease on the next run that waits, or that a dead worker left behind; None if there is none."""
    due = CatalogueImport.objects.due().select_for_update(skip_locked=True).order_by("uploaded_at")
    run = due.first()
    if run is None:
        return None
    CatalogueImport.objects.filter(pk=run.pk).update(attempts=F("attempts") + 1, lease_until=Now() + LEASE)
    return CatalogueImport.objects.select_related("programme", "uploaded_by", "applied_by").get(pk=run.pk)


def _attempt(run: CatalogueImport) -> Any:
    """The run, if `run` is still the attempt that works on it."""
    return CatalogueImport.objects.filter(pk=run.pk, state=run.state, attempts=run.attempts)


def renew_import(run: CatalogueImport, rows: int) -> bool:
    """Say how far the attempt is, and keep it. False: another worker has taken over."""
    return bool(_attempt(run).update(report={"done": rows}, lease_until=Now() + LEASE))


@transaction.atomic
def finish_check(run: CatalogueImport, report: dict[str, Any]) -> None:
    """The report is there for people to read; who may apply it is told, if there is something to apply."""
    if _attempt(run).update(state=ImportState.CHECKED, report=report, lease_until=None, finished_at=Now()):
        run.refresh_from_db()
        notifications.import_checked(run)


@transaction.atomic
def refuse_import(run: CatalogueImport, error: str) -> None:
    """The file as a whole can't be read; `error` is shown."""
    done = _attempt(run).update(
        state=ImportState.FAILED, error=error[:500], report={}, lease_until=None, finished_at=Now()
    )
    if done:
        notifications.import_refused(run)


@transaction.atomic
def apply_import(run: CatalogueImport, rows: Sequence[PlannedRow]) -> None:
    """Write all rows and the end of the run, or nothing. Raises `DomainError` for what a life cycle refuses."""
    assert run.applied_by is not None
    apply_rows(run.programme, rows, actor=run.applied_by, note=run.note)
    if not _attempt(run).update(state=ImportState.APPLIED, lease_until=None, finished_at=Now()):
        raise DomainError(_("Another worker has taken this file over."))
    notifications.import_applied(run)


@transaction.atomic
def return_import(run: CatalogueImport, *, report: dict[str, Any], error: str) -> None:
    """Nothing was applied: back to be read, with the reason and a report of how things are now."""
    _attempt(run).update(
        state=ImportState.CHECKED, report=report, error=error[:500], applied_by=None, note="", lease_until=None
    )


def fail_attempt(run: CatalogueImport) -> None:
    """The attempt failed for a reason that may pass: again in some seconds, or given up after the last one."""
    if run.attempts < ATTEMPTS:
        _attempt(run).update(lease_until=Now() + timedelta(seconds=5))
    elif run.state == ImportState.CHECKING:
        refuse_import(run, _("The file could not be checked in three attempts. The operators can see why."))
    else:
        words = _("The file could not be applied in three attempts. Nothing was saved; the operators can see why.")
        return_import(run, report=run.report, error=words)
