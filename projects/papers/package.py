"""The package of a submission, to hand over to the Region's own system or to send by certified mail (PEC).

A zip file: the proposal as PDF with a page to sign, the receipt, the budget as XLSX, the canonical content as JSON, all
attachments, and the SHA-256 of each of them as `sha256sum -c` reads them.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.models import Attachment, Paper, Submission
from projects.papers.proposal import sent_proposal
from projects.papers.receipt import receipt

CHUNK = 1024 * 1024


def make_package(paper: Paper, path: Path) -> None:
    """`about`: id of the submission. Raises `LookupError` when an attachment's file is not what was sent."""
    sent = Submission.objects.select_related("network__call", "sent_by", "previous").get(pk=paper.about)
    sums: list[tuple[str, str]] = []
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, file, expected in _entries(sent, Path(folder), paper.language):
            found = _add(archive, name, file)
            if expected and found != expected:
                raise LookupError(f"{name} of submission {sent.number} is not the file that was sent")
            sums.append((found, name))
        text = "".join(f"{digest}  {name}\n" for digest, name in sums)
        archive.writestr(_entry("SHA256SUMS"), text)


def _entries(sent: Submission, folder: Path, language: str) -> Iterator[tuple[str, Path, str]]:
    """Name in the package, file, and the SHA-256 that it must have ("" for what is made now)."""
    content = json.loads(sent.content)
    yield _("proposal.pdf"), _proposal(sent, folder / "proposal.pdf", content, language), ""
    receipt(sent, language=language).write(folder / "receipt.pdf")
    yield _("receipt.pdf"), folder / "receipt.pdf", ""
    yield _("budget.xlsx"), _budget(folder / "budget.xlsx", content), ""
    canonical = folder / "proposal.json"
    canonical.write_text(sent.content, encoding="utf-8")
    yield "proposal.json", canonical, sent.digest
    files = {each.sha256: each.file for each in Attachment.objects.filter(network=sent.network)}
    for number, each in enumerate(sent.files, 1):
        name = re.sub(r"[^\w.\- ]", "_", each["name"])
        if each["sha256"] not in files:
            raise LookupError(f"{name} of submission {sent.number} is not there")
        yield f"{_('attachments')}/{number:02} {name}", Path(files[each["sha256"]].path), each["sha256"]


def _proposal(sent: Submission, path: Path, content: dict[str, Any], language: str) -> Path:
    """With a page for the signature of the lead's representative."""
    document = sent_proposal(sent, language=language)
    document.new_page()
    document.heading(_("Signature"))
    lead = next(each["name"] for each in content["partners"].values() if each["role"] == "lead")
    document.text(
        _(
            "The undersigned, legal representative of %(lead)s, lead of the network, signs this proposal as it was "
            "sent under the receipt number %(number)s, with the SHA-256 %(digest)s."
        )
        % {"lead": lead, "number": sent.number, "digest": sent.digest}
    )
    for words in (_("Name"), _("Place and date"), _("Signature")):
        document.text(f"{words}: ______________________________________________\n")
    document.write(path)
    return path


def _budget(path: Path, content: dict[str, Any]) -> Path:
    """One row for each cell, amounts as numbers with two decimals."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        sheet = workbook.add_worksheet(pgettext("proposal", "Budget"))
        amount = workbook.add_format({"num_format": "#,##0.00"})
        header = [_("Partner"), _("Work package"), _("Cost category"), _("Research type"), _("Amount (EUR)")]
        for column, text in enumerate(header):
            sheet.write_string(0, column, text)
        for row, cell in enumerate(content["budget"], 1):
            slug, package, category, activity, value = cell
            sheet.write_string(row, 0, content["partners"][slug]["name"])
            sheet.write_number(row, 1, package)
            sheet.write_string(row, 2, category)
            sheet.write_string(row, 3, activity)
            sheet.write_number(row, 4, Decimal(value), amount)
        sheet.set_column(0, 4, 24)
    return path


def _entry(name: str) -> zipfile.ZipInfo:
    """Always of the same day, so that the same content gives the same bytes."""
    entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Put a file in, piece by piece; its SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as target:
        while piece := source.read(CHUNK):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()
