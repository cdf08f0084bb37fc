"""Codes that people read aloud and type at the entrance, such as 9F3K-2QXM-74.

Eight random characters and two check characters of an alphabet without 0, O, 1 and I. Read as one number to the base of
32, a code leaves the remainder 1 when divided by the prime 1021: so one wrong character, or two exchanged ones, is
always noticed.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RANDOM_LENGTH, LENGTH = 8, 10
PRIME, REMAINDER = 1021, 1
# Not the ticket of anybody: shown where a page explains what a ticket looks like.
SAMPLE = "9F3K-2QXM-74"

_TICKET_ADDRESS = re.compile(r"/tickets/([A-Za-z0-9_-]{43})(?:[/.?#]|$)")
_SEPARATORS = re.compile(r"[\s\u2010-\u2015.\-_/]+")


def new_code() -> str:
    """A random code in groups."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    check = (REMAINDER - _number(body) * len(ALPHABET) ** 2) % PRIME
    return _grouped(body + ALPHABET[check // len(ALPHABET)] + ALPHABET[check % len(ALPHABET)])


def read_code(typed: str) -> str | None:
    """The code in groups, whatever case, spaces and dashes were typed; None if a character is wrong or missing."""
    characters = _SEPARATORS.sub("", typed).upper()
    if len(characters) != LENGTH or any(character not in ALPHABET for character in characters):
        return None
    return _grouped(characters) if _number(characters) % PRIME == REMAINDER else None


def token_of_address(scanned: str) -> str | None:
    """The secret of a ticket's address, which is what its QR code holds."""
    found = _TICKET_ADDRESS.search(scanned)
    return found.group(1) if found else None


def _number(characters: str) -> int:
    value = 0
    for character in characters:
        value = value * len(ALPHABET) + ALPHABET.index(character)
    return value


def _grouped(characters: str) -> str:
    return f"{characters[:4]}-{characters[4:8]}-{characters[8:]}"
