"""Words that may have been meant where a search found nothing."""

from __future__ import annotations

import re

from django.db.models.functions import Length

from calls.models import CallQuerySet, SearchWord
from district_portal.shared.search import beginning, distance, fold, less_one_letter

_WORD = re.compile(r"[^\W\d_]{4,30}")
# Words with a letter less in common with what was typed; more come only of words as short as these.
CANDIDATES = 200
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
    """The words with those that lead nowhere replaced by the nearest that lead to some of `calls`; None: none known."""
    replaced, near = words, None
    for word in list(dict.fromkeys(_WORD.findall(words)))[:WORDS]:
        if calls.matching(f'"{word}"', language).exists():
            continue
        near = _nearest(word, language, calls)
        if near is None:
            return None
        replaced = re.sub(rf"\b{word}\b", near, replaced)
    if replaced == words:
        return None
    # One word has just been looked for.
    return replaced if near == replaced or calls.matching(replaced, language).exists() else None


def _nearest(word: str, language: str, calls: CallQuerySet) -> str | None:
    for near in near_words(word)[:TRIES]:
        if calls.matching(f'"{near}"', language).exists():
            return near
    return None


def near_words(word: str) -> list[str]:
    """Known words that differ by one letter, from five letters on by two; the nearest first."""
    wanted = fold(word).lower()
    once = less_one_letter(wanted)
    twice = {shorter for one in once for shorter in less_one_letter(one)} if len(wanted) > 4 else set()
    known = SearchWord.objects.filter(deletions__overlap=sorted({wanted} | once | twice)).exclude(word=wanted)
    most = 2 if len(wanted) > 4 else 1
    found = [(distance(wanted, near), near) for near in known.values_list("word", flat=True)[:CANDIDATES]]
    return [near for far, near in sorted(found) if far <= most]
