"""Receipts verified: one by its code, by anyone; all of them, link by link, by `manage.py verify_receipts`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef
from django.utils import timezone

from projects.models import Attachment, Network, Submission
from projects.operations.chain import as_code, chain_digest
from projects.states import NetworkState

CHUNK = 1024 * 1024
ROWS = 50
"""Submissions that are in memory at a time."""


@dataclass(frozen=True)
class Break:
    number: str
    what: str

    def __str__(self) -> str:
        return f"{self.number}: {self.what}"


def find_receipt(code: str) -> Submission | None:
    """By what somebody typed from a receipt."""
    found = Submission.objects.select_related("network__call", "previous", "withdrawal", "protocol")
    return found.filter(code=as_code(code)).first()


def is_intact(submission: Submission) -> bool:
    """Whether content, number, moment and files are what was hashed, and the next submission builds upon it."""
    previous = submission.previous.chain_digest if submission.previous else ""
    after = Submission.objects.filter(previous=submission).first()
    follows = after is None or _chain(after, submission.chain_digest) == after.chain_digest
    return follows and not list(_own_breaks(submission, submission.digest, previous))


def what_it_is(submission: Submission, digest: str) -> str | None:
    """`content`, `chain` or `file`: what of the submission has this SHA-256; None: nothing."""
    digest = digest.strip().lower()
    if digest == submission.digest:
        return "content"
    if digest == submission.chain_digest:
        return "chain"
    return "file" if any(each["sha256"] == digest for each in submission.files) else None


def hash_of(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def chain_breaks(*, files: bool = False) -> Iterator[Break]:
    """Walk the whole chain from its beginning, a few rows in memory at a time; `files`: read each attachment, too."""
    previous: Submission | None = None
    serials: dict[str, int] = {}
    rows = Submission.objects.select_related("previous", "version").defer("version__content").order_by("pk")
    for each in rows.iterator(chunk_size=ROWS):
        if each.previous_id != (previous.pk if previous else None):
            yield Break(each.number, "does not follow the submission before it")
        yield from _own_breaks(each, each.version.digest, each.previous.chain_digest if each.previous else "")
        year, _hyphen, serial = each.number.partition("-")
        if int(serial) != serials.get(year, 0) + 1 or int(year) != timezone.localtime(each.sent_at).year:
            yield Break(each.number, "its number is not the next one of its year")
        serials[year] = int(serial)
        if files:
            yield from _file_breaks(each)
        previous = each
    counting = Submission.objects.proposals().standing().filter(network=OuterRef("pk"))
    for pk in (
        Network.objects.filter(~Exists(counting), state=NetworkState.SENT).values_list("pk", flat=True).iterator()
    ):
        yield Break(str(pk), "was sent, and has no submission that counts")


def _own_breaks(each: Submission, digest: str, previous: str) -> Iterator[Break]:
    if hashlib.sha256(each.content.encode()).hexdigest() != each.digest or each.digest != digest:
        yield Break(each.number, "its content is not what was sent")
    if _chain(each, previous) != each.chain_digest:
        yield Break(each.number, "its chain digest is not that of its number, moment, content and files")


def _chain(each: Submission, previous: str) -> str:
    return chain_digest(
        number=each.number,
        kind=each.kind,
        moment=each.sent_at,
        digest=each.digest,
        files=each.files,
        previous=previous,
    )


def _file_breaks(each: Submission) -> Iterator[Break]:
    """A file is found by its SHA-256 among the network's attachments, also those that were removed since."""
    known = dict(Attachment.objects.filter(network=each.network_id).values_list("sha256", "file"))
    for sent in each.files:
        name = known.get(sent["sha256"])
        if name is None or not default_storage.exists(name):
            yield Break(each.number, f"its file {sent['name']} is not there")
            continue
        with default_storage.open(name) as file:
            if hash_of(file.chunks(CHUNK)) != sent["sha256"]:
                yield Break(each.number, f"its file {sent['name']} is not what was sent")
