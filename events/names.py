"""Organisations as guests type them: one key for all spellings of a name, so that they can be counted once."""

from __future__ import annotations

import re
import unicodedata

# Legal forms at the end of a name, Italian and foreign ones, folded and without spaces ("s. r. l." is "srl").
LEGAL_FORMS = frozenset(
    form.replace(" ", "")
    for form in [
        *("societa a responsabilita limitata", "societa a responsabilita limitata semplificata", "srl", "srls"),
        *("societa per azioni", "spa", "societa in accomandita per azioni", "sapa"),
        *("societa in accomandita semplice", "sas", "societa in nome collettivo", "snc", "ss"),
        *("societa cooperativa", "societa cooperativa a responsabilita limitata", "soc coop", "soc coop arl", "scarl"),
        *("scrl", "societa consortile", "societa consortile a responsabilita limitata", "soc cons arl", "scpa", "arl"),
        *("societa benefit", "sb", "a socio unico", "con socio unico", "unipersonale", "in liquidazione"),
        *("gmbh", "ag", "kg", "sa", "sarl", "bv", "nv", "ltd", "limited", "plc", "inc", "llc", "corp"),
    ]
)
MOST_WORDS = 9


def organisation_key(name: str) -> str:
    """The name without case, accents, punctuation and legal form: "Novamed Plast S.r.l." is "novamed plast".

    Empty for an empty name. A name that is nothing but a legal form stays as it is.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = re.findall(r"[^\W_]+", plain)
    while length := _legal_form_length(words):
        words = words[:-length]
    return " ".join(_joined_initials(words))[:200]


def _legal_form_length(words: list[str]) -> int:
    """How many words at the end are a legal form; 0 if there is none, or nothing before it."""
    longest = min(MOST_WORDS, len(words) - 1)
    return next((n for n in range(longest, 0, -1) if "".join(words[-n:]) in LEGAL_FORMS), 0)


def _joined_initials(words: list[str]) -> list[str]:
    """Letters that stand alone side by side belong together: "a. b. c." is "abc"."""
    joined: list[str] = []
    in_initials = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and in_initials:
            joined[-1] += word
        else:
            joined.append(word)
        in_initials = single
    return joined
