"""Rules on their way into a call: forms, operations, the columns that follow, and a kind that a test adds."""

import logging
from decimal import Decimal
from importlib import import_module

import pytest
from django import forms
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from calls.models import Call, CallRule, rules_of
from calls.operations import rules as operations
from calls.parties import party_of
from calls.rules import RULES, Party, Rule, Scope, Unreadable, Verdict, judge
from calls.rules.fields import form_data
from calls.rules.values import Values
from district_portal.management.demo.call_texts import CALLS
from district_portal.shared.errors import DomainError
from tests.calls.rule_examples import CALL_1, CALL_2, CALL_2018, DISTRICT, PARAMETERS
from tests.calls.test_aid import GBER
from tests.factories.accounts import DistrictFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.enterprises import MunicipalityFactory, OrganisationFactory, SizeDeclarationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> None:
    DistrictFactory(**DISTRICT)


# --- Forms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(RULES))
@pytest.mark.parametrize("language", ["it", "en"])
def test_parameters_come_out_of_the_form_as_they_went_in(kind: str, language: str, district) -> None:
    with translation.override(language):
        form = RULES[kind].form_for(PARAMETERS[kind])
        assert form.is_valid(), form.errors
        assert RULES[kind].parameters_of(form) == PARAMETERS[kind]


@pytest.mark.parametrize("kind", sorted(RULES))
def test_what_a_form_shows_of_a_rule_is_what_it_takes_back(kind: str, district) -> None:
    """As a browser does it: the page is drawn, its values are sent as they stand there."""
    rule = RULES[kind](PARAMETERS[kind], aid=GBER)
    page = rule.Form(initial=rule.initial)
    assert page.as_div()
    sent = {}
    for bound in page:
        value = bound.value()
        if getattr(bound.field.widget, "portal_kind", "") == "rows":
            sent |= {f"{bound.name}-{n}-{key}": each for n, row in enumerate(value) for key, each in row.items()}
        elif value is not None:
            sent[bound.name] = value
    form = rule.Form(sent)
    assert form.is_valid(), form.errors
    assert rule.parameters_of(form) == PARAMETERS[kind]


def rows(name: str, *records: dict) -> dict:
    return {f"{name}-{number}-{key}": value for number, row in enumerate(records) for key, value in row.items()}


HALF = {"name_it": "Qualità", "weight": "50"}


REFUSED = [
    ("minimum_members", {"fewest": "0"}, "fewest", "greater than or equal to 1"),
    ("minimum_members", {}, "fewest", "required"),
    ("maximum_members", {"most": "1.5"}, "most", "whole number"),
    ("minimum_smes", {"fewest": "101"}, "fewest", "less than or equal to 100"),
    ("minimum_independent_smes", {"fewest": "x"}, "fewest", "whole number"),
    ("smes_beside_large", {"fewest": ""}, "fewest", "required"),
    ("countries", {"countries": ["XX"]}, "countries", "not one of the available choices"),
    ("districts", {"districts": ["atlantis"]}, "districts", "not one of the available choices"),
    ("roles", {"kinds": ["wizard"]}, "kinds", "not one of the available choices"),
    ("roles_wanted", rows("wanted", {"kind": "wizard", "fewest": "1"}), "wanted", "Row 1, Kind: Select a valid"),
    ("roles_wanted", rows("wanted", {"kind": "university", "fewest": ""}), "wanted", "Row 1, How many, at least:"),
    ("roles_wanted", {}, "wanted", "Fill in at least one row."),
    (
        "roles_wanted",
        rows("wanted", {"kind": "university", "fewest": "1"}, {"kind": "university", "fewest": "2"}),
        "wanted",
        "Row 2 says the same as a row above it.",
    ),
    ("legal_forms", {"allowed": ["guild"]}, "allowed", "not one of the available choices"),
    ("cost_share", {"lowest": "101"}, "lowest", "Enter a percentage between 0 and 100."),
    ("cost_share", {"lowest": "-1"}, "lowest", "Enter a percentage between 0 and 100."),
    ("cost_share", {"lowest": "50", "highest": "10"}, "highest", "The highest must not be below the lowest."),
    ("cost_share", {}, "__all__", "Enter the lowest, the highest, or both."),
    ("project_cost", {"lowest": "300000", "highest": "150000"}, "highest", "must not be below the lowest"),
    ("project_cost", {"lowest": "0"}, "lowest", "Enter an amount above 0."),
    ("project_cost", {"lowest": "NaN"}, "lowest", "Enter a number."),
    (
        "cost_limits",
        rows("limits", {"category": "gold", "share": "20"}),
        "limits",
        "Row 1, Category: Select a valid",
    ),
    ("cost_limits", rows("limits", {"category": "staff", "share": "120"}), "limits", "between 0 and 100"),
    ("grant", {}, "__all__", "Enter the highest share, the highest grant, or both."),
    ("grant", {"share": "50.55"}, "share", "no more than 1 decimal place"),
    (
        "flat_intensity",
        rows("shares", {"activity": "x", "share": "5"}),
        "shares",
        "Row 1, Activity: Select a valid",
    ),
    ("intensity_by_table", {"activities": ["dissemination"]}, "activities", "not one of the available choices"),
    ("declarations", rows("declarations", {"name_en": "Only English"}), "declarations", "Row 1, In Italian:"),
    ("documents", rows("documents", {"name_it": "!!!"}), "documents", "Row 1: use letters or digits."),
    (
        "documents",
        rows("documents", {"name_it": "Piano"}, {"name_it": "piano!"}),
        "documents",
        "Row 2 says the same as a row above it.",
    ),
    ("staff", {}, "__all__", "Enter a number of graduates, a number of contracts, or both."),
    ("criteria", rows("criteria", HALF), "criteria", "The weights add up to 50: they must add up to 100."),
    (
        "criteria",
        rows("criteria", HALF, {"name_it": "Impatto", "weight": "51"}),
        "criteria",
        "The weights add up to 101: they must add up to 100.",
    ),
    ("criteria", rows("criteria", {"name_it": "Q", "weight": "-1"}), "criteria", "Row 1, Weight:"),
    (
        "criteria",
        rows("criteria", {"name_it": "Q", "weight": "100"}) | {"threshold": "101"},
        "threshold",
        "less than or equal to 100",
    ),
    (
        "questions",
        rows("questions", {"name_it": "Novità?", "limit": "30"}),
        "questions",
        "Row 1, Characters at most: Ensure this value is greater",
    ),
    (
        "questions",
        rows("questions", {"name_it": "A?", "limit": "90", "code": "a"}, {"name_it": "B?", "limit": "90", "code": "a"}),
        "questions",
        "Row 2 says the same as a row above it.",
    ),
    ("submission", {"channel": "pigeon"}, "channel", "not one of the available choices"),
    ("selection", {"evaluators": "0", "integration_days": "10"}, "evaluators", "greater than or equal to 1"),
    (
        "selection",
        {"evaluators": "2", "integration_days": "10"} | rows("priorities", {"priority": "luck"}),
        "priorities",
        "Row 1, Decides: Select a valid",
    ),
    ("admissibility", rows("checks", {"name_it": "Firmata"}), "checks", "Row 1, Check:"),
    ("networks_per_organisation", {"most": "0"}, "most", "greater than or equal to 1"),
    ("de_minimis", {"ceiling": "0", "years": "3"}, "ceiling", "Enter an amount above 0."),
]


@pytest.mark.parametrize(("kind", "data", "field", "message"), REFUSED)
def test_a_form_says_at_its_field_what_is_wrong(kind: str, data: dict, field: str, message: str) -> None:
    form = RULES[kind].Form(data)
    assert not form.is_valid()
    assert message in " ".join(str(error) for error in form.errors[field]), form.errors


def test_every_kind_has_a_form_that_refuses_something() -> None:
    assert {kind for kind, *_case in REFUSED} == set(RULES)


def test_criteria_start_from_a_suggested_grid() -> None:
    form = RULES["criteria"].Form()
    assert sum(int(row["weight"]) for row in form["criteria"].value()) == 100
    assert form["threshold"].value() == 60
    stored = form_data(RULES["criteria"].Form, {"criteria": form["criteria"].value(), "threshold": 60})
    assert RULES["criteria"].Form(stored).is_valid()


# --- Operations -----------------------------------------------------------------------------------------------------


def test_the_columns_of_a_call_follow_from_its_rules() -> None:
    call, actor = CallFactory(draft=True), UserFactory()
    operations.replace_rules(call, rules=CALL_2018 | {"roles": {"kinds": ["enterprise"]}}, actor=actor)
    call.refresh_from_db()
    assert (call.partners_min, call.roles, call.grant_share, call.grant_max) == (
        3,
        ["enterprise"],
        Decimal("0.5"),
        150_000,
    )
    assert (call.project_cost_min, call.project_cost_max) == (150_000, 300_000)
    assert list(call.authors.all()) == [actor]
    operations.save_rule(call, kind="minimum_members", parameters={"fewest": 5}, actor=actor)
    operations.remove_rule(call, kind="grant", actor=actor)
    call.refresh_from_db()
    assert (call.partners_min, call.grant_share, call.grant_max) == (5, None, None)


def test_the_rules_of_a_call_that_is_over_stay_as_they_are() -> None:
    call, actor = CallFactory(state="concluded"), UserFactory()
    for change in (
        lambda: operations.save_rule(call, kind="minimum_members", parameters={"fewest": 5}, actor=actor, note="Late."),
        lambda: operations.remove_rule(call, kind="minimum_members", actor=actor, note="Late."),
        lambda: operations.replace_rules(call, rules=CALL_2018, actor=actor, note="Late."),
    ):
        with pytest.raises(DomainError, match="is over"):
            change()


@pytest.mark.parametrize("rule_set", [CALL_1, CALL_2, CALL_2018])
def test_a_real_call_is_entered_whole_and_read_again(rule_set: dict) -> None:
    call = CallFactory(draft=True)
    operations.replace_rules(call, rules=rule_set, actor=UserFactory())
    assert {rule.kind: rule.parameters for rule in rules_of(Call.objects.get(pk=call.pk))} == rule_set


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        ("wizardry", {}, "This rule can't be understood: wizardry."),
        ("minimum_members", {"fewest": 0}, "Fewest members: Ensure this value is greater"),
        ("minimum_members", {"most": 3}, "This rule can't be understood: Fewest members."),
        ("grant", {"share": "1.5"}, "Grant: Enter a percentage between 0 and 100."),
        ("criteria", {"criteria": "all"}, "This rule can't be understood: Criteria and weights."),
        ("criteria", {"criteria": [{"name_it": "Q", "weight": 90}]}, "The weights add up to 90"),
        ("intensity_by_table", {"activities": ["industrial_research"]}, "No table of aid is valid today"),
    ],
)
def test_bad_parameters_are_refused_and_nothing_is_saved(kind: str, parameters: dict, message: str) -> None:
    call = CallFactory(draft=True, partners_min=2)
    rules = {"maximum_members": {"most": 4}, kind: parameters}
    with pytest.raises(DomainError, match=message):
        operations.replace_rules(call, rules=rules, actor=UserFactory())
    assert [(rule.kind, rule.parameters) for rule in rules_of(call)] == [("minimum_members", {"fewest": 2})]


def test_rules_that_contradict_each_other_are_refused() -> None:
    call, actor = CallFactory(draft=True), UserFactory()
    operations.save_rule(call, kind="minimum_independent_smes", parameters={"fewest": 4}, actor=actor)
    with pytest.raises(DomainError, match="contradict each other. At least 4 .* At most 3 organisations"):
        operations.save_rule(call, kind="maximum_members", parameters={"most": 3}, actor=actor)
    assert [rule.kind for rule in rules_of(call)] == ["minimum_independent_smes"]


def test_a_public_call_is_changed_with_a_note_and_gets_a_version() -> None:
    call, actor = CallFactory(partners_min=2), UserFactory()
    with pytest.raises(DomainError, match="what changed"):
        operations.save_rule(call, kind="minimum_members", parameters={"fewest": 3}, actor=actor)
    operations.save_rule(
        call, kind="minimum_members", parameters={"fewest": 3}, actor=actor, note="The State asks for three."
    )
    assert [(version.number, version.content["partners_min"]) for version in call.versions.all()] == [(2, 3), (1, 2)]


def test_aid_by_table_takes_the_version_of_today() -> None:
    call_command("load_reference", verbosity=0)
    call = CallFactory(draft=True)
    operations.save_rule(
        call, kind="intensity_by_table", parameters={"activities": ["industrial_research"]}, actor=UserFactory()
    )
    call.refresh_from_db()
    assert call.aid_table.code == "gber-25-2023"
    assert "50% to 80%" in rules_of(call)[0].explain()


@pytest.mark.parametrize(
    ("kind", "parameters"), [("wizardry", {}), ("minimum_members", {"fewest": "three"}), ("grant", {"share": 0.5})]
)
def test_a_row_that_no_class_understands_is_logged_and_shown_and_the_page_stands(
    kind: str, parameters: dict, caplog: pytest.LogCaptureFixture, client
) -> None:
    call = CallFactory()
    CallRule.objects.create(call=call, kind=kind, parameters=parameters)
    with caplog.at_level(logging.ERROR):
        (rule,) = rules_of(call)
    assert isinstance(rule, Unreadable) and f"can't be read: {kind}" in caplog.text
    verdict = rule.check(Party(members=()))
    assert (verdict.met, bool(verdict.way_on)) == (None, True)
    assert client.get(f"/en/calls/{call.slug}/").status_code == 200


# --- From organisations to parties ----------------------------------------------------------------------------------


def test_what_is_known_of_an_organisation() -> None:
    organisation = OrganisationFactory(municipality=MunicipalityFactory(), vat_number="EL123456783", group=" Fund ")
    SizeDeclarationFactory(organisation=organisation, year=2024, size="large")
    SizeDeclarationFactory(organisation=organisation, year=2025, size="medium")
    (member,) = party_of(organisation).members
    assert (member.size, member.country, member.nuts, member.group) == ("medium", "GR", "ITH54", "Fund")
    assert member.district == organisation.district.slug
    (unknown,) = party_of(OrganisationFactory(municipality=None, vat_number=None, district=None)).members
    assert (unknown.size, unknown.country, unknown.nuts, unknown.district, unknown.group) == (
        None,
        None,
        None,
        None,
        "",
    )
    (italian,) = party_of(OrganisationFactory(municipality=MunicipalityFactory(), vat_number=None)).members
    assert italian.country == "IT"


# --- A new kind is one class ----------------------------------------------------------------------------------------


@pytest.fixture
def new_kind():
    class OddMembers(Rule):
        kind = "odd_members"
        title = "Odd number of members"
        scope = Scope.TOGETHER
        order = 99

        class Form(forms.Form):
            above = forms.IntegerField(label="Above", min_value=0)

        def read(self, given: Values) -> None:
            self.above = given.number("above")

        def explain(self) -> str:
            return f"An odd number of organisations above {self.above} takes part."

        def check(self, party: Party) -> Verdict:
            count = len(party.members)
            met = count % 2 == 1 and count > self.above
            return Verdict(met, f"{count} organisations", "" if met else "One more or less.")

        def facts(self):
            return {"partners_min": self.above + 1}

    yield OddMembers
    del RULES["odd_members"]


def test_adding_a_kind_is_one_class(new_kind: type[Rule], client) -> None:
    call, actor = CallFactory(draft=True), UserFactory()
    with pytest.raises(DomainError, match="Odd number of members: Ensure this value"):
        operations.save_rule(call, kind="odd_members", parameters={"above": -1}, actor=actor)
    operations.save_rule(call, kind="odd_members", parameters={"above": 2}, actor=actor)
    (rule,) = rules_of(Call.objects.get(pk=call.pk))
    assert (type(rule), rule.initial) == (new_kind, {"above": 2})
    judgement = judge([rule], party_of(OrganisationFactory()))
    assert [(line.rule.explain(), line.verdict.way_on) for line in judgement.lines] == [
        ("An odd number of organisations above 2 takes part.", "One more or less.")
    ]
    call.refresh_from_db()
    assert call.partners_min == 3
    published = CallFactory(rules={"odd_members": {"above": 0}})
    assert rule.explain().replace("2", "0") in client.get(f"/en/calls/{published.slug}/").content.decode()


def test_two_classes_of_one_name_are_an_error(new_kind: type[Rule]) -> None:
    with pytest.raises(TypeError, match="two kinds of rule are named 'odd_members'"):
        type("Another", (new_kind,), {})


# --- Rules that are made without the operations ---------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key, spec in CALLS.items() if "rules" in spec])
def test_the_demonstration_holds_what_the_forms_would_store(key: str) -> None:
    for kind, parameters in CALLS[key]["rules"].items():
        form = RULES[kind].form_for(parameters)
        assert form.is_valid(), form.errors
        assert RULES[kind].parameters_of(form) == parameters


def test_columns_and_rules_say_the_same() -> None:
    columns = {
        "partners_min": 3,
        "roles": ["enterprise", "university"],
        "grant_share": Decimal("0.6000"),
        "grant_max": None,
        "project_cost_min": 150_000,
        "project_cost_max": Decimal("300000.50"),
    }
    rules = operations.rules_of_columns(columns)
    assert rules == {
        "minimum_members": {"fewest": 3},
        "roles": {"kinds": ["enterprise", "university"]},
        "grant": {"share": "0.6"},
        "project_cost": {"lowest": "150000", "highest": "300000.5"},
    }
    call = CallFactory(draft=True)
    operations.replace_rules(call, rules=rules, actor=UserFactory())
    call.refresh_from_db()
    assert {name: getattr(call, name) for name in columns} == columns
    assert operations.rules_of_columns({}) == {}


def test_calls_from_before_rules_were_data_get_the_rules_that_their_columns_say() -> None:
    whole = CallFactory(
        partners_min=3, roles=["laboratory"], grant_share="0.5", grant_max=150_000, project_cost_max="300000.50"
    )
    share, nothing = CallFactory(grant_share=1), CallFactory()
    expected = {call: dict(call.rules.values_list("kind", "parameters")) for call in (whole, share, nothing)}
    CallRule.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("calls.migrations.0005_rules_from_columns").RULES)
    found = {call: dict(call.rules.values_list("kind", "parameters")) for call in (whole, share, nothing)}
    assert found == expected
    assert [len(rules) for rules in expected.values()] == [4, 1, 0]
