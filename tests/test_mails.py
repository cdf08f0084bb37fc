"""Every mail about networks and their assessment, rendered in both languages as a person gets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from assessment.models import AnnouncedRejection, JournalEntry, Ranking, RankingLine, Waiver
from assessment.states import AssessmentState, RankingState
from calls.models import Call
from district_portal.accounts.models import User
from district_portal.notifications.models import Channel, OutboxRow
from district_portal.notifications.outbox import MESSAGES
from district_portal.notifications.rendering import Renderer
from projects.models import Decision, IntegrationRound, Network, Submission, SubmissionWithdrawal
from projects.states import NetworkState
from tests.factories.accounts import UserFactory
from tests.factories.assessment import assessed_call, assigned
from tests.factories.proposals import (
    ActivityFactory,
    CommentFactory,
    ProposalVersionFactory,
    ProtocolFactory,
    SignOffFactory,
    lead_of,
    whole_network,
)
from tests.projects.sent import call_of, send, sign_all

APPS = ("projects", "assessment")
NAMES = sorted(
    f"{app}/{path.name.removesuffix('.subject.txt')}"
    for app in APPS
    for path in (Path(settings.BASE_DIR) / "templates" / app / "emails").glob("*.subject.txt")
)
DECIDED = {
    "network_approved": (NetworkState.SUBMITTED, NetworkState.APPROVED),
    "network_changes_requested": (NetworkState.SUBMITTED, NetworkState.CHANGES_REQUESTED),
    "network_refused": (NetworkState.SUBMITTED, NetworkState.REFUSED),
    "network_submitted": (NetworkState.FORMING, NetworkState.SUBMITTED),
    "network_withdrawn": (NetworkState.FORMING, NetworkState.WITHDRAWN),
    "network_reopened": (NetworkState.APPROVED, NetworkState.FORMING),
    "reply_near": (NetworkState.SUBMITTED, NetworkState.CHANGES_REQUESTED),
}
HAPPENED = [
    "partner_removed",
    "invitation_taken_back",
    "partner_left",
    "lead_offered",
    "lead_taken",
    "lead_offer_dropped",
    "helper_invited",
    "helper_ended",
]
# What people wrote, here: words without meaning, so that no sentence of the portal is taken for theirs.
OWN = "Zxq wvk jrr"
LINK = re.compile(rf"{re.escape(settings.PORTAL_URL)}/(?:it|en)/\S+")
WORD = re.compile(r"[^\W\d_]{2,}")


def test_every_message_has_its_three_templates_and_every_template_its_message() -> None:
    assert sorted(name for name in MESSAGES if name.startswith(tuple(f"{app}/" for app in APPS))) == NAMES
    for name in NAMES:
        app, _slash, mail = name.partition("/")
        for kind in ("txt", "html"):
            assert (Path(settings.BASE_DIR) / "templates" / app / "emails" / f"{mail}.{kind}").exists(), name


@pytest.fixture(scope="module")
def subjects(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[dict[str, list[str]]]:
    """For each message, what it can be about: in all its variants."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=media):
        yield {f"projects/{name}": about for name, about in _of_projects().items()} | {
            f"assessment/{name}": about for name, about in _of_assessment().items()
        }
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_mail_says_the_same_in_text_and_html_with_one_link(subjects: dict[str, list[str]], name: str) -> None:
    for about in subjects[name]:
        mails = {language: _mail(name, about, language) for language in ("it", "en")}
        for language, mail in mails.items():
            assert mail["subject"].strip() and "\n" not in mail["subject"] and len(mail["subject"]) < 200
            for part in mail.values():
                assert not re.search(r"\{\{|\}\}|\{%|%\(|\bNone\b|Decimal\(|datetime\.", part), part
            assert set(LINK.findall(mail["text"])) == set(mail["links"].split()), language
            assert len(set(mail["links"].split())) == 1
            assert f"/{language}/" in mail["links"]
            assert _words(mail["text_body"]) == _words(mail["html_body"])
        shared = _sentences(mails["it"]) & _sentences(mails["en"])
        assert not shared, "the Italian mail has sentences of the English one"


def _mail(name: str, about: str, language: str) -> dict[str, str]:
    reader = UserFactory.build(given_name="Ada", family_name="Rossi", language=language, email="ada@example.org")
    row = OutboxRow(message=name, about=about, channel=Channel.MAIL, user=reader)
    mail = Renderer().mail(row)
    page = BeautifulSoup(str(mail.alternatives[0][0]), "html.parser")
    links = {str(each["href"]) for each in page.find_all("a")} - {settings.PORTAL_URL}
    body = page.select("table table td")[1]
    for element in body.select("h1, table"):
        element.decompose()
    return {
        "subject": str(mail.subject),
        "text": str(mail.body),
        "html": str(page),
        "links": " ".join(links),
        "text_body": str(mail.body).split("http")[0].rsplit("\n", 1)[0],
        "html_body": body.get_text(" "),
    }


def _words(text: str) -> list[str]:
    return WORD.findall(text)


def _sentences(mail: dict[str, str]) -> set[str]:
    """Of four words or more, without what people wrote."""
    lines = [mail["subject"], *re.split(r"[.:\n]", mail["text_body"].replace(OWN, ""))]
    return {line.strip() for line in lines if len(_words(line)) >= 4}


def _of_projects() -> dict[str, list[str]]:
    network = _signed_network("hand_over")
    partner = network.partners.exclude(role="lead").get()
    actor = lead_of(network)
    happened = {
        kind: ActivityFactory(network=network, kind=kind, actor=actor, detail={"name": OWN}) for kind in HAPPENED
    }
    answers = [
        ActivityFactory(network=network, kind="helper", actor=actor, detail={"name": OWN, "answer": answer})
        for answer in ("accepted", "declined", "ended")
    ]
    comment = CommentFactory(network=network, author=actor, text=OWN)
    voided = [
        SignOffFactory(partner=partner, voided_at=timezone.now(), voided_by=by, voided_by_section=section)
        for by, section in ((actor, "plan"), (None, "plan"), (actor, ""), (None, ""))
    ]
    partners = dict.fromkeys(("network_invited", "partner_accepted", "partner_declined"), [str(partner.pk)])
    version = ProposalVersionFactory(network=network, number=9, digest="0" * 64)
    return (
        partners
        | {kind: [str(event.pk)] for kind, event in happened.items()}
        | {"helper_answered": [str(each.pk) for each in answers]}
        | {kind: _decisions(network, kind, actor) for kind in DECIDED}
        | dict.fromkeys(("comment_mentioned", "comment_answered"), [str(comment.pk)])
        | {"sign_off_asked": [f"{partner.pk}:{version.pk}"]}
        | {"sign_offs_voided": [str(each.pk) for each in voided], "sign_off_withdrawn": [str(voided[2].pk)]}
        | _of_sending(network, actor)
    )


def _signed_network(channel: str = "portal") -> Network:
    """Ready to be sent; all names are words without meaning."""
    network = whole_network(call=call_of(channel=channel, title_it=OWN, title_en=OWN), partners=2, title=OWN)
    for number, partner in enumerate(network.partners.select_related("organisation")):
        partner.organisation.name = f"{OWN} {number}"
        partner.organisation.save(update_fields=["name"])
    people = User.objects.filter(memberships__organisation__partnerships__network=network)
    people.update(given_name=OWN, family_name=OWN)
    sign_all(network)
    return network


def _decisions(network: Network, kind: str, actor: User) -> list[str]:
    before, after = DECIDED[kind]
    made = [
        Decision.objects.create(
            network=network, actor=actor, from_state=before, to_state=after, reason=reason, reply_by=by
        )
        for reason, by in ((OWN, timezone.localdate() + timedelta(days=3)), ("", None))
    ]
    return [str(each.pk) for each in (made[:1] if kind == "reply_near" else made)]


def _of_sending(network: Network, actor: User) -> dict[str, list[str]]:
    handed = send(network)
    portal = send(_signed_network())
    withdrawn = [
        SubmissionWithdrawal.objects.create(submission=each, withdrawn_by=actor, reason=reason)
        for each, reason in ((portal, OWN), (_for_good(actor), ""))
    ]
    protocol = ProtocolFactory(submission=handed, recorded_by=actor)
    return {
        "proposal_sent": [handed.code, portal.code],
        "submission_withdrawn": [str(each.pk) for each in withdrawn],
        "protocol_recorded": [str(protocol.pk)],
    } | dict.fromkeys(
        ("integration_asked", "integration_answered", "integration_closed"), [str(_round(handed, actor).pk)]
    )


def _for_good(actor: User) -> Submission:
    """Withdrawn after the deadline."""
    network = _signed_network()
    sent = send(network)
    Network.objects.filter(pk=network.pk).update(state=NetworkState.WITHDRAWN)
    Call.objects.filter(pk=network.call_id).update(closes_at=timezone.now() - timedelta(hours=1))
    return sent


def _round(sent: Submission, actor: User) -> IntegrationRound:
    answer = send(_signed_network())
    now = timezone.now()
    return IntegrationRound.objects.create(
        submission=sent,
        sections=["summary", "attachments"],
        text=OWN,
        asked_by=actor,
        due_at=now + timedelta(days=5),
        answered_at=now,
        answer=answer,
    )


def _of_assessment() -> dict[str, list[str]]:
    selection = assessed_call(proposals=3, evaluators=3, state=AssessmentState.ADMITTED, title_it=OWN, title_en=OWN)
    Network.objects.filter(call=selection.call).update(title=OWN)
    User.objects.filter(pk__in=[each.pk for each in selection.evaluators]).update(given_name=OWN, family_name=OWN)
    day = timezone.localdate()
    rows = [
        str(assigned(selection.first, evaluator, number=number, declared=None, due_on=due, conflict_note=note).pk)
        for number, (evaluator, due, note) in enumerate(
            zip(
                selection.evaluators,
                (day + timedelta(days=9), day - timedelta(days=1), None),
                (OWN, "", ""),
                strict=True,
            ),
            1,
        )
    ]
    due = [
        f"{selection.call.pk}:{evaluator.pk}:{day + timedelta(days=days)}"
        for evaluator, days in zip(selection.evaluators, (9, -1), strict=False)
    ]
    moves = {
        "proposal_admitted": [("admitted", "")],
        "proposal_rejected": [("excluded", OWN), ("not_admissible", "")],
    }
    of_assignments = ("evaluator_assigned", "assignment_revoked", "assignment_reminder")
    of_region = ("conflict_declared", "tie_found", "scores_complete")
    return (
        dict.fromkeys((*of_assignments, *of_region), rows)
        | {"scores_due": due}
        | {"evaluators_assigned": [f"{selection.call.pk}:{number}" for number in (1, 2)]}
        | {name: [_moved(selection, *each) for each in given] for name, given in moves.items()}
        | dict.fromkeys(("rejection_announced", "rejection_answered"), [_announced(selection)])
        | _of_ranking(selection)
    )


def _moved(selection: Any, state: str, reason: str) -> str:
    row = JournalEntry.objects.create(
        call=selection.call,
        assessment=selection.first,
        kind="move",
        actor=selection.staff,
        to_state=state,
        reason=reason,
    )
    return str(row.pk)


def _announced(selection: Any) -> str:
    row = AnnouncedRejection.objects.create(
        assessment=selection.first,
        target=AssessmentState.EXCLUDED,
        reason=OWN,
        announced_by=selection.staff,
        due_at=timezone.now() + timedelta(days=10),
        answer=OWN,
    )
    return str(row.pk)


def _of_ranking(selection: Any) -> dict[str, list[str]]:
    ranking = Ranking.objects.create(
        call=selection.call,
        number=1,
        state=RankingState.DRAFT,
        budget=Decimal("100000.00"),
        inputs={},
        digest="0" * 64,
        made_by=selection.staff,
    )
    outcomes = (AssessmentState.FUNDED, AssessmentState.NOT_FUNDED, AssessmentState.NOT_ADMISSIBLE)
    lines = [
        RankingLine.objects.create(
            ranking=ranking,
            assessment=assessment,
            position=None if outcome == AssessmentState.NOT_ADMISSIBLE else position,
            score=Decimal("71.50"),
            outcome=outcome,
            grant=Decimal("100000.00") if outcome == AssessmentState.FUNDED else None,
        )
        for position, (assessment, outcome) in enumerate(zip(selection.assessments, outcomes, strict=True), 1)
    ]
    waiver = Waiver.objects.create(assessment=selection.first, reason=OWN, recorded_by=selection.staff)
    return {
        "ranking_drafted": [str(ranking.pk)],
        "outcome": [str(each.pk) for each in lines],
        "waived": [str(waiver.pk)],
    }
