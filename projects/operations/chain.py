"""The chain of submissions: each holds the hash of the one before, so that none can be changed or taken out unseen."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from district_portal.accounts.models import User
from projects.content import canonical
from projects.models import Network, ProposalVersion, Submission

# Letters and digits that nobody takes for each other: no 0, O, 1, I.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GROUPS, GROUP = 3, 4
LOCK = 0x5EA1
"""Of PostgreSQL's advisory locks: whoever adds to the chain holds it until the transaction ends."""


def add_to_chain(
    network: Network,
    version: ProposalVersion,
    *,
    kind: Submission.Kind,
    code: str,
    files: list[dict[str, Any]],
    actor: User,
    moment: datetime,
) -> Submission:
    """The next submission. Call it as late as possible: until the transaction ends, all others wait."""
    content = canonical(version.content)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = Submission.objects.only("number", "chain_digest").order_by("-pk").first()
    number = next_number(moment)
    return Submission.objects.create(
        network=network,
        kind=kind,
        number=number,
        code=code,
        version=version,
        content=content,
        digest=version.digest,
        files=files,
        previous=last,
        chain_digest=chain_digest(
            number=number,
            kind=kind,
            moment=moment,
            digest=version.digest,
            files=files,
            previous=last.chain_digest if last else "",
        ),
        sent_by=actor,
        sent_at=moment,
    )


def next_number(moment: datetime) -> str:
    """Year in Rome and a serial without gaps: 2026-000123. Under the lock only."""
    year = timezone.localtime(moment).year
    last = Submission.objects.filter(number__startswith=f"{year}-").order_by("-number").values_list("number").first()
    return f"{year}-{int(last[0].partition('-')[2]) + 1 if last else 1:06}"


def chain_digest(
    *, number: str, kind: str, moment: datetime, digest: str, files: list[dict[str, Any]], previous: str
) -> str:
    """SHA-256 over lines of text: number, kind, moment (ISO 8601 in UTC, microseconds), digest of the content, chain
    digest of the submission before ("" for the first one), then the SHA-256 of each file in its order."""
    exact = moment.astimezone(UTC).isoformat(timespec="microseconds")
    lines = [number, str(kind), exact, digest, previous, *(each["sha256"] for each in files)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def new_code() -> str:
    """60 random bits that people can read out: 9F3K-2QXM-74TB."""
    groups = ["".join(secrets.choice(ALPHABET) for _letter in range(GROUP)) for _group in range(GROUPS)]
    return "-".join(groups)


def as_code(typed: str) -> str:
    """A code as it is kept, from what somebody typed: small letters, spaces and missing hyphens do no harm."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))[:20]
