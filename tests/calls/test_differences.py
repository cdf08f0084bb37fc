"""A difference of two versions, applied to the old one, gives the new one; that of two texts loses no letter."""

import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.differences import ABSENT, PARTS, Change, Piece, Snapshot, difference, text_difference

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)
keys = st.sampled_from(["1", "2", "3", "members"])
parts = st.dictionaries(keys, st.dictionaries(st.text(max_size=3), scalars, max_size=2), max_size=3)
snapshots = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("title_it", "budget", "districts"), scalars) | dict.fromkeys(PARTS, parts)
)
texts = st.text(alphabet="abè \n\r,1'", max_size=80)


def applied(old: Snapshot, changes: Iterable[Change]) -> Snapshot:
    """The snapshot after the changes; `old` stays as it is."""
    new = {field: dict(value) if field in PARTS and isinstance(value, dict) else value for field, value in old.items()}
    for change in changes:
        where, key = (new, change.field) if change.part is None else (new[change.field], change.part)
        if change.after is ABSENT:
            del where[key]
        else:
            where[key] = change.after
    return new


@given(snapshots, snapshots)
def test_a_difference_applied_to_the_old_gives_the_new(old, new):
    assert applied(old, difference(old, new)) == new


@given(snapshots)
def test_the_same_has_no_difference(one):
    assert difference(one, dict(one)) == []


def without(pieces: list[Piece], kind: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != kind)


@given(texts, texts)
def test_the_pieces_of_a_text_are_the_old_one_and_the_new_one(old, new):
    pieces = text_difference(old, new)
    assert (without(pieces, "inserted"), without(pieces, "deleted")) == (old, new)
    assert all(piece.text for piece in pieces)


def test_only_the_words_that_changed_are_marked():
    assert text_difference("Reti di tre imprese.", "Reti di cinque imprese.") == [
        Piece("same", "Reti di "),
        Piece("deleted", "tre "),
        Piece("inserted", "cinque "),
        Piece("same", "imprese."),
    ]


@pytest.mark.parametrize("word", ["a ", "parola{} ", "{}\n"])
def test_long_texts_are_compared_within_two_seconds(word):
    old = "".join(word.format(n % 97) for n in range(30_000))
    new = "".join(word.format((n * 7) % 89) for n in range(30_000))
    began = time.process_time()
    pieces = text_difference(old, new)
    assert time.process_time() - began < 2
    assert without(pieces, "inserted") == old
