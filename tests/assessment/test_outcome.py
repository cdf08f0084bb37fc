"""What the page of a network says of its selection, to its members."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from assessment.models import AnnouncedRejection, Assessment
from assessment.states import AssessmentState
from calls.states import CallState
from tests.assessment.decided import ranked_call
from tests.factories import MembershipFactory
from tests.factories.assessment import assessed_call

pytestmark = pytest.mark.django_db


def page_of(assessment: Assessment) -> tuple[str, str, str]:
    """The words of the last step, of the note, and where the note leads, as the lead's people read them."""
    lead = assessment.network.partners.get(role="lead").organisation
    client = Client()
    client.force_login(MembershipFactory(organisation=lead, role="owner").user)
    page = BeautifulSoup(client.get(f"/en/networks/{assessment.network_id}/").content, "html.parser")
    panel = page.select_one("[aria-labelledby=approval]")
    assert f"Receipt {assessment.submission.number}" in panel.text
    note = panel.select_one(".dn-note")
    link = note.a["href"].removeprefix("/en") if note else ""
    return panel.select("li")[-1].text.strip(), note.p.text if note else "", link


@pytest.mark.parametrize(
    "state, words",
    [
        ("received", "Received"),
        ("integration", "Integration asked for"),
        ("admitted", "In evaluation"),
        # That the panel has agreed is not known before the ranking is.
        ("evaluated", "In evaluation"),
    ],
)
def test_a_proposal_that_is_being_assessed_says_how_far_it_is(state: str, words: str) -> None:
    step, note, _link = page_of(assessed_call(1, 1, state=state).first)
    assert step.endswith(words)
    assert note == ""


def test_an_announced_rejection_tells_until_when_and_where_to_answer() -> None:
    selection = assessed_call(1, 1, state="rejection_announced")
    announced = AnnouncedRejection.objects.create(
        assessment=selection.first,
        target="excluded",
        reason="Late.",
        announced_by=selection.staff,
        due_at=timezone.now() + timedelta(days=10),
    )
    step, note, link = page_of(selection.first)
    assert "Rejection announced" in step
    assert "Answer by" in note and "Read and answer" in note
    assert link == f"/networks/{selection.first.network_id}/rejection/"
    announced.answered_at = timezone.now()
    announced.save()
    assert "The answer was sent; the Region decides." in page_of(selection.first)[1]


def test_a_rejection_leads_to_its_letter() -> None:
    step, note, link = page_of(assessed_call(1, 1, state="excluded").first)
    assert step.endswith("Excluded")
    assert "letter with the reasons" in note
    assert link.endswith("/documents/")


def test_a_published_ranking_tells_the_outcome_and_leads_to_it() -> None:
    selection, _ranking = ranked_call([Decimal(each) for each in ("0.9", "0.8")], budget=100_000)
    assert Assessment.objects.get(pk=selection.first.pk).network.call.state == CallState.RANKED
    pages = [page_of(each) for each in Assessment.objects.order_by("pk")]
    assert [step.split("\n")[-1] for step, _note, _link in pages] == [
        "Assessment and decision (done)Admitted and funded",
        "Assessment and decision (done)Admissible, not funded",
    ]
    assert {link for _step, _note, link in pages} == {f"/rankings/{selection.call.slug}/"}


def test_a_withdrawn_proposal_says_nothing_of_a_selection() -> None:
    selection = assessed_call(1, 1, state=AssessmentState.WITHDRAWN)
    assert page_of(selection.first)[0].endswith("Assessment and decision")
