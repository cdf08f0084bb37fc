"""The rules of three real calls, entered as data, with parties that they let in and parties that they do not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from calls.rules import RULES, Member, Party, Rule, judge
from calls.rules.kinds.smes import independent_smes
from tests.calls.rule_examples import CALL_1, CALL_2, CALL_2018, firm, party
from tests.calls.test_aid import GBER

LAB = Member("Lab", "laboratory")


def rules(rule_set: dict) -> dict[str, Rule]:
    return {kind: RULES[kind](parameters, aid=GBER) for kind, parameters in rule_set.items()}


def stand(rule_set: dict, kind: str, who: Party) -> tuple[bool | None, str, str]:
    verdict = rules(rule_set)[kind].check(who)
    return verdict.met, verdict.text, verdict.way_on


# --- Call 1 (2008): intensities of the call's own, laboratories beside enterprises ----------------------------------


def test_call_1_explains_itself() -> None:
    assert {kind: rule.explain() for kind, rule in rules(CALL_1).items()} == {
        "roles": "Who may take part: enterprises and research laboratories.",
        "legal_forms": "Those who take part are joined as: single organisation or temporary grouping.",
        "grant": "The grant is at most €\u00a01,000,000.",
        "flat_intensity": "Of the cost, aid covers at most 50% for industrial research, 25% for experimental "
        "development and 100% for dissemination.",
    }


def test_call_1_is_for_enterprises_and_laboratories() -> None:
    assert stand(CALL_1, "roles", party(firm("A"), LAB)) == (True, "2 of 2 organisations", "")
    assert stand(CALL_1, "roles", party(firm("A"), Member("Uni", "university"))) == (
        False,
        "1 of 2 organisations",
        "The call is not for Uni: look for partners among enterprises and research laboratories.",
    )


def test_call_1_pays_half_of_research_a_quarter_of_development_and_all_of_dissemination() -> None:
    costs = {"industrial_research": Decimal(400_000), "experimental_development": Decimal(200_000)}
    one = party(firm("A", cost_by_activity=costs | {"dissemination": Decimal(10_000)}), grant=Decimal(260_000))
    assert stand(CALL_1, "flat_intensity", one) == (True, "€\u00a0260,000, at most €\u00a0260,000", "")
    assert stand(CALL_1, "flat_intensity", replace(one, grant=Decimal("260000.01"))) == (
        False,
        "€\u00a0260,000.01, at most €\u00a0260,000",
        "Ask for €\u00a00.01 less.",
    )
    unknown = party(firm("A"), grant=Decimal(1))
    assert stand(CALL_1, "flat_intensity", unknown)[0] is None
    assert stand(CALL_1, "grant", replace(one, grant=Decimal(1_000_001))) == (
        False,
        "€\u00a01,000,001, at most €\u00a01,000,000",
        "Ask for €\u00a01 less.",
    )


# --- Call 2 (2012): large enterprises only with four independent small ones -----------------------------------------

LARGE = firm("Large", "large")
FOUR = [firm("A", "micro"), firm("B"), firm("C", "medium"), firm("D")]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([LARGE, *FOUR], (True, "4 of 4 independent small or medium enterprises", "")),
        (FOUR[:1], (True, "No large enterprise takes part", "")),
        ([LAB], (True, "No large enterprise takes part", "")),
        (
            [LARGE, *FOUR[:3]],
            (
                False,
                "3 of 4 independent small or medium enterprises",
                "1 more independent small or medium enterprise is needed.",
            ),
        ),
        # The same group counts once; a firm of the large one's group not at all; research counts for nothing here.
        (
            [LARGE, *FOUR[:2], firm("C", group="Holding"), firm("D", group="holding"), LAB],
            (
                False,
                "3 of 4 independent small or medium enterprises",
                "1 more independent small or medium enterprise is needed.",
            ),
        ),
        (
            [LARGE, *FOUR[:3], firm("E", group="Large")],
            (
                False,
                "3 of 4 independent small or medium enterprises",
                "1 more independent small or medium enterprise is needed.",
            ),
        ),
        (
            [LARGE, *FOUR[:3], firm("Unknown", None)],
            (None, "3 of 4 independent small or medium enterprises", "Enter the size of Unknown."),
        ),
        (
            [firm("Unknown", None), firm("A")],
            (None, "1 of 4 independent small or medium enterprises", "Enter the size of Unknown."),
        ),
        ([firm("Unknown", None), *FOUR], (True, "4 of 4 independent small or medium enterprises", "")),
    ],
)
def test_call_2_takes_large_enterprises_only_with_four_independent_small_ones(members, expected) -> None:
    assert stand(CALL_2, "smes_beside_large", party(*members)) == expected


def test_call_2_finances_a_programme_of_400_to_800_thousand_up_to_all_of_it() -> None:
    assert stand(CALL_2, "project_cost", party(cost=Decimal(400_000)))[0] is True
    assert stand(CALL_2, "project_cost", party(cost=Decimal("399999.99"))) == (
        False,
        "€\u00a0399,999.99",
        "Raise the cost by €\u00a00.01.",
    )
    assert stand(CALL_2, "project_cost", party(cost=Decimal(800_001)))[2] == "Lower the cost by €\u00a01."
    assert stand(CALL_2, "grant", party(cost=Decimal(500_000), grant=Decimal(500_000)))[0] is True
    assert stand(CALL_2, "grant", party(cost=Decimal(500_000), grant=Decimal(500_001)))[0] is False
    assert stand(CALL_2, "grant", party(grant=Decimal(500_000))) == (
        None,
        "The cost is not known",
        "Enter the cost of the project.",
    )


# --- The call of 2018 for networks of small enterprises -------------------------------------------------------------

THREE = [firm(name, cost_share=Decimal(share)) for name, share in [("A", "0.5"), ("B", "0.4"), ("C", "0.1")]]
WHOLE = party(
    *THREE,
    legal_form="network_contract",
    cost=Decimal(200_000),
    grant=Decimal(100_000),
    cost_by_category={"staff": Decimal(160_000), "materials": Decimal(40_000)},
    graduates_hired=2,
    contracts_made_permanent=0,
)


def test_a_network_that_meets_all_of_2018() -> None:
    judgement = judge(rules(CALL_2018).values(), WHOLE)
    assert (judgement.summary, judgement.open, judgement.unknown) == ("7 of 7 requirements met", (), ())


@pytest.mark.parametrize(
    ("kind", "change", "met", "text", "way_on"),
    [
        (
            "minimum_independent_smes",
            {"members": (THREE[0], THREE[1])},
            False,
            "2 of 3 independent small or medium enterprises",
            "1 more independent small or medium enterprise is needed.",
        ),
        (
            "minimum_independent_smes",
            {"members": (THREE[0], replace(THREE[1], group="A"), THREE[2])},
            False,
            "2 of 3 independent small or medium enterprises",
            "1 more independent small or medium enterprise is needed.",
        ),
        (
            "minimum_independent_smes",
            {"members": (THREE[0], THREE[1], replace(THREE[2], size=None))},
            None,
            "2 of 3 independent small or medium enterprises",
            "Enter the size of C.",
        ),
        (
            "minimum_independent_smes",
            {"members": (THREE[0], replace(THREE[2], size=None))},
            False,
            "1 of 3 independent small or medium enterprises",
            "2 more independent small or medium enterprises are needed. Enter the size of C.",
        ),
        (
            "legal_forms",
            {"legal_form": "temporary_grouping"},
            False,
            "temporary grouping",
            "Choose one of these forms: network contract, consortium or consortium company.",
        ),
        ("legal_forms", {"legal_form": None}, None, "The legal form is not known", "Enter the legal form."),
        ("project_cost", {"cost": Decimal(149_000)}, False, "€\u00a0149,000", "Raise the cost by €\u00a01,000."),
        ("project_cost", {"cost": None}, None, "The cost is not known", "Enter the cost of the project."),
        (
            "cost_share",
            {"members": (replace(THREE[0], cost_share=Decimal("0.501")), THREE[1], THREE[2])},
            False,
            "2 of 3 organisations",
            "Change the share of A.",
        ),
        (
            "cost_share",
            {"members": (replace(THREE[0], cost_share=Decimal("0.099")), THREE[1], THREE[2])},
            False,
            "2 of 3 organisations",
            "Change the share of A.",
        ),
        (
            "cost_share",
            {"members": (replace(THREE[0], cost_share=None), THREE[1], THREE[2])},
            None,
            "2 of 3 organisations",
            "Enter the share of the cost that A bears.",
        ),
        (
            "cost_limits",
            {"cost_by_category": {"staff": Decimal(100_000), "materials": Decimal(50_000)}},
            False,
            "materials: €\u00a050,000, at most €\u00a030,000",
            "Move €\u00a020,000 from materials to other costs.",
        ),
        (
            "grant",
            {"grant": Decimal(100_001)},
            False,
            "€\u00a0100,001, at most €\u00a0100,000",
            "Ask for €\u00a01 less.",
        ),
        (
            "grant",
            {"cost": Decimal(400_000), "grant": Decimal(160_000)},
            False,
            "€\u00a0160,000, at most €\u00a0150,000",
            "Ask for €\u00a010,000 less.",
        ),
        (
            "staff",
            {"graduates_hired": 1, "contracts_made_permanent": 2},
            False,
            "1 of 2 graduates hired, 2 of 4 contracts made permanent",
            "Still needed: 1 graduate hired or 2 contracts made permanent.",
        ),
        (
            "staff",
            {"graduates_hired": 0, "contracts_made_permanent": 4},
            True,
            "0 of 2 graduates hired, 4 of 4 contracts made permanent",
            "",
        ),
        (
            "staff",
            {"graduates_hired": 1, "contracts_made_permanent": None},
            None,
            "1 of 2 graduates hired, 0 of 4 contracts made permanent",
            "Enter how many people will be hired or made permanent.",
        ),
    ],
)
def test_what_the_call_of_2018_does_not_let_in(kind, change, met, text, way_on) -> None:
    assert stand(CALL_2018, kind, replace(WHOLE, **change)) == (met, text, way_on)


def test_it_says_what_it_asks_for_in_a_sentence_each() -> None:
    assert {kind: rule.explain() for kind, rule in rules(CALL_2018).items()} == {
        "minimum_independent_smes": "At least 3 small or medium enterprises take part that are independent of one "
        "another.",
        "legal_forms": "Those who take part are joined as: network contract, consortium or consortium company.",
        "project_cost": "The project costs between €\u00a0150,000 and €\u00a0300,000.",
        "cost_share": "Each organisation bears between 10% and 50% of the cost.",
        "cost_limits": "Of the project's cost: materials at most 20%.",
        "grant": "The grant covers at most 50% of the cost, and is at most €\u00a0150,000.",
        "staff": "For the project at least 2 graduates are hired or at least 4 contracts are made permanent.",
    }


# --- Kinds that these calls do not have -----------------------------------------------------------------------------


def one(kind: str, parameters: dict, who: Party) -> tuple[bool | None, str, str]:
    return stand({kind: parameters}, kind, who)


def test_places_are_asked_of_all_or_of_some() -> None:
    here, there, nowhere = firm("A", country="IT"), firm("B", country="US"), firm("C")
    every, some = {"countries": ["IT", "FR"]}, {"countries": ["IT"], "fewest": 2}
    assert one("countries", every, party(here, here))[0] is True
    assert one("countries", every, party(here, there, nowhere)) == (
        False,
        "1 of 3 organisations",
        "Continue without B, which comes from elsewhere.",
    )
    assert one("countries", every, party(here, nowhere)) == (
        None,
        "1 of 2 organisations",
        "Enter the VAT number or the municipality of C.",
    )
    assert one("countries", some, party(here, nowhere))[0] is None
    assert one("countries", some, party(here, there)) == (
        False,
        "1 of 2 organisations",
        "1 more organisation is needed from here: Italy.",
    )


def test_wanted_kinds_are_counted_each() -> None:
    wanted = {"wanted": [{"kind": "laboratory", "fewest": 1}, {"kind": "enterprise", "fewest": 2}]}
    assert RULES["roles_wanted"](wanted).explain() == (
        "Among those who take part are at least 1 research laboratory and 2 enterprises."
    )
    assert one("roles_wanted", wanted, party(firm("A"), firm("B"), LAB))[0] is True
    assert one("roles_wanted", wanted, party(firm("A"))) == (
        False,
        "0 of 1 research laboratory, 1 of 2 enterprises",
        "Still needed: 1 research laboratory and 1 enterprise.",
    )


def test_papers_are_asked_for_by_name() -> None:
    declared = {
        "declarations": [{"name_it": "Uno", "name_en": "One", "code": "uno"}, {"name_it": "Due", "code": "due"}]
    }
    assert one("declarations", declared, party(declared=frozenset({"uno"}))) == (
        False,
        "1 of 2 declarations",
        "Still needed: “Due”.",
    )
    assert one("declarations", declared, party())[0] is None
    assert one("documents", {"documents": declared["declarations"]}, party(attached=frozenset({"uno", "due"})))[0]


def test_aid_by_table_follows_size_and_says_that_it_is_provisional() -> None:
    costs = {"industrial_research": Decimal(100_000)}
    members = [firm("A", "small", cost_by_activity=costs), firm("B", "large", cost_by_activity=costs)]
    parameters = {"activities": ["industrial_research"]}
    who = party(*members, grant=Decimal(120_000))
    assert one("intensity_by_table", parameters, who) == (
        True,
        "€\u00a0120,000, at most €\u00a0120,000 (provisional: the version of the day of the award decides)",
        "",
    )
    with_bonus = replace(who, grant=Decimal(145_000), bonuses=frozenset({"collaboration"}))
    assert one("intensity_by_table", parameters, with_bonus)[0] is True
    assert one("intensity_by_table", parameters, replace(with_bonus, bonuses=None))[0] is False
    unknown = party(replace(members[0], size=None), grant=Decimal(1))
    assert one("intensity_by_table", parameters, unknown)[::2] == (None, "Enter the size of A.")
    sentence = RULES["intensity_by_table"](parameters, aid=GBER).explain()
    assert sentence == (
        "Of the cost, aid covers 50% to 80%, by activity, size and bonuses (Regulation (EU) 651/2014, article 25, "
        "as amended in 2023, valid until 31 Dec 2026)."
    )


def test_criteria_judge_nobody() -> None:
    rule = RULES["criteria"]({"criteria": [{"name_it": "Qualità", "weight": 100, "code": "q"}], "threshold": 60})
    assert rule.explain() == "Proposals are scored by Qualità (100); 60 of 100 points are needed."
    assert rule.check(party(firm("A"))) is None
    assert judge([rule], party(firm("A"))).of == 0


def test_who_controls_whom() -> None:
    assert (
        independent_smes([firm("A"), firm("B", group="A"), firm("C", group="Fund"), firm("D", group="fund")]).sure == 2
    )
    assert independent_smes([firm("A", "large"), firm("B", group="A")]).sure == 0
    assert independent_smes([firm("A", None, group="Fund"), firm("B", group="Fund")]).sure == 0
