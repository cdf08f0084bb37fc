"""Keyset paging: every row once, in order, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from district_portal.shared.pagination import Count, count_capped, keyset_page
from enterprises.models import Municipality

ORDER = ["-province", "name", "istat"]


def places(pairs: list[tuple[str, str]]) -> None:
    Municipality.objects.bulk_create(
        Municipality(istat=f"{number:06}", name=name, province=province, latitude=44, longitude=11)
        for number, (province, name) in enumerate(pairs)
    )


def walk(size: int) -> tuple[list[str], list[str]]:
    """All rows forwards by next, then backwards by previous."""
    page = keyset_page(Municipality.objects.all(), ORDER, None, size)
    forwards = [row.pk for row in page]
    while page.next_cursor:
        page = keyset_page(Municipality.objects.all(), ORDER, page.next_cursor, size)
        forwards += [row.pk for row in page]
    backwards = [row.pk for row in page]
    while page.previous_cursor:
        page = keyset_page(Municipality.objects.all(), ORDER, page.previous_cursor, size)
        backwards = [row.pk for row in page] + backwards
    return forwards, backwards


class EveryRowOnce(TestCase):
    @given(
        st.lists(
            st.tuples(st.sampled_from(["BO", "MO", "RE"]), st.sampled_from(["Alfa", "Beta", "Gamma"])), max_size=25
        ),
        st.integers(1, 7),
    )
    def test_walking_the_pages_shows_every_row_once_in_both_directions(
        self, pairs: list[tuple[str, str]], size: int
    ) -> None:
        Municipality.objects.all().delete()
        places(pairs)
        expected = list(Municipality.objects.order_by(*ORDER).values_list("pk", flat=True))
        assert walk(size) == (expected, expected)


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["", "nonsense", "bnVsbA", "WyJuIiwxXQ", "WyJuIiwiTU8iLCJBIixudWxsXQ", "é"])
def test_a_cursor_that_cannot_be_read_shows_the_first_page(cursor: str) -> None:
    places([("MO", "Mirandola"), ("MO", "Medolla")])
    assert [row.name for row in keyset_page(Municipality.objects.all(), ORDER, cursor)] == ["Medolla", "Mirandola"]


@pytest.mark.django_db
def test_the_first_page_has_no_previous_and_the_last_no_next() -> None:
    places([("MO", f"Luogo {number}") for number in range(5)])
    first = keyset_page(Municipality.objects.all(), ORDER, None, 3)
    last = keyset_page(Municipality.objects.all(), ORDER, first.next_cursor, 3)
    assert (first.previous_cursor, last.next_cursor) == (None, None)
    assert (len(first), len(last)) == (3, 2)


@pytest.mark.django_db
def test_counting_stops_at_the_cap() -> None:
    places([("MO", f"Luogo {number}") for number in range(5)])
    assert count_capped(Municipality.objects.all(), cap=5) == Count(5, capped=False)
    assert count_capped(Municipality.objects.all(), cap=4) == Count(4, capped=True)
    assert str(Count(4, capped=True)) == "4+"
