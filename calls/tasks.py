from celery import shared_task

from calls.catalogue.work import run_import
from calls.finding import searches
from calls.models import fold_changes
from calls.operations.clock import pass_time
from calls.operations.imports import claim_import
from calls.operations.news import alert_searches
from district_portal.shared.arrival import moment_of_arrival


@shared_task
def look_at_the_clock() -> int:
    """Beat's hint: something may have opened, come near or closed. Safe to lose and to repeat."""
    now = moment_of_arrival()
    return pass_time(now) + alert_searches(now, searches.find)


@shared_task
def fold() -> int:
    """Beat's hint: calls may have changed since the last folding. Safe to lose and to repeat."""
    return fold_changes(moment_of_arrival())


@shared_task
def import_catalogues() -> int:
    """Beat's hint: a file of calls may be waiting. Safe to lose and to repeat. Returns how many were worked on."""
    worked = 0
    while run := claim_import():
        run_import(run)
        worked += 1
    return worked
