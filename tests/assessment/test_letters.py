"""Letters: made by the worker, with the outcome, the reasons and where to appeal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pypdf import PdfReader

from assessment.operations import moves
from assessment.states import AssessmentState
from projects.models import Paper
from projects.operations.papers import claim_paper, order_paper
from projects.papers.work import make_paper
from tests.assessment.decided import ranked_call
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


def test_every_ranked_network_gets_its_letter():
    selection, _ranking = ranked_call([Decimal(each) for each in ("0.9", "0.9", "0.5")], budget=100_000)
    make_all()
    # Italian is the language of acts; the catalogue may still lack words, so only data are looked for.
    first, second, third = (text_of(each.network.papers.get()) for each in selection.assessments)
    assert selection.first.network.title in first
    assert selection.first.submission.number in first
    assert "100.000" in first
    assert "100.000" not in second
    assert "60" in third


def test_a_rejection_before_the_scores_gets_a_letter_with_its_reason():
    selection = assessed_call(1, 1)
    moves.move(selection.first, AssessmentState.EXCLUDED, actor=selection.staff, reason="Inviata via fax.")
    about = str(selection.first.pk)
    paper = order_paper(selection.first.network, "letter_rejection", about=about, language="it", actor=selection.staff)
    make_all()
    assert "Inviata via fax." in text_of(paper)
