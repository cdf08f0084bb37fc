"""What may be uploaded as a document: judged by its content, not by its name alone."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

LARGEST = 20 * 1024 * 1024
"""Bytes. deploy/nginx/nginx.conf lets a little more through, so that this sentence is what people read."""

UNPACKED = 200 * 1024 * 1024
"""Bytes of everything in an archive together: more is a trap, or not a document."""

ENTRIES = 2_000

OFFICE = {
    "docx": ("word/document.xml", ""),
    "xlsx": ("xl/workbook.xml", ""),
    "odt": ("mimetype", "application/vnd.oasis.opendocument.text"),
    "ods": ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
}
"""By ending: an entry that the archive must have, and how it begins."""

TEXTS = {"csv", "txt"}
ENDINGS = ["pdf", *OFFICE, *sorted(TEXTS), "zip"]

ACTIVE = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|\?xml|\?php)|^#!", re.IGNORECASE)
PROGRAMS = re.compile(
    r"(\.(exe|com|scr|bat|cmd|ps1|vbs?|vbe|js|jse|jar|msi|dll|sh|app|hta|lnk|html?|xhtml|svg)|vbaproject\.bin)$",
    re.IGNORECASE,
)


def check_document(file: File[Any]) -> None:
    """Raises `ValidationError`, with what to do, unless the file is a document whose content fits its ending.

    What has been stored before is not read again.
    """
    if getattr(file, "_committed", False):
        return
    ending = PurePosixPath(file.name or "").suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        raise ValidationError(
            _("Files that end in “%(ending)s” can't be added. Choose one of these: %(endings)s.")
            % {"ending": f".{ending}" if ending else "", "endings": ", ".join(ENDINGS)}
        )
    if file.size > LARGEST:
        raise ValidationError(
            _("This file has %(size)s, the most is %(most)s. Make it smaller, or divide it.")
            % {"size": filesizeformat(file.size), "most": filesizeformat(LARGEST)}
        )
    if ending == "pdf":
        _check_pdf(file)
    elif ending in TEXTS:
        _check_text(file)
    else:
        _check_archive(file, ending)
    file.seek(0)


def _not(ending: str) -> ValidationError:
    return ValidationError(
        _("The content of this file is not that of a %(type)s file. Open it, save it as %(type)s, and choose it again.")
        % {"type": ending.upper()}
    )


def _check_pdf(file: File[Any]) -> None:
    file.seek(0)
    if not file.read(8).startswith(b"%PDF-"):
        raise _not("pdf")


def _check_text(file: File[Any]) -> None:
    """Text in UTF-8 that no browser and no shell would run."""
    file.seek(0)
    content = file.read()
    if ACTIVE.search(content):
        raise ValidationError(_("This file holds a page or a program, not a text. Save it as PDF, and choose that."))
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValidationError(
            _("Line %(line)s of this file is not written in UTF-8. Save it as UTF-8 text, and choose it again.")
            % {"line": line}
        ) from None
    if "\0" in content.decode("utf-8-sig"):
        raise _not("txt")


def _check_archive(file: File[Any], ending: str) -> None:
    """An archive is looked at, never unpacked; its own list says how large it would be."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
                raise ValidationError(_("This archive holds too much. Add its files one by one."))
            _check_entries(entries, ending)
            if ending in OFFICE and not _begins(archive, *OFFICE[ending]):
                raise _not(ending)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise _not(ending) from None


def _check_entries(entries: list[zipfile.ZipInfo], ending: str) -> None:
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]:
            raise _not(ending)
        if PROGRAMS.search(entry.filename) and (ending == "zip" or entry.filename.lower().endswith("vbaproject.bin")):
            raise ValidationError(
                _("This file holds a program or a macro (%(name)s). Add it without.") % {"name": entry.filename}
            )
        if entry.flag_bits & 0x1:
            raise ValidationError(_("This file is protected by a password. Add it without one."))


def _begins(archive: zipfile.ZipFile, name: str, beginning: str) -> bool:
    """Whether the archive has the entry, and its first bytes are these."""
    if name not in archive.namelist():
        return False
    with archive.open(name) as entry:
        return entry.read(len(beginning)).decode("utf-8", "replace") == beginning
