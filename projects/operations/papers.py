"""Documents: people and operations order them, a worker makes them.

A worker holds a paper by a lease and an attempt number, which fences the writes of one that was presumed dead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import override

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects.models import Network, Paper
from projects.papers.registry import PAPERS
from projects.states import PaperState

LEASE = timedelta(minutes=2)
WAIT_AFTER_FAILURE = timedelta(seconds=5)
ATTEMPTS = 3


@transaction.atomic
def order_paper(network: Network, kind: str, *, about: str = "", language: str, actor: User | None) -> Paper:
    """Have a document made. Ordered again while the same one is waited for: the same paper.

    `kind` is a name of `PAPERS`, `about` what its maker needs to know (the id of a submission, of a ranking's line).
    One that is about something that never changes is made once.
    """
    Network.objects.select_for_update(no_key=True).get(pk=network.pk)  # two orders at the same moment are one
    same = Paper.objects.filter(network=network, kind=kind, about=about, language=language)
    wanted = [PaperState.WAITING, PaperState.READY] if about else [PaperState.WAITING]
    if found := same.filter(state__in=wanted).first():
        return found
    paper = _new(network, kind, about=about, language=language, actor=actor)
    paper.save()
    return paper


def order_first_papers(network: Network, kinds: Sequence[str], *, about: str, language: str, actor: User) -> None:
    """Have documents made of what is new in this very transaction, so that nobody can have ordered them before."""
    Paper.objects.bulk_create(_new(network, kind, about=about, language=language, actor=actor) for kind in kinds)


def _new(network: Network, kind: str, *, about: str, language: str, actor: User | None) -> Paper:
    paper = Paper(network=network, kind=kind, about=about, language=language, requested_by=actor)
    with override(language):
        paper.title = PAPERS[kind].title(paper)
    return paper


@transaction.atomic
def retry_paper(paper: Paper, *, actor: User) -> Paper:
    """Make one again that could not be made. Raises `DomainError` for any other."""
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if paper.state != PaperState.FAILED:
        raise DomainError(_("This document is made already, or being made."))
    paper.state, paper.attempts, paper.error, paper.lease_until = PaperState.WAITING, 0, "", None
    paper.save(update_fields=["state", "attempts", "error", "lease_until"])
    return paper


# --- Workers -----------------------------------------------------------------------------------------------------


@transaction.atomic
def claim_paper() -> Paper | None:
    """Take a lease on the next paper that waits, or that a dead worker left behind; None if there is none."""
    paper = Paper.objects.due().select_for_update(skip_locked=True).order_by("requested_at").first()
    if paper is None:
        return None
    Paper.objects.filter(pk=paper.pk).update(attempts=F("attempts") + 1, lease_until=Now() + LEASE)
    return Paper.objects.select_related("network__call").get(pk=paper.pk)


def finish_paper(paper: Paper, *, file: str, name: str, sha256: str, size: int) -> bool:
    """The whole file is in its place. False: another attempt counts."""
    return bool(
        Paper.objects.attempt(paper).update(
            state=PaperState.READY,
            file=file,
            name=name,
            sha256=sha256,
            size=size,
            finished_at=Now(),
            lease_until=None,
        )
    )


def fail_paper(paper: Paper, error: str) -> None:
    """Try again soon; after `ATTEMPTS` of them it is told that it could not be made (`error`, in its language)."""
    attempt = Paper.objects.attempt(paper)
    if paper.attempts < ATTEMPTS:
        attempt.update(lease_until=Now() + WAIT_AFTER_FAILURE)
    else:
        attempt.update(state=PaperState.FAILED, error=error[:500], finished_at=Now(), lease_until=None)
