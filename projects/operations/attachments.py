"""Documents of a proposal: added, replaced, removed and brought back, until it is sent."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django.core.files import File
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import CallDocument
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import sections
from projects.models import Attachment, Network
from projects.operations.changes import changing, note
from projects.states import PartnerState

OTHER = "other"
"""The type of a document that the call does not ask for."""

MOST_FILES = 60
MOST_BYTES = 200 * 1024 * 1024
"""Of a network: what is sent is read by people, and packed into one file."""


def add_attachment(attachment: Attachment, *, actor: User) -> Attachment:
    """Save a new document with its file, whose content the form has checked (`calls.uploads`). Raises `DomainError`."""
    with changing(attachment.network, sections.ATTACHMENTS, actor=actor) as network:
        _measure(attachment, network, actor)
        _check_room(attachment, network, without=None)
        attachment.save()
        note(network, "attachment_added", actor=actor, name=attachment.title)
    return attachment


def replace_attachment(old: Attachment, *, file: File[Any], actor: User) -> Attachment:
    """Put another file in the place of a document's; the earlier one is kept, but is no longer part of the proposal.

    Raises `DomainError` where it has been removed or replaced in the meantime.
    """
    with changing(old.network, sections.ATTACHMENTS, actor=actor) as network:
        old = _current(old)
        new = Attachment(partner=old.partner, kind=old.kind, title=old.title, file=file)
        _measure(new, network, actor)
        _check_room(new, network, without=old)
        _take_out(old, actor)
        new.save()
        note(network, "attachment_replaced", actor=actor, name=new.title)
    return new


def remove_attachment(attachment: Attachment, *, actor: User) -> Attachment:
    """Take the document out of the proposal; `restore_attachment` brings it back."""
    with changing(attachment.network, sections.ATTACHMENTS, actor=actor) as network:
        attachment = _current(attachment)
        _take_out(attachment, actor)
        note(network, "attachment_removed", actor=actor, name=attachment.title)
    return attachment


def restore_attachment(attachment: Attachment, *, actor: User) -> Attachment:
    """Bring a removed document back. One that is there stays as it is. Raises `DomainError`."""
    with changing(attachment.network, sections.ATTACHMENTS, actor=actor) as network:
        attachment = Attachment.objects.select_related("partner").get(pk=attachment.pk)
        if attachment.removed_at is None:
            return attachment
        attachment.network = network
        _check_room(attachment, network, without=None)
        attachment.removed_at = attachment.removed_by = None
        attachment.save(update_fields=["removed_at", "removed_by"])
        note(network, "attachment_restored", actor=actor, name=attachment.title)
    return attachment


def _measure(attachment: Attachment, network: Network, actor: User) -> None:
    """What the portal itself says about the file, whatever the browser said."""
    attachment.network, attachment.uploaded_by = network, actor
    attachment.name = _short_name(attachment.file.name or "")
    attachment.sha256, attachment.size = CallDocument.measured(attachment.file)


def _short_name(name: str) -> str:
    """The last part of a name, in at most 200 characters; the ending stays."""
    path = PurePosixPath(name.replace("\\", "/"))
    return f"{path.stem[: 200 - len(path.suffix)]}{path.suffix}"


def _check_room(attachment: Attachment, network: Network, *, without: Attachment | None) -> None:
    """Raise `DomainError` where the document can't be added to what a locked network has."""
    partner = attachment.partner
    if partner is not None and (partner.network_id != network.pk or partner.state != PartnerState.ACCEPTED):
        raise DomainError(_("Choose a partner that has confirmed."))
    others = network.attachments.current()
    if without is not None:
        others = others.exclude(pk=without.pk)
    same = others.filter(sha256=attachment.sha256, kind=attachment.kind, partner=partner).first()
    if same or (without and without.sha256 == attachment.sha256):
        title = (same or attachment).title
        raise DomainError(_("This very file is already there as “%(title)s”.") % {"title": title})
    if others.count() >= MOST_FILES:
        raise DomainError(_("A proposal has at most %(most)s documents. Remove one first.") % {"most": MOST_FILES})
    if others.aggregate(bytes=Sum("size", default=0))["bytes"] + attachment.size > MOST_BYTES:
        words = _("All documents together have at most %(most)s. Make this one smaller, or remove another.")
        raise DomainError(words % {"most": filesizeformat(MOST_BYTES)})


def _current(attachment: Attachment) -> Attachment:
    found = Attachment.objects.current().select_related("partner").filter(pk=attachment.pk).first()
    if found is None:
        raise DomainError(
            _("This document has been removed or replaced meanwhile. Reload the page to see what is there.")
        )
    return found


def _take_out(attachment: Attachment, actor: User) -> None:
    attachment.removed_at, attachment.removed_by = timezone.now(), actor
    attachment.save(update_fields=["removed_at", "removed_by"])
