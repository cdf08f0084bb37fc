"""Organisations as guests type them: one key for all spellings of a name, so that they can be counted once."""

from __future__ import annotations

import re
import unicodedata

# Legal forms at the end of a name, Italian and foreign ones, folded. Words of several parts come first.
LEGAL_FORMS = [
    form.split()
    for form in (
        "societa a responsabilita limitata semplificata", "societa a responsabilita limitata", "societa per azioni",
        "societa in accomandita semplice", "societa in nome collettivo", "societa cooperativa a responsabilita limitata",
        "societa cooperativa", "societa consortile", "societa benefit", "a socio unico", "con socio unico",
        "unipersonale", "in liquidazione", "soc coop arl", "soc coop", "soc cons arl", "scarl", "scrl", "scpa",
        "srls", "srl", "spa", "sapa", "sas", "snc", "ss", "arl", "coop", "sb", "su",
        "gmbh", "ag", "kg", "sa", "sarl", "bv", "nv", "ltd", "limited", "plc", "inc", "llc", "corp", "se", "oy", "ab",
    )
]  # fmt: skip


def organisation_key(name: str) -> str:
    """The name without case, accents, punctuation and legal form: "Novamed Plast S.r.l." is "novamed plast".

    Empty for an empty name. A name that is nothing but a legal form stays as it is.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = _joined_initials(re.findall(r"\w+", plain.replace("_", " ")))
    kept = words
    while kept and (form := _form_at_end(kept)):
        kept = kept[: -len(form)]
    return " ".join(kept or words)[:200]


def _joined_initials(words: list[str]) -> list[str]:
    """Letters that stand alone side by side belong together: "s. p. a." is "spa"."""
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


def _form_at_end(words: list[str]) -> list[str] | None:
    return next((form for form in LEGAL_FORMS if words[-len(form) :] == form), None)
