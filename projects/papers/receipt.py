"""The receipt of a submission: number, moments, hashes, and where anyone verifies them."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import black

from district_portal.shared.ui import localised, long_moment
from projects.models import Paper, SignOff, Submission
from projects.papers.pdf import Document

SIDE = 90
"""Of the QR code, in points."""


def make_receipt(paper: Paper, path: Path) -> None:
    """`about`: id of the submission."""
    sent = Submission.objects.select_related("network__call", "sent_by", "previous").get(pk=paper.about)
    receipt(sent, language=paper.language).write(path)


def receipt(sent: Submission, *, language: str) -> Document:
    call = sent.network.call
    address = f"{settings.PORTAL_URL}{reverse('projects:verify_code', args=[sent.code])}"
    title = _("Receipt %(number)s") % {"number": sent.number}
    document = Document(title, language=language, head=settings.INSTITUTION_NAME, foot=title)
    document.heading(title, 0)
    content = json.loads(sent.content)
    document.text(
        _("The proposal below was received in time. It is kept exactly as it was sent; any change of it would show.")
    )
    document.facts(
        [
            (_("Proposal"), content["title"]),
            (_("Call"), localised(call, "title")),
            (_("Kind"), str(sent.get_kind_display())),
            (_("Received"), f"{long_moment(sent.sent_at)} ({_exact(sent)})"),
            (_("Sent by"), str(sent.sent_by)),
            (_("Verification code"), sent.code),
            (_("SHA-256 of the proposal"), sent.digest),
            (_("SHA-256 of the chain"), sent.chain_digest),
            (_("Receipt before this one"), sent.previous.number if sent.previous else _("none: it is the first one")),
        ]
    )
    _sign_offs(document, sent)
    _files(document, sent)
    document.heading(_("Verify this receipt"), 2)
    document.text(_("Anyone can verify it, without an account, at this address:"))
    document.text(address)
    document.drawing(_qr(address))
    return document


def _exact(sent: Submission) -> str:
    """To the microsecond, in Rome and in UTC."""
    rome = timezone.localtime(sent.sent_at)
    return f"{rome.isoformat(sep=' ')}; {sent.sent_at.astimezone(UTC).isoformat(sep=' ')}"


def _sign_offs(document: Document, sent: Submission) -> None:
    signed = SignOff.objects.filter(version=sent.version, digest=sent.digest)
    rows = [
        [each.partner.organisation.name, str(each.signed_by), long_moment(each.signed_at)]
        for each in signed.select_related("partner__organisation", "signed_by").order_by("signed_at", "pk")
    ]
    if rows:
        document.heading(_("Signed off by"), 2)
        document.table([_("Partner"), _("Person"), _("Moment")], rows, widths=(3, 2, 3))


def _files(document: Document, sent: Submission) -> None:
    if sent.files:
        document.heading(_("Files"), 2)
        rows = [[each["name"], each["size"], each["sha256"]] for each in sent.files]
        document.table([_("File"), _("Bytes"), "SHA-256"], rows, widths=(3, 1, 5), right={1})


def _qr(address: str) -> Drawing:
    matrix = [list(row) for row in segno.make(address, micro=False, error="m").matrix_iter(border=2)]
    step = SIDE / len(matrix)
    drawing = Drawing(SIDE, SIDE)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                drawing.add(
                    Rect(x * step, SIDE - (y + 1) * step, step, step, fillColor=black, strokeColor=None, strokeWidth=0)
                )
    return drawing
