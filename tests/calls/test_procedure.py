"""What a call's rules say about writing, sending and selecting; and what holds where they say nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given

from calls.models import Call, CallRule
from calls.operations import rules as operations
from calls.procedure import Procedure, admissibility_of, criteria_of, procedure_of, questions_of
from calls.rules import RULES, Member, Party
from tests.calls.rule_examples import PARAMETERS, PARTIES, firm, party
from tests.calls.test_rules_agree import FEW, amount, rule
from tests.factories.accounts import UserFactory
from tests.factories.calls import CallFactory


def call_with(**rules: dict) -> Call:
    call = CallFactory(draft=True)
    operations.replace_rules(call, rules=rules, actor=UserFactory())
    return Call.objects.get(pk=call.pk)


# --- What readers ask -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_call_without_such_rules_is_sent_here_after_a_review_and_scored_by_the_suggested_grid() -> None:
    call = call_with(minimum_members={"fewest": 2})
    assert procedure_of(call) == Procedure()
    assert (procedure_of(call).channel, procedure_of(call).review) == ("portal", True)
    assert questions_of(call) == ()
    assert {item.stage for item in admissibility_of(call)} == {"formal", "substantive"}
    grid = criteria_of(call)
    assert (sum(criterion.weight for criterion in grid.criteria), grid.threshold) == (100, 60)


@pytest.mark.django_db
def test_what_the_rules_say_is_what_readers_get() -> None:
    call = call_with(
        **{
            kind: PARAMETERS[kind]
            for kind in ("questions", "selection", "admissibility", "criteria", "networks_per_organisation")
        },
        submission={"channel": "hand_over", "review": False},
    )
    assert procedure_of(call) == Procedure(
        channel="hand_over",
        review=False,
        evaluators=2,
        priorities=("impatto", "smes"),
        objection_days=10,
        integration_days=10,
        networks_per_organisation=1,
    )
    questions = questions_of(call)
    assert [(each.code, each.limit, each.per_partner, each.required) for each in questions] == [
        ("novita", 3000, False, True),
        ("ruolo", 800, True, True),
        ("altro", 500, False, False),
    ]
    # Formal checks come first, whatever the order in which they were entered.
    assert [(item.code, item.stage) for item in admissibility_of(call)] == [
        ("firmata", "formal"),
        ("sede-in-regione", "substantive"),
    ]
    assert [(each.code, each.weight) for each in criteria_of(call).criteria] == [("qualita", 60), ("impatto", 40)]


@pytest.mark.django_db
def test_texts_come_in_the_readers_language_and_in_the_other_one_where_one_is_missing() -> None:
    call = call_with(questions=PARAMETERS["questions"])
    with translation.override("it"):
        assert [(each.text, each.hint) for each in questions_of(call)][1] == ("Il vostro ruolo?", "Che cosa fate")
    with translation.override("en"):
        assert [(each.text, each.hint) for each in questions_of(call)][1] == ("Il vostro ruolo?", "What you do")
        assert criteria_of(call).criteria[0].name == "Technical quality"


@pytest.mark.django_db
def test_a_priority_for_a_criterion_that_the_grid_does_not_have_decides_nothing() -> None:
    selection = PARAMETERS["selection"] | {"priorities": [{"priority": "criterion_6"}, {"priority": "criterion_1"}]}
    call = call_with(selection=selection, criteria=PARAMETERS["criteria"])
    assert procedure_of(call).priorities == ("qualita",)


@pytest.mark.django_db
def test_the_rules_of_a_call_are_read_once(django_assert_num_queries) -> None:
    call = call_with(questions=PARAMETERS["questions"])
    with django_assert_num_queries(1):
        procedure_of(call), questions_of(call), admissibility_of(call), criteria_of(call)


# --- The template ---------------------------------------------------------------------------------------------------


def test_a_question_keeps_its_code_when_its_text_is_changed() -> None:
    form = RULES["questions"].form_for(PARAMETERS["questions"])
    data = dict(form.data) | {"questions-0-name_it": "Che cosa è nuovo nel progetto?"}
    form = RULES["questions"].Form(data)
    assert form.is_valid()
    first = form.cleaned_data["questions"][0]
    assert (first["name_it"], first["code"]) == ("Che cosa è nuovo nel progetto?", "novita")


def test_a_question_whose_texts_are_emptied_goes() -> None:
    form = RULES["questions"].form_for(PARAMETERS["questions"])
    emptied = {f"questions-1-{name}": "" for name in ("name_it", "name_en", "hint_it", "hint_en", "limit")}
    form = RULES["questions"].Form(dict(form.data) | emptied)
    assert form.is_valid(), form.errors
    assert [row["code"] for row in form.cleaned_data["questions"]] == ["novita", "altro"]


def test_codes_are_short_enough_for_what_refers_to_them() -> None:
    long = "Come cresce la collaborazione fra imprese e laboratori " * 5
    form = RULES["questions"].Form({"questions-0-name_it": long[:300], "questions-0-limit": "500"})
    assert form.is_valid(), form.errors
    assert len(form.cleaned_data["questions"][0]["code"]) <= 80


def test_optional_questions_are_not_counted() -> None:
    verdict = rule("questions").check(party(answered=frozenset({"novita"})))
    assert (verdict.met, verdict.text) == (False, "1 of 2 questions answered")
    assert verdict.way_on == "Still to be answered: “Il vostro ruolo?”."
    assert rule("questions").check(party(answered=frozenset({"novita", "ruolo"}))).met


def test_the_sentences_name_one_or_many() -> None:
    one = RULES["questions"]({"questions": PARAMETERS["questions"]["questions"][:1]})
    assert one.explain() == "The proposal answers this question: “What is new?” (up to 3,000 characters)."
    assert "“Il vostro ruolo?” (each partner, up to 800 characters)" in rule("questions").explain()


# --- More networks of one call ----------------------------------------------------------------------------------------


def test_an_organisation_in_more_networks_than_allowed_is_named_with_what_may_be_named() -> None:
    members = (
        firm("Alfa", other_networks=()),
        firm("Beta", other_networks=("Cleaner lines", "")),
    )
    verdict = rule("networks_per_organisation").check(party(*members))
    assert (verdict.met, verdict.text) == (False, "1 of 2 organisations")
    assert verdict.way_on == (
        "Beta is also in “Cleaner lines” and 1 network that is not public: it must leave 2 of its networks."
    )
    assert rule("networks_per_organisation", most=3).check(party(*members)).met


@FEW
@given(PARTIES)
def test_leaving_as_many_networks_as_the_way_on_says_is_enough(party: Party) -> None:
    made = rule("networks_per_organisation", most=2)
    left = tuple(replace(member, other_networks=(member.other_networks or ())[:1]) for member in party.members)
    assert made.check(replace(party, members=left)).met


# --- De minimis -------------------------------------------------------------------------------------------------------


def test_the_new_aid_counts_against_what_is_left() -> None:
    alone = firm("Alfa", aid=Decimal(50_000), headroom=Decimal(50_000))
    assert rule("de_minimis").check(party(alone)).met
    verdict = rule("de_minimis").check(party(replace(alone, aid=Decimal("50000.01"))))
    assert (verdict.met, verdict.way_on) == (False, "Lower the aid of Alfa by €\xa00.01.")


def test_members_of_one_group_share_what_is_left() -> None:
    members = [firm(name, group="Holding", aid=Decimal(40_000), headroom=Decimal(60_000)) for name in ("Alfa", "Beta")]
    verdict = rule("de_minimis").check(party(*members))
    assert (verdict.met, verdict.text) == (False, "0 of 1 undertaking")
    assert amount(verdict.way_on) == 20_000
    assert rule("de_minimis").check(party(*(replace(member, group="") for member in members))).met


def test_until_it_is_stated_nothing_is_known_and_laboratories_are_no_undertakings() -> None:
    laboratory = Member("Lab", "laboratory")
    verdict = rule("de_minimis").check(party(laboratory, firm("Alfa", aid=Decimal(1))))
    assert (verdict.met, verdict.way_on) == (None, "Alfa must state the de minimis aid that it had.")
    assert rule("de_minimis").check(party(laboratory)).met


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_call_with_every_kind_of_rule_shows_them_in_words(client) -> None:
    call = CallFactory()
    kinds = ("questions", "submission", "selection", "admissibility", "networks_per_organisation", "de_minimis")
    CallRule.objects.bulk_create(CallRule(call=call, kind=kind, parameters=PARAMETERS[kind]) for kind in kinds)
    page = client.get(f"/en/calls/{call.slug}/").content.decode()
    for kind in kinds:
        assert rule(kind).explain().partition("“")[0].partition("’")[0] in page, kind
