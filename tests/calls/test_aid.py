"""How high aid may be: Regulation 651/2014, art. 25, as amended in 2023, number by number."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from calls.rules.aid import Activity, AidVersion, Bonus, aid_share

_FILE = json.loads((settings.BASE_DIR / "reference" / "aid-tables.json").read_text(encoding="utf-8"))[0]
GBER = AidVersion(
    _FILE["code"],
    _FILE["name_en"],
    date.fromisoformat(_FILE["valid_from"]),
    date.fromisoformat(_FILE["valid_to"]),
    _FILE["tables"],
)

# activity: large, medium, small without any bonus, then with +15, then with +25, in percent
TABLE = {
    "fundamental_research": [(100, 100, 100), (100, 100, 100), (100, 100, 100)],
    "industrial_research": [(50, 60, 70), (65, 75, 80), (75, 80, 80)],
    "experimental_development": [(25, 35, 45), (40, 50, 60), (50, 60, 70)],
    "feasibility_study": [(50, 60, 70), (50, 60, 70), (50, 60, 70)],
}
CELLS = [
    (activity, size, bonuses, percentage)
    for activity, rows in TABLE.items()
    for bonuses, row in zip(([], ["collaboration"], ["three_member_states"]), rows, strict=True)
    for size, percentage in zip(("large", "medium", "small"), row, strict=True)
]


@pytest.mark.parametrize(("activity", "size", "bonuses", "percentage"), CELLS)
def test_each_number_of_the_table(activity: str, size: str, bonuses: list[str], percentage: int) -> None:
    found = aid_share(GBER, activity=activity, size=size, bonuses=bonuses)
    assert found.share * 100 == percentage
    if size == "small":
        assert aid_share(GBER, activity=activity, size="micro", bonuses=bonuses).share == found.share


@given(
    st.sampled_from(list(_FILE["tables"]["intensity"])),
    st.sampled_from(["micro", "small", "medium", "large"]),
    st.frozensets(st.sampled_from(Bonus.values)),
)
def test_the_lines_add_up_and_no_bonus_lifts_above_the_cap(activity: str, size: str, bonuses: frozenset) -> None:
    found = aid_share(GBER, activity=activity, size=size, bonuses=bonuses)
    assert sum((line.share for line in found.lines), Decimal(0)) == found.share
    assert all(line.text for line in found.lines)
    assert found.share <= max(Decimal("0.8"), aid_share(GBER, activity=activity, size=size).share)
    alone = [aid_share(GBER, activity=activity, size=size, bonuses=[bonus]).share for bonus in bonuses]
    assert found.share == max(alone, default=aid_share(GBER, activity=activity, size=size).share)


def test_the_explanation_says_what_was_added_and_what_was_not() -> None:
    found = aid_share(
        GBER,
        activity="industrial_research",
        size="small",
        bonuses=["collaboration", "three_member_states", "assisted_area_c"],
    )
    assert [(line.text, line.share) for line in found.lines] == [
        ("Industrial research, small enterprise", Decimal("0.7")),
        ("Collaboration over at least three Member States", Decimal("0.25")),
        ("Effective collaboration: not added, only one bonus counts", Decimal(0)),
        ("Area under article 107(3)(c): not added, only one bonus counts", Decimal(0)),
        ("At most 80%", Decimal("-0.15")),
    ]


@pytest.mark.parametrize(
    ("award_on", "provisional"),
    [(None, True), (date(2026, 12, 31), False), (date(2027, 1, 1), True), (date(2023, 6, 30), True)],
)
def test_the_version_of_the_day_of_the_award_decides(award_on: date | None, provisional: bool) -> None:
    found = aid_share(GBER, activity="industrial_research", size="large", award_on=award_on)
    assert (found.version, found.provisional) == ("gber-25-2023", provisional)


def test_what_the_version_does_not_know_is_no_guess() -> None:
    for unknown in ({"activity": "dissemination"}, {"size": "huge"}, {"bonuses": ["friendship"]}):
        with pytest.raises(KeyError):
            aid_share(GBER, **{"activity": "industrial_research", "size": "small"} | unknown)


def test_every_activity_and_bonus_of_the_file_has_a_name() -> None:
    assert set(_FILE["tables"]["intensity"]) <= set(Activity.values)
    assert set(_FILE["tables"]["bonuses"]) == set(Bonus.values)
