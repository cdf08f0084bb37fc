"""What a worker does with a file of calls that it has taken up."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from calls.catalogue.checking import Catalogue, check_catalogue
from calls.catalogue.reading import Unreadable
from calls.models import CatalogueImport, Programme
from calls.operations import imports as operations
from calls.operations.catalogue import apply_rows
from calls.states import ImportState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError

log = logging.getLogger(__name__)


class _TakenOver(Exception):
    """Another worker does it now."""


def run_import(run: CatalogueImport) -> None:
    """Check or apply a claimed run, and end the attempt, in whichever way it ends; in the language of its report.

    Raises nothing that a file can cause.
    """
    with override(run.language):
        try:
            _check(run) if run.state == ImportState.CHECKING else _apply(run)
        except Unreadable as error:
            operations.refuse_import(run, error.message)
        except _TakenOver:
            log.info("import %s: this attempt is wanted no more", run.pk)
        except Exception:  # the database restarts, the check has a fault: again later, given up after some attempts
            log.exception("import %s failed, attempt %s", run.pk, run.attempts)
            operations.fail_attempt(run)


def _content(run: CatalogueImport) -> bytes:
    with run.file.open("rb") as file:
        return file.read()


def _check(run: CatalogueImport) -> None:
    def progress(rows: int) -> None:
        if not operations.renew_import(run, rows):
            raise _TakenOver

    catalogue = check_catalogue(run.programme, _content(run), progress=progress)
    operations.finish_check(run, catalogue.report())


def _apply(run: CatalogueImport) -> None:
    """Check again, with everything held, and write only what the second person has read."""
    try:
        with transaction.atomic():
            CatalogueImport.objects.select_for_update().get(pk=run.pk)
            Programme.objects.select_for_update(no_key=True).get(pk=run.programme_id)
            catalogue = check_catalogue(run.programme, _content(run), lock=True)
            report = catalogue.report()
            if report["digest"] == run.report.get("digest"):
                operations.apply_import(run, catalogue.plans)
                return
    except DomainError as error:
        operations.return_import(run, report=run.report, error=error.message)
        return
    words = _("The calls have changed since this file was checked. Read the new report, then apply it.")
    operations.return_import(run, report=report, error=words)


def apply_at_once(programme: Programme, content: bytes, *, actor: User, note: str) -> Catalogue:
    """Check and apply without a run, for the command line; a row with an error: nothing is written.

    Raises `Unreadable` and `DomainError`.
    """
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
        catalogue = check_catalogue(programme, content, lock=True)
        if not any(row.outcome == "error" for row in catalogue.rows):
            apply_rows(programme, catalogue.plans, actor=actor, note=note)
    return catalogue
