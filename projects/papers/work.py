"""Making the file of a paper: in a work folder first, whole and on disk before it gets its name."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from projects.models import Paper
from projects.operations.papers import fail_paper, finish_paper
from projects.papers.registry import PAPERS

log = logging.getLogger(__name__)


def make_paper(paper: Paper) -> None:
    """Make a claimed paper and end the attempt, in whichever way it ends."""
    with override(paper.language):
        try:
            _make(paper)
        except Exception:  # whatever a document can cause: it is written down, and told to who waits for it
            log.exception("paper %s (%s) could not be made, attempt %s", paper.pk, paper.kind, paper.attempts)
            fail_paper(paper, _("The document could not be made. The operators can see why; try again later."))


def _make(paper: Paper) -> None:
    kind = PAPERS[paper.kind]
    home = Path(settings.MEDIA_ROOT) / "papers"
    name = f"{paper.pk.hex}-{paper.attempts}.{kind.extension}"
    work = home / "work" / name
    work.mkdir(parents=True, exist_ok=True)
    try:
        half = work / name
        kind.make(paper, half)
        sha256, size = _onto_disk(half)
        os.replace(half, home / name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    shown = f"{slugify(paper.title)[:120] or kind.name}.{kind.extension}"
    if not finish_paper(paper, file=f"papers/{name}", name=shown, sha256=sha256, size=size):
        (home / name).unlink(missing_ok=True)


def _onto_disk(path: Path) -> tuple[str, int]:
    """SHA-256 and size in bytes of a file that is on disk from now on."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
