"""Everything that changes the documents and the timeline of a call.

`note` says what changed and why; `record_version` demands it where everyone can read the call. All raise `DomainError`
for a call that is over.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call, CallDocument, CallMilestone
from calls.operations.lifecycle import require_editable
from calls.operations.versions import begin_change, record_version
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError


@transaction.atomic
def add_document(document: CallDocument, *, actor: User, note: str = "") -> CallDocument:
    """Save a new document with its file. Raises `DomainError` where the call has the same file already."""
    call = begin_change(document.call, actor=actor)
    require_editable(call)
    _insert(document, call)
    record_version(call, actor=actor, note=note)
    return document


@transaction.atomic
def replace_document(old: CallDocument, new: CallDocument, *, actor: User, note: str = "") -> CallDocument:
    """Put a corrected document in the place of another, which stays readable as an earlier version.

    Raises `DomainError` where the old one has been replaced or withdrawn in the meantime, or the file is the same.
    """
    call = begin_change(old.call, actor=actor)
    require_editable(call)
    old = _current(old)
    new.note = note
    _insert(new, call)
    CallDocument.objects.filter(pk=old.pk).update(replaced_by=new)
    record_version(call, actor=actor, note=note)
    return new


def _insert(document: CallDocument, call: Call) -> None:
    document.call, document.published_on = call, timezone.localdate()
    digest, _size = CallDocument.measured(document.file)
    if same := call.documents.current().filter(sha256=digest).first():
        raise DomainError(_("This file is already there as “%(title)s”.") % {"title": same.title_it})
    document.save()


@transaction.atomic
def withdraw_document(document: CallDocument, *, actor: User, note: str = "") -> None:
    """Take a document away: from a draft for good, from a public call into its history, where it stays readable.

    Raises `DomainError` where it has been replaced or withdrawn in the meantime.
    """
    call = begin_change(document.call, actor=actor)
    require_editable(call)
    document = _current(document)
    if call.state == CallState.DRAFT:
        _forget(document)
    else:
        CallDocument.objects.filter(pk=document.pk).update(withdrawn_at=timezone.now(), note=note)
    record_version(call, actor=actor, note=note)


def _forget(document: CallDocument) -> None:
    """The row and those that it replaced; the files once nothing can bring the rows back."""
    before = CallDocument.objects.filter(replaced_by=document).first()
    storage, name = document.file.storage, str(document.file.name)
    document.delete()
    transaction.on_commit(partial(storage.delete, name))
    if before is not None:
        _forget(before)


def _current(document: CallDocument) -> CallDocument:
    found = CallDocument.objects.current().filter(pk=document.pk).first()
    if found is None:
        raise DomainError(_("This document has been replaced or withdrawn. Reload the page to see what holds now."))
    return found


# --- Timeline ----------------------------------------------------------------------------------------------------


@transaction.atomic
def save_milestone(milestone: CallMilestone, *, actor: User, note: str = "") -> CallMilestone:
    """Add a step to the timeline, or change it."""
    call = begin_change(milestone.call, actor=actor)
    require_editable(call)
    milestone.save()
    record_version(call, actor=actor, note=note)
    return milestone


@transaction.atomic
def remove_milestone(milestone: CallMilestone, *, actor: User, note: str = "") -> None:
    call = begin_change(milestone.call, actor=actor)
    require_editable(call)
    CallMilestone.objects.filter(pk=milestone.pk).delete()
    record_version(call, actor=actor, note=note)
