"""Words that may have been meant where a search found nothing."""

from __future__ import annotations

import re

from django.db.models import CharField, Value
from django.db.models.functions import Length

from calls.models import CallQuerySet, SearchWord
from district_portal.shared.search import beginning, distance, fold, less_one_letter

_WORD = re.compile(r"[^\W\d_]{4,30}")
# Words with a letter less in common with what was typed; more come only of words as short as these.
CANDIDATES = 500
# For a page that found nothing: each try is a search.
TRIES = 3
BEGUN = 10
WORDS = 3


def begun_by(words: str) -> list[str]:
    """Known words that the last one may be the beginning of, itself left out; the shortest first."""
    start = beginning(words)
    if not start:
        return []
    longer = SearchWord.objects.filter(word__startswith=start).exclude(word=start)
    return list(longer.order_by(Length("word"), "word").values_list("word", flat=True)[:BEGUN])


def meant(words: str, language: str, calls: CallQuerySet) -> str | None:
    """The words with those that lead nowhere replaced by the nearest that lead to some of `calls`; None: none known.

    Each leads somewhere; whether all of them together do is not looked at.
    """
    typed = list(dict.fromkeys(_WORD.findall(words)))[:WORDS]
    near = {word: found[:TRIES] for word, found in _near(typed).items()}
    known = _leading([*typed, *(one for found in near.values() for one in found)], language, calls)
    replaced = words
    for word in typed:
        if word not in known:
            instead = next((one for one in near[word] if one in known), None)
            if instead is None:
                return None
            replaced = re.sub(rf"\b{word}\b", instead, replaced)
    return None if replaced == words else replaced


def _leading(words: list[str], language: str, calls: CallQuerySet) -> set[str]:
    """Those of the words that lead to some of `calls`, in one query."""
    parts = [
        calls.matching(f'"{word}"', language).order_by().values_list(Value(word, CharField()), flat=True)[:1]
        for word in dict.fromkeys(words)
    ]
    return set(parts[0].union(*parts[1:], all=True)) if parts else set()


def near_words(word: str) -> list[str]:
    """Known words that differ by one letter, from five letters on by two; the nearest first."""
    return _near([word])[word]


def _near(words: list[str]) -> dict[str, list[str]]:
    """`near_words` of each, in one query."""
    wanted = {word: fold(word).lower() for word in words}
    keys = sorted({key for word in wanted.values() for key in _keys(word)})
    known = list(SearchWord.objects.filter(deletions__overlap=keys).values_list("word", flat=True)[:CANDIDATES])
    near = {}
    for word, plain in wanted.items():
        most = 2 if len(plain) > 4 else 1
        found = sorted((distance(plain, one), one) for one in known if one != plain)
        near[word] = [one for far, one in found if far <= most]
    return near


def _keys(word: str) -> set[str]:
    """The word, and less one letter; less two where it is long enough for two mistakes."""
    once = set(less_one_letter(word))
    return {word} | once | ({shorter for one in once for shorter in less_one_letter(one)} if len(word) > 4 else set())
