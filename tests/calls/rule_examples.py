"""For each kind of rule parameters as they are stored, and strategies for parties. A new kind needs a line here."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from calls.rule_sets import rule_set
from calls.rules import Member, Party
from calls.rules.aid import Activity, Bonus
from calls.rules.words import CostCategory, LegalForm
from enterprises.models import EnterpriseSize, OrganisationKind

CALL_1, CALL_2, CALL_2018 = rule_set("call-1"), rule_set("call-2"), rule_set("sme-networks-2018")
DISTRICT = {"slug": "biomedicale", "name_it": "Biomedicale", "name_en": "Biomedical"}

PARAMETERS = CALL_1 | CALL_2 | CALL_2018 | {
    "minimum_members": {"fewest": 3},
    "maximum_members": {"most": 4},
    "minimum_smes": {"fewest": 2},
    "countries": {"countries": ["IT", "FR"]},
    "districts": {"districts": [DISTRICT], "fewest": 2},
    "roles_wanted": {"wanted": [{"kind": "laboratory", "fewest": 1}, {"kind": "enterprise", "fewest": 2}]},
    "intensity_by_table": {"activities": ["industrial_research", "experimental_development"]},
    "declarations": {
        "declarations": [
            {"name_it": "Non in difficoltà", "name_en": "Not in difficulty", "code": "non-in-difficolta"},
            {"name_it": "De minimis", "code": "de-minimis"},
        ]
    },
    "documents": {"documents": [{"name_it": "Piano", "name_en": "Plan", "code": "piano"}]},
    "criteria": {
        "criteria": [
            {"name_it": "Qualità", "name_en": "Quality", "weight": 60, "code": "qualita"},
            {"name_it": "Impatto", "name_en": "Impact", "weight": 40, "code": "impatto"},
        ],
        "threshold": 60,
    },
    "questions": {
        "questions": [
            {"name_it": "Novità?", "name_en": "What is new?", "limit": 3000, "code": "novita"},
            {"name_it": "Il vostro ruolo?", "limit": 800, "per_partner": True, "code": "ruolo",
             "hint_it": "Che cosa fate", "hint_en": "What you do"},
            {"name_it": "Altro?", "limit": 500, "optional": True, "code": "altro"},
        ]
    },
    "submission": {"channel": "portal", "review": True},
    "selection": {
        "evaluators": 2,
        "priorities": [{"priority": "criterion_2"}, {"priority": "smes"}],
        "objection_days": 10,
        "integration_days": 10,
    },
    "admissibility": {
        "checks": [
            {"stage": "substantive", "name_it": "Sede in regione", "name_en": "Seat in the region",
             "code": "sede-in-regione"},
            {"stage": "formal", "name_it": "Firmata", "code": "firmata"},
        ]
    },
    "networks_per_organisation": {"most": 1},
    "de_minimis": {"ceiling": "300000", "years": 3},
}  # fmt: skip


def firm(name: str, size: str | None = "small", **known) -> Member:
    return Member(name=name, kind="enterprise", size=size, **known)


def party(*members: Member, **known) -> Party:
    return Party(members=members, **known)


AMOUNTS = st.integers(0, 90_000_000).map(lambda cents: Decimal(cents) / 100)
SHARES = st.integers(0, 1000).map(lambda thousandths: Decimal(thousandths) / 1000)
MEMBERS = st.builds(
    Member,
    name=st.sampled_from([f"Firm {letter}" for letter in "ABCDEFGH"]),
    kind=st.sampled_from(OrganisationKind.values) | st.just("enterprise"),
    size=st.none() | st.sampled_from(EnterpriseSize.values),
    country=st.none() | st.sampled_from(["IT", "FR", "US"]),
    district=st.none() | st.sampled_from(["biomedicale", "packaging"]),
    group=st.sampled_from(["", "", "", "Firm A", "Holding"]),
    cost_share=st.none() | SHARES,
    cost_by_activity=st.none() | st.dictionaries(st.sampled_from(Activity.values), AMOUNTS, max_size=3),
    aid=st.none() | AMOUNTS,
    headroom=st.none() | AMOUNTS,
    other_networks=st.none() | st.lists(st.sampled_from(["", "Cleaner lines", "Sterile"]), max_size=3).map(tuple),
)
PARTIES = st.builds(
    Party,
    members=st.lists(MEMBERS, max_size=7, unique_by=lambda member: member.name).map(tuple),
    legal_form=st.none() | st.sampled_from(LegalForm.values),
    cost=st.none() | AMOUNTS,
    grant=st.none() | AMOUNTS,
    cost_by_category=st.none() | st.dictionaries(st.sampled_from(CostCategory.values), AMOUNTS),
    bonuses=st.none() | st.frozensets(st.sampled_from(Bonus.values)),
    declared=st.none() | st.frozensets(st.sampled_from(["non-in-difficolta", "de-minimis"])),
    attached=st.none() | st.frozensets(st.sampled_from(["piano"])),
    answered=st.none() | st.frozensets(st.sampled_from(["novita", "ruolo", "altro"])),
    graduates_hired=st.none() | st.integers(0, 5),
    contracts_made_permanent=st.none() | st.integers(0, 5),
)


def known(party: Party, grant: Decimal, cost: Decimal) -> Party:
    """The same party, of which all that concerns money is known."""
    members = tuple(
        replace(member, size=member.size or "small", cost_by_activity=member.cost_by_activity or {})
        for member in party.members
    )
    costs = party.cost_by_category or {"materials": cost}
    return replace(party, members=members, grant=grant, cost=cost, cost_by_category=costs)


KNOWN_PARTIES = st.builds(known, PARTIES, AMOUNTS, AMOUNTS)
