"""What people are told of files of calls on their way in."""

from __future__ import annotations

from calls.models import CatalogueImport
from district_portal.accounts.models import Appointment, Role, User
from district_portal.notifications.outbox import Content, Message, announce, path_of


def _load(about: str) -> Content:
    """`about`: id of the import."""
    run = CatalogueImport.objects.select_related("programme", "uploaded_by", "applied_by").get(pk=about)
    path = path_of("publishing:import_detail", run.pk)
    return Content(path=path, context={"run": run, "counts": run.report.get("counts", {})})


IMPORT_CHECKED = Message("calls/import_checked", load=_load)
IMPORT_REFUSED = Message("calls/import_refused", load=_load)
IMPORT_APPLIED = Message("calls/import_applied", load=_load)


def import_checked(run: CatalogueImport) -> None:
    """To the staff of the region other than who uploaded it, once one of them can apply it."""
    if run.applicable:
        offices = Appointment.objects.current().filter(role=Role.REGIONAL_STAFF, region=run.programme.region_id)
        users = User.objects.filter(pk__in=offices.values("user")).exclude(pk=run.uploaded_by_id)
        announce(IMPORT_CHECKED, about=run.pk, key=f"{run.pk}:{run.attempts}", users=users)


def import_refused(run: CatalogueImport) -> None:
    """To who uploaded it."""
    announce(IMPORT_REFUSED, about=run.pk, key=str(run.pk), users=[run.uploaded_by])


def import_applied(run: CatalogueImport) -> None:
    """To who uploaded it."""
    announce(IMPORT_APPLIED, about=run.pk, key=str(run.pk), users=[run.uploaded_by])
