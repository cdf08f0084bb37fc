"""Letters: made by the worker, with the outcome, the reasons and where to appeal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from pypdf import PdfReader

from assessment.models import Assessment
from assessment.operations import moves
from assessment.operations.panel import close_proposal, reopen_proposal
from assessment.operations.publication import publish_ranking
from assessment.operations.ranking import draft_ranking
from assessment.states import AssessmentState
from projects.models import Paper, Protocol
from projects.operations.papers import claim_paper, order_paper
from projects.papers.work import make_paper
from tests.assessment.decided import colleague, evaluated_call, ranked_call
from tests.factories.assessment import assessed_call

pytestmark = pytest.mark.django_db


def text_of(paper: Paper) -> str:
    paper.refresh_from_db()
    assert paper.state == "ready", paper.error
    with paper.file.open("rb") as file:
        return "\n".join(page.extract_text() for page in PdfReader(file).pages)


def make_all() -> None:
    while paper := claim_paper():
        make_paper(paper)


def test_a_letter_names_the_protocol_the_act_and_the_grant_to_the_cent():
    selection = evaluated_call()
    first, day = selection.first, timezone.localdate()
    Protocol.objects.create(
        submission=first.submission, number="PG/2026/0012345", received_on=day, recorded_by=selection.staff
    )
    reopen_proposal(first, reason="The grant was cut.", actor=selection.staff)
    Assessment.objects.filter(pk=first.pk).update(grant=Decimal("99999.95"))
    close_proposal(first, meeting=selection.call.panels.get(), actor=selection.staff)
    draft = draft_ranking(selection.call, budget=Decimal(200_000), note="DGR 123/2026", actor=selection.staff)
    publish_ranking(draft, actor=colleague(selection))
    make_all()
    text = text_of(first.network.papers.get())
    for said in ("PG/2026/0012345", "DGR 123/2026", "99.999,95"):
        assert said in text


def test_every_ranked_network_gets_its_letter():
    selection, _ranking = ranked_call([Decimal(each) for each in ("0.9", "0.9", "0.5")], budget=100_000)
    make_all()
    # Italian is the language of acts; the catalogue may still lack words, so only data are looked for.
    first, second, third = (text_of(each.network.papers.get()) for each in selection.assessments)
    assert selection.first.network.title in first
    assert selection.first.submission.number in first
    assert "100.000" in first
    assert second.count("100.000") == 1  # asked for, not granted
    assert "60" in third


def test_a_rejection_before_the_scores_gets_a_letter_with_its_reason():
    selection = assessed_call(1, 1)
    moves.move(selection.first, AssessmentState.EXCLUDED, actor=selection.staff, reason="Inviata via fax.")
    about = str(selection.first.pk)
    paper = order_paper(selection.first.network, "letter_rejection", about=about, language="it", actor=selection.staff)
    make_all()
    assert "Inviata via fax." in text_of(paper)
