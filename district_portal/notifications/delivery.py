"""Delivering what waits in the outbox, by any number of workers at once.

A row is claimed by a lease (`FOR UPDATE SKIP LOCKED`) and an attempt number; each later write is fenced by that
number, so that a worker that was slow or presumed dead can't overwrite another's work. Inbox: effect and state change
together, exactly once. Mail: `handed_at` is committed before the message is handed over; a row found with `handed_at`
after a crash is looked up before it is sent again, where the mail server lets us. Without a look-up that one window
can send a mail twice, with the same Message-ID.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from district_portal.accounts.models import User
from district_portal.notifications.models import AccountMail, Channel, InboxItem, OutboxRow, OutboxState
from district_portal.notifications.outbox import NoLongerTrue
from district_portal.notifications.rendering import ACCOUNT_MAIL, Renderer
from district_portal.shared.errors import set_request_id

log = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(minutes=2)
# After each failed attempt the row waits this long (seconds); after the last one it is given up.
RETRY_AFTER = [5, 30, 60, 300, 1200, 3600, 4 * 3600, 6 * 3600, 12 * 3600, 12 * 3600, 24 * 3600]


def deliver_waiting(max_batches: int = 100) -> int:
    """Deliver what is due. Returns how many rows were worked on; the next hint goes on where this stopped."""
    worked = 0
    for _ in range(max_batches):
        rows = claim()
        if not rows:
            break
        deliver(rows)
        worked += len(rows)
    return worked


def claim() -> list[OutboxRow]:
    """Take a lease on the next due rows."""
    with transaction.atomic():
        due = OutboxRow.objects.filter(
            Q(lease_until=None) | Q(lease_until__lt=Now()), state=OutboxState.WAITING, next_at__lte=Now()
        )
        locked = due.select_for_update(skip_locked=True).order_by("next_at", "pk")
        ids = list(locked.values_list("pk", flat=True)[:BATCH])
        OutboxRow.objects.filter(pk__in=ids).update(lease_until=Now() + LEASE, attempts=F("attempts") + 1)
        return list(OutboxRow.objects.filter(pk__in=ids).select_related("user").order_by("next_at", "pk"))


def deliver(rows: list[OutboxRow]) -> None:
    """Deliver claimed rows; a failure of one never stops the others."""
    renderer, backend = Renderer(), get_connection()
    pause = 1 / settings.MAIL_PER_SECOND if settings.MAIL_PER_SECOND else 0
    try:
        for row in rows:
            set_request_id(row.request_id)
            try:
                if row.channel == Channel.INBOX:
                    _deliver_inbox(row, renderer)
                else:
                    _deliver_mail(row, renderer, backend)
                    time.sleep(pause)
                log.info("delivered", extra={"fields": {"outbox": row.pk, "name": row.message, "channel": row.channel}})
            except NoLongerTrue as error:
                _drop(row, str(error))
            except ObjectDoesNotExist as error:
                _give_up(row, f"what it tells of is gone: {error}")
            except Exception as error:  # the mail server, the network, a template: tried again later, seen by the staff
                log.exception("message %s (%s) was not delivered", row.pk, row.message)
                _retry_later(row, f"{type(error).__name__}: {error}")
    finally:
        backend.close()
        set_request_id("")


def _mine(row: OutboxRow) -> QuerySet[OutboxRow]:
    """The row, if it is still this worker's attempt."""
    return OutboxRow.objects.filter(pk=row.pk, attempts=row.attempts, state=OutboxState.WAITING)


def _done(row: OutboxRow) -> bool:
    return bool(_mine(row).update(state=OutboxState.DONE, done_at=Now(), lease_until=None, last_error=""))


def _deliver_inbox(row: OutboxRow, renderer: Renderer) -> None:
    fields = renderer.inbox(row)
    with transaction.atomic():
        if _done(row):
            # Rows for guests have no person, and are mails only.
            user = cast(User, row.user)
            InboxItem.objects.create(outbox=row, user=user, created_at=row.created_at, **fields)


def _deliver_mail(row: OutboxRow, renderer: Renderer, backend: BaseEmailBackend) -> None:
    mail = renderer.mail(row)
    look_up = getattr(backend, "was_sent", None)
    sent_before = bool(row.handed_at and look_up and look_up(mail.extra_headers["Message-ID"]))
    if not sent_before:
        # The lease begins anew: in a slow batch it would run out while the mail server has the message in its hands.
        if not _mine(row).update(handed_at=timezone.now(), lease_until=Now() + LEASE):
            return  # another worker has taken over
        mail.connection = backend
        mail.send()
    with transaction.atomic():
        if _done(row) and row.message == ACCOUNT_MAIL:
            AccountMail.objects.filter(pk=row.about).delete()


def _retry_later(row: OutboxRow, error: str) -> None:
    if row.attempts > len(RETRY_AFTER):
        _give_up(row, error)
        return
    wait = timedelta(seconds=RETRY_AFTER[row.attempts - 1])
    _mine(row).update(next_at=Now() + wait, lease_until=None, last_error=error[:2000])


def _drop(row: OutboxRow, reason: str) -> None:
    log.info("dropped: %s", reason, extra={"fields": {"outbox": row.pk, "name": row.message}})
    _mine(row).update(state=OutboxState.ABANDONED, lease_until=None, last_error=reason[:2000])


def _give_up(row: OutboxRow, error: str) -> None:
    log.error("message %s (%s) is given up: %s", row.pk, row.message, error)
    _mine(row).update(state=OutboxState.DEAD, lease_until=None, last_error=error[:2000])
