"""Versions of a proposal: what it said at a moment, and what tells two of them apart."""

import copy
from decimal import Decimal

import pytest

from projects.content import digest, snapshot
from projects.models import Network
from projects.operations.versions import record_version
from projects.panels.differences import differences
from tests.factories import UserFactory
from tests.factories.projects import NetworkFactory, PartnerFactory

pytestmark = pytest.mark.django_db


def test_a_version_holds_what_the_proposal_says_and_its_digest() -> None:
    network, person = NetworkFactory(), UserFactory()
    version = record_version(network, note=" Before the meeting ", actor=person)
    version.refresh_from_db()
    assert (version.number, version.note, version.author) == (1, "Before the meeting", person)
    assert version.content == snapshot(network)
    assert version.digest == digest(version.content)


def test_nothing_changed_is_no_new_version() -> None:
    network, person = NetworkFactory(), UserFactory()
    first = record_version(network, note="", actor=person)
    assert record_version(network, note="Again", actor=person) == first
    Network.objects.filter(pk=network.pk).update(idea="Another one.")
    assert record_version(network, note="", actor=person).number == 2


def test_a_content_does_not_differ_from_itself() -> None:
    content = snapshot(NetworkFactory())
    assert differences(content, content) == []


def test_differences_are_grouped_by_section_and_name_things_as_people_do() -> None:
    network = NetworkFactory(title="Sensors", idea="A line with sensors.")
    partner = PartnerFactory(network=network, organisation__name="Novamed", tasks="Moulding")
    slug = partner.organisation.slug
    old = snapshot(network)
    old["answers"] = {"idea": {"": "One text", slug: "Ours"}}
    old["budget"] = [[slug, 1, "staff", "industrial_research", "1000.00"]]
    old["risks"] = [{"title": "Delay", "likelihood": 1, "impact": 2, "response": "Wait", "owner": slug}]
    old["plan"] = [
        {
            "number": 1,
            "title": "Design",
            "aim": "",
            "lead": slug,
            "starts_month": 1,
            "ends_month": 6,
            "milestones": [{"title": "Drawing", "month": 3}],
            "deliverables": [],
        }
    ]
    new = copy.deepcopy(old)
    new |= {"title": "Smart sensors", "legal_form": "consortium"}
    new["partners"][slug] |= {"planned_share": "0.2500"}
    new["answers"]["idea"][""] = "Two texts"
    new["budget"] = [[slug, 1, "staff", "industrial_research", "1200.50"], [slug, 1, "materials", "dissemination", "5"]]
    new["risks"] = []
    new["plan"][0]["milestones"][0]["month"] = 4
    found = differences(old, new, {"question:idea": "The idea"})
    assert [(group.key, [(line.label, line.before, line.after) for line in group.lines]) for group in found] == [
        ("summary", [("Title", "Sensors", "Smart sensors"), ("Legal form", "", "consortium")]),
        ("partners", [("Novamed: planned share of the cost", "", "25%")]),
        ("answer", [("The idea", "One text", "Two texts")]),
        ("plan", [("Work package 1: milestone “Drawing”", "month 3", "month 4")]),
        (
            "risks",
            [
                (
                    "Delay",
                    "How likely: Low\nHow bad: Medium\nWhat you do about it: Wait\nWho watches it: Novamed",
                    "",
                )
            ],
        ),
        (
            "budget",
            [
                ("Novamed, work package 1, staff, industrial research", "€\xa01,000", "€\xa01,200.50"),
                ("Novamed, work package 1, materials, dissemination", "", "€\xa05"),
            ],
        ),
    ]
    assert [(piece.kind, piece.text) for piece in found[2].lines[0].pieces] == [
        ("deleted", "One text"),
        ("inserted", "Two texts"),
    ]


def test_a_partner_who_leaves_is_told_by_name() -> None:
    network = NetworkFactory()
    partner = PartnerFactory(network=network, organisation__name="Secchia", planned_share=Decimal("0.1"))
    old = snapshot(network)
    partner.delete()
    [group] = differences(old, snapshot(network))
    assert [(line.label, line.after) for line in group.lines] == [("Secchia", "")]
