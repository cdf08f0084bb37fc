"""Letters (*comunicazioni*) to networks about how their proposal ended; a worker writes them as PDF.

Every letter says where and until when one may appeal, as the law asks of a decision (L. 241/1990, art. 3, c. 4): the
regional administrative court within 60 days (D.Lgs. 104/2010, art. 41), or the President of the Republic within 120
(D.P.R. 1199/1971, art. 9).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessment.models import Assessment, RankingLine
from assessment.states import AssessmentState
from assessment.words import explanation, points, priority_names
from district_portal.accounts.models import User
from district_portal.shared.ui import localised, long_day, long_moment, money
from projects.models import Network, Paper, Partner, Protocol
from projects.papers.pdf import Document
from projects.papers.registry import PaperKind

OUTCOME, REJECTION = "letter_outcome", "letter_rejection"
LANGUAGE = "it"
"""Of acts of the administration."""


def order_letters(lines: Iterable[RankingLine], *, actor: User) -> None:
    """One letter for each line of a ranking that was just published, in one insertion."""
    with override(LANGUAGE):
        Paper.objects.bulk_create(
            Paper(
                network=line.assessment.network,
                kind=OUTCOME,
                about=str(line.pk),
                language=LANGUAGE,
                title=_outcome_title(line.assessment.network),
                requested_by=actor,
            )
            for line in lines
        )


def _outcome_title(network: Network) -> str:
    return _("Outcome of the selection: %(title)s") % {"title": network.title}


def _rejection_title(network: Network) -> str:
    return _("Rejection: %(title)s") % {"title": network.title}


def make_outcome(paper: Paper, path: Path) -> None:
    """`about`: id of the line of a ranking."""
    line = RankingLine.objects.select_related("ranking__call", "assessment__network", "assessment__submission").get(
        pk=paper.about
    )
    document = _begin(
        paper, line.assessment, _outcome_title(line.assessment.network), line.ranking.published_at or paper.requested_at
    )
    document.text(capfirst(_outcome(line)))
    document.facts(_facts(line))
    ranking = line.ranking
    names = priority_names(ranking.call)
    positions = dict(ranking.lines.values_list("assessment__network", "position"))
    why = explanation(line, names, {str(network): position for network, position in positions.items()})
    if why:
        document.text(why)
    _appeal(document)
    document.write(path)


def make_rejection(paper: Paper, path: Path) -> None:
    """`about`: id of the assessment, excluded or not admissible before it was scored."""
    assessment = Assessment.objects.select_related("network__call", "submission").get(pk=paper.about)
    decided = assessment.journal.filter(kind="move", to_state=assessment.state).order_by("pk").last()
    document = _begin(
        paper, assessment, _rejection_title(assessment.network), decided.at if decided else paper.requested_at
    )
    if assessment.state == AssessmentState.EXCLUDED:
        document.text(capfirst(_("your proposal is excluded from the selection, for this reason:")))
    else:
        document.text(capfirst(_("your proposal is not admissible, for this reason:")))
    document.text(decided.reason if decided else "")
    _appeal(document)
    document.write(path)


def _begin(paper: Paper, assessment: Assessment, title: str, moment: datetime) -> Document:
    """Heading, the day of the decision, whom it goes to, and what it is about."""
    network = assessment.network
    document = Document(title, language=paper.language, head=settings.INSTITUTION_NAME, foot=title)
    document.heading(title, 0)
    document.text(long_day(timezone.localdate(moment)), small=True)
    partners = network.partners.accepted().select_related("organisation")
    lead = next((each.organisation.name for each in partners if each.role == Partner.Role.LEAD), "")
    others = ", ".join(each.organisation.name for each in partners if each.role != Partner.Role.LEAD)
    rows = [
        (_("To"), lead),
        (_("Call"), localised(network.call, "title")),
        (_("Proposal"), network.title),
        (_("Receipt"), f"{assessment.submission.number}, {long_moment(assessment.received_at)}"),
    ]
    if protocol := _protocol(network):
        rows.append((_("Protocol"), protocol))
    if others:
        rows.insert(1, (_("For the information of"), others))
    document.facts(rows)
    return document


def _protocol(network: Network) -> str:
    """Number and day under which the Region's register took the proposal in; empty where none is recorded."""
    sent = network.submissions.standing().values("pk")
    found = Protocol.objects.filter(submission__in=sent).order_by("submission").last()
    return f"{found.number}, {long_day(found.received_on)}" if found else ""


def _outcome(line: RankingLine) -> str:
    return {
        AssessmentState.FUNDED: _("your proposal is admitted and funded."),
        AssessmentState.NOT_FUNDED: _(
            "your proposal is admissible, but the budget of the call does not reach it. If money becomes free, it goes "
            "down the ranking, and you hear from us."
        ),
        AssessmentState.NOT_ADMISSIBLE: _("your proposal does not reach the points that the call asks for."),
        AssessmentState.EXCLUDED: _("your proposal is excluded from the selection."),
    }.get(AssessmentState(line.outcome), str(line.get_outcome_display()))


def _facts(line: RankingLine) -> list[tuple[str, str]]:
    version = _("Version %(number)s, published on %(day)s") % {
        "number": line.ranking.number,
        "day": long_day(line.ranking.published_at),
    }
    rows = [(_("Ranking"), version)]
    if line.ranking.note:
        rows.append((_("Note"), line.ranking.note))
    if line.position is not None:
        rows.append((_("Position"), str(line.position)))
    if line.score is not None:
        rows.append((_("Points"), points(line.score)))
    if line.outcome == AssessmentState.FUNDED:
        rows.append((_("Grant"), money(line.grant)))
    elif line.outcome == AssessmentState.NOT_FUNDED:
        rows.append((_("Grant asked"), money(line.grant)))
    return rows


def _appeal(document: Document) -> None:
    document.heading(_("How to appeal"))
    document.text(
        _(
            "Against this decision you may appeal to the regional administrative court within 60 days, or to the "
            "President of the Republic within 120 days, counted from the day on which you received it."
        )
    )


KINDS = [
    PaperKind(OUTCOME, "pdf", lambda paper: _outcome_title(paper.network), make_outcome),
    PaperKind(REJECTION, "pdf", lambda paper: _rejection_title(paper.network), make_rejection),
]
