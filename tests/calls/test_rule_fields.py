"""How numbers are entered where rules are edited: by people of both languages."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from calls.rules.fields import AmountField, PercentField


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("150000", "150000"),
        ("150.000", "150000"),
        ("150,000", "150000"),
        ("150 000", "150000"),
        ("€ 150.000,50", "150000.50"),
        ("1,150,000.5", "1150000.5"),
        ("1.150.000", "1150000"),
        ("1234,5", "1234.5"),
        ("1234.50", "1234.50"),
    ],
)
def test_amounts_are_read_as_people_of_both_languages_write_them(language: str, typed: str, amount: str) -> None:
    with translation.override(language):
        assert AmountField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["1.50.000", "15.00,000", "1.2345", "NaN", "-5", "0", "many", "1e", ".", "1.234,567", "0,500", "15000,250"]
)
def test_an_amount_that_can_be_read_in_two_ways_or_none_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        AmountField().clean(typed)


@pytest.mark.parametrize(("typed", "share"), [("12,5", "0.125"), ("12.5", "0.125"), ("50 %", "0.5"), ("100", "1")])
def test_a_percentage_is_a_share_with_comma_or_point(typed: str, share: str) -> None:
    assert PercentField().clean(typed) == Decimal(share)


@pytest.mark.parametrize("typed", ["100,1", "1.500", "12,55", "-1"])
def test_a_percentage_beyond_its_bounds_or_places_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        PercentField().clean(typed)


def test_what_is_stored_is_shown_as_the_reader_writes_it_and_saved_again_unchanged() -> None:
    share, amount = PercentField(), AmountField()
    shown = {}
    for language in ("it", "en"):
        with translation.override(language):
            widget = (
                share.widget.render("s", share.prepare_value(Decimal("0.125"))),
                amount.widget.render("a", Decimal("150000.5")),
            )
            shown[language] = [text.split('value="')[1].split('"')[0] for text in widget]
    assert shown == {"it": ["12,5", "150.000,5"], "en": ["12.5", "150,000.5"]}
    assert {share.clean(texts[0]) for texts in shown.values()} == {Decimal("0.125")}
    assert {amount.clean(texts[1]) for texts in shown.values()} == {Decimal("150000.5")}
