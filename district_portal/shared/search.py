"""Full text without accents, on both sides: in the stored vectors and in what is looked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from django.contrib.postgres.search import CombinedSearchQuery, SearchConfig, SearchQuery
from django.db.models import F, Func, TextField, Value
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyAAAAAACEEEEIIIINOOOOOUUUUY"
# Shorter beginnings would find nearly everything.
PREFIX_LENGTH = 3
_PLAIN_WORDS = re.compile(r"[\w'’ ]*\w")
# What PostgreSQL sets around a found word: characters that no text has.
_START, _STOP = "\x02", "\x03"


def folded(field: str) -> Func:
    """The column without accents. In SQL, because the server brings no `unaccent`."""
    return Func(F(field), Value(_ACCENTED), Value(_PLAIN), function="translate", output_field=TextField())


def fold(text: str) -> str:
    """The text without accents, as `folded` stores it."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def beginning(words: str) -> str:
    """The last of plain words, which may be the beginning of one while somebody types; "" where it is none."""
    words = fold(words).strip()
    *before, last = words.lower().split() or [""]
    plain = _PLAIN_WORDS.fullmatch(words) and "or" not in before
    return last if plain and last.isalpha() and len(last) >= PREFIX_LENGTH else ""


def text_query(words: str, config: str, begun: Sequence[str] = ()) -> SearchQuery | CombinedSearchQuery:
    """What to look for: "quoted words", or, -without. `begun`: words that the last one may be the beginning of."""
    words = fold(words).strip()
    whole = SearchQuery(words, config=config, search_type="websearch")
    if not begun:
        return whole
    # Words and not PostgreSQL's prefixes: those are looked for unstemmed, and nobody can tell how many rows they find.
    last: SearchQuery | CombinedSearchQuery = SearchQuery(" or ".join(begun), config=config, search_type="websearch")
    if before := words.split()[:-1]:
        last = SearchQuery(" ".join(before), config=config, search_type="websearch") & last
    return whole | last


def headline(field: str, query: SearchQuery | CombinedSearchQuery, config: str) -> Func:
    """A short text with found words between marks, without accents, each character in its place."""
    # What looks like a tag would be left out, and every later character stand elsewhere.
    text = Func(F(field), Value(_ACCENTED + "<>&"), Value(_PLAIN + "   "), function="translate")
    options = Value(f"StartSel={_START}, StopSel={_STOP}, HighlightAll=true")
    return Func(SearchConfig(config), text, query, options, function="ts_headline", output_field=TextField())


def marked(text: str, found: str | None) -> SafeString:
    """The text as it is written, escaped, with `<mark>` where `found` (see `headline`) has its marks."""
    if found is None or len(found.replace(_START, "").replace(_STOP, "")) != len(text):
        return escape(text)
    return mark_safe("".join(_pieces(text, found)))  # noqa: S308  (each piece of the text is escaped)


def _pieces(text: str, found: str) -> Iterator[str]:
    place = 0
    for piece in re.split(f"([{_START}{_STOP}])", found):
        if piece == _START:
            yield "<mark>"
        elif piece == _STOP:
            yield "</mark>"
        else:
            yield str(escape(text[place : place + len(piece)]))
            place += len(piece)


def distance(one: str, other: str) -> int:
    """How many letters are missing, too many, wrong or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != against)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def less_one_letter(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}
