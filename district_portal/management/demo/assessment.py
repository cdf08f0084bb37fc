"""Two selections: one call in assessment, whose panel is at work, and one with its published ranking.

`data/selection.json`, in the order of the calls: partners (tasks, cost in thousands of EUR), packages, `sent` (days
before the deadline, hour, minute, second, microsecond), points of each evaluator by criterion (null: not handed in),
evaluators by place (0 and 1 are accounts), `undeclared` places, `evaluated`: the panel has closed it, `checked` codes,
`excluded`: why. Rows and journal are those that the operations would have written, so that the ranking can be computed
again; nobody is told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from assessment.inputs import first_inputs
from assessment.letters import order_letters
from assessment.models import (
    AdmissibilityCheck,
    Assessment,
    Assignment,
    ConsensusScore,
    EvaluatorProfile,
    JournalEntry,
    PanelMeeting,
    Ranking,
    RankingLine,
    Score,
)
from assessment.operations import journal
from assessment.operations.ranking import CENT, as_row, line_json
from assessment.priorities import facts_of
from assessment.rules.points import mean
from assessment.rules.ranking import digest, moment_text, rank, to_json
from assessment.states import AssessmentState, Conflict
from calls.models import Call
from calls.procedure import admissibility_of, criteria_of
from district_portal.accounts.models import Appointment, Region, Role, User
from district_portal.management.demo.call_texts import ASSESSED, RANKED
from district_portal.management.demo.dates import at, days
from district_portal.management.demo.networks import Plan, Step, make_network
from district_portal.management.demo.organisations import Firms
from district_portal.management.demo.people import DOMAIN
from district_portal.management.demo.proposals import write
from projects.content import digest as content_digest
from projects.content import snapshot
from projects.models import Decision, Network, ProposalVersion, SignOff, Submission
from projects.operations.chain import add_to_chain, new_code
from projects.states import NetworkState

PROPOSALS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "selection.json").read_text(encoding="utf-8")
)
S = AssessmentState
REASON = "Le affermazioni sono sostenute dal piano di lavoro e dal piano dei costi della proposta."
MINUTES = (
    "Presenti tutti i componenti. Il nucleo esamina le proposte in ordine di arrivo e conferma la media dei punteggi, "
    "salvo dove motiva uno scostamento."
)

Spec = Mapping[str, Any]


def make(users: dict[str, User], firms: Firms, calls: dict[str, Call], moment: datetime) -> None:
    evaluators = _evaluators(users, moment)
    for key in (RANKED, ASSESSED):
        call = Call.objects.get(pk=calls[key].pk)  # with amounts as the database has them
        specs = [spec for spec in PROPOSALS if spec["call"] == key]
        networks = {spec["title"]: _network(spec, call, users, firms, moment) for spec in specs}
        made = {}
        for spec in sorted(specs, key=lambda spec: _sent_at(spec, call)):
            made[spec["title"]] = _receive(networks[spec["title"]], spec, firms, _sent_at(spec, call))
        _select(call, specs, made, evaluators, users, moment)
        if key == RANKED:
            _publish(call, users, moment)


def _evaluators(users: dict[str, User], moment: datetime) -> list[User]:
    """The two accounts, and somebody who cannot sign in."""
    third = User.objects.create(
        email=f"matteo.sala@{DOMAIN}", given_name="Matteo", family_name="Sala", password=make_password(None)
    )
    Appointment.objects.create(
        user=third,
        role=Role.EVALUATOR,
        region=Region.objects.get(slug="emilia-romagna"),
        valid_from=moment.date() - days(400),
    )
    people = [users["evaluator"], users["evaluator2"], third]
    EvaluatorProfile.objects.bulk_create(EvaluatorProfile(user=user) for user in people)
    return people


# --- What was sent ---------------------------------------------------------------------------------------------------


def _sent_at(spec: Spec, call: Call) -> datetime:
    before, hour, minute, second, microsecond = spec["sent"]
    day = call.closes_at.date() - days(before)
    return at(day, hour, minute) + timedelta(seconds=second, microseconds=microsecond)


def _network(spec: Spec, call: Call, users: dict[str, User], firms: Firms, moment: datetime) -> Network:
    """The network with its whole proposal, approved; one of this title may stand already."""
    network = Network.objects.filter(call=call, title=spec["title"]).first()
    if network is None:
        since = (moment - call.closes_at).days
        steps = [
            Step(since + 50, NetworkState.FORMING),
            Step(since + 18, NetworkState.SUBMITTED),
            Step(since + 10, NetworkState.APPROVED, "Rete completa."),
        ]
        plan = Plan(spec["call"], spec["district"], spec["title"], spec["idea"], " ".join(spec["partners"]), steps)
        network = make_network(plan, call, users["facilitator"], firms, moment)
    write(network, _whole(spec), firms)
    return network


def _whole(spec: Spec) -> dict[str, Any]:
    """The proposal as `proposals.write` takes it: eight months for each package, cost in two kinds of activity."""
    slugs, total = list(spec["partners"]), sum(thousands for _tasks, thousands in spec["partners"].values())
    packages = [
        [title, f"{title}: dai requisiti alla verifica con chi userà i risultati.", slugs[number % len(slugs)],
         1 + 8 * number, 8 * (number + 1), [[f"{title}: verifica intermedia", 8 * number + 5]],
         [[f"Rapporto: {title.lower()}", "", 8 * (number + 1), slugs[number % len(slugs)]]]]
        for number, title in enumerate(spec["packages"])
    ]  # fmt: skip
    risk, response = spec["risk"]
    return {
        "legal_form": "temporary_grouping",
        "starts_after": 180,
        "months": 8 * len(packages),
        "bonuses": [],
        "partners": {
            slug: [tasks, str(round(Decimal(thousands) / total, 4)), str(thousands // 20), 1]
            for slug, (tasks, thousands) in spec["partners"].items()
        },
        "needs": [],
        "answers": {},
        "packages": packages,
        "risks": [[risk, 2, 3, response, slugs[0]]],
        "indicators": [["RCO01", "", "", None, str(len(slugs))]],
        "budget": {
            slug: [
                f"1 staff industrial_research {thousands * 400}",
                f"2 staff experimental_development {thousands * 400}",
                f"{len(packages)} materials experimental_development {thousands * 200}",
            ]
            for slug, (_tasks, thousands) in spec["partners"].items()
        },
        "declared": [],
        "attachments": [],
    }


def _receive(network: Network, spec: Spec, firms: Firms, sent: datetime) -> Assessment:
    """Signed off by every partner, sent, received."""
    lead, content = network.created_by, snapshot(network)
    version = ProposalVersion.objects.create(
        network=network, number=1, content=content, digest=content_digest(content), author=lead, at=sent
    )
    SignOff.objects.bulk_create(
        SignOff(
            network=network,
            partner=each,
            version=version,
            digest=version.digest,
            signed_by=firms.owners[each.organisation.slug],
            signed_at=sent - timedelta(hours=5),
        )
        for each in network.partners.accepted().select_related("organisation")
    )
    Decision.objects.create(
        network=network, actor=lead, at=sent, from_state=network.state, to_state=NetworkState.SENT, version=version
    )
    network.state = NetworkState.SENT
    network.save(update_fields=["state"])
    submission = add_to_chain(
        network, version, kind=Submission.Kind.PROPOSAL, code=new_code(), files=[], actor=lead, moment=sent
    )
    cost = Decimal(sum(thousands for _tasks, thousands in spec["partners"].values())) * 1000
    grant = (cost * network.call.grant_share).quantize(CENT)
    assessment = Assessment.objects.create(
        network=network, submission=submission, received_at=sent, cost=cost.quantize(CENT), grant=grant
    )
    _write(
        assessment, "receive", lead, sent, S.RECEIVED, before="", submission=submission.number, digest=version.digest,
        sent_at=sent.isoformat(), grant=str(grant), cost=str(assessment.cost),
    )  # fmt: skip
    return assessment


def _write(
    assessment: Assessment,
    kind: str,
    actor: User,
    when: datetime,
    state: str = "",
    *,
    before: str | None = None,
    reason: str = "",
    **data: Any,
) -> None:
    """An entry of the journal, and the state that it leads to."""
    was = assessment.state if before is None else before
    entry = journal.entry(
        assessment.network.call, kind, actor=actor, assessment=assessment,
        from_state=was if state else "", to_state=state, reason=reason, **data,
    )  # fmt: skip
    entry.at = when
    entry.save()
    if state:
        assessment.state = state
        assessment.save()


# --- Checks, scores, panel -------------------------------------------------------------------------------------------


def _select(
    call: Call,
    specs: list[dict[str, Any]],
    made: dict[str, Assessment],
    evaluators: list[User],
    users: dict[str, User],
    moment: datetime,
) -> None:
    began = call.closes_at + days(4)
    meeting = PanelMeeting.objects.create(
        call=call,
        held_on=(began + days(18)).date(),
        chair=evaluators[1],
        minutes=MINUTES,
        created_by=users["region"],
        closed_at=began + days(19) if call.state == "ranked" else None,
    )
    meeting.members.set(evaluators)
    opened = journal.entry(
        call, "panel_opened", actor=users["region"], meeting=meeting.pk, held_on=meeting.held_on.isoformat(),
        members=sorted(user.pk for user in evaluators), chair=evaluators[1].pk,
    )  # fmt: skip
    opened.at = began + days(18)
    opened.save()
    for spec in sorted(specs, key=lambda spec: _sent_at(spec, call)):
        assessment = made[spec["title"]]
        _check(assessment, spec, users["region"], began)
        if "excluded" in spec:
            _write(assessment, "move", users["region"], began + days(2), S.EXCLUDED, reason=spec["excluded"])
        elif "scores" in spec:
            _write(assessment, "move", users["region"], began + days(2), S.ADMITTED)
            _score(assessment, spec, evaluators, users["region"], began + days(3), moment)
            if call.state == "ranked" or spec.get("evaluated"):
                _close(assessment, spec, meeting, users["region"], min(began + days(18), moment - days(1)))


def _check(assessment: Assessment, spec: Spec, actor: User, when: datetime) -> None:
    items = admissibility_of(assessment.network.call)
    done = [each for each in items if "scores" in spec or "excluded" in spec or each.code in spec.get("checked", [])]
    found = {"subject": spec.get("excluded", "")}
    AdmissibilityCheck.objects.bulk_create(
        AdmissibilityCheck(
            assessment=assessment,
            stage=each.stage,
            code=each.code,
            finding="not_met" if found.get(each.code) else "met",
            note=found.get(each.code, ""),
            by=actor,
            at=when,
        )
        for each in done
    )


def _score(
    assessment: Assessment, spec: Spec, evaluators: list[User], staff: User, when: datetime, moment: datetime
) -> None:
    criteria = criteria_of(assessment.network.call).criteria
    places = spec.get("evaluators", [0, 1])
    for number, (place, points) in enumerate(zip(places, spec["scores"], strict=True), 1):
        declared = None if place in spec.get("undeclared", []) else Conflict.NONE
        row = Assignment.objects.create(
            assessment=assessment,
            evaluator=evaluators[place],
            number=number,
            assigned_by=staff,
            assigned_at=when,
            due_on=(moment + days(6)).date() if points is None else (when + days(14)).date(),
            declared=declared,
            declared_at=when + days(1) if declared else None,
        )
        _write(assessment, "assign", staff, when, assignment=row.pk, evaluator=row.evaluator_id, number=number)
        if declared:
            _write(assessment, "declare", row.evaluator, when + days(1), assignment=row.pk, declared=declared)
        if points is None:
            continue
        Score.objects.bulk_create(
            Score(assignment=row, criterion=each.code, points=Decimal(str(given)), reason=REASON)
            for each, given in zip(criteria, points, strict=True)
        )
        row.submitted_at = when + days(9)
        row.save(update_fields=["submitted_at"])
        _write(
            assessment, "score", row.evaluator, row.submitted_at, assignment=row.pk, evaluator=row.evaluator_id,
            number=number, submission=assessment.submission.number,
            scores=[[each.code, str(given), REASON] for each, given in zip(criteria, points, strict=True)],
        )  # fmt: skip


def _close(assessment: Assessment, spec: Spec, meeting: PanelMeeting, actor: User, when: datetime) -> None:
    """The panel takes the means."""
    criteria = criteria_of(assessment.network.call).criteria
    columns = zip(*spec["scores"], strict=True)
    points = {
        each.code: mean([Decimal(str(given)).quantize(CENT) for given in column])
        for each, column in zip(criteria, columns, strict=True)
    }
    ConsensusScore.objects.bulk_create(
        ConsensusScore(assessment=assessment, meeting=meeting, criterion=code, points=value, set_by=actor, set_at=when)
        for code, value in points.items()
    )
    assessment.score = sum(points.values(), Decimal(0))
    facts = facts_of([assessment])[assessment.pk]
    assessment.priorities = {code: str(value) for code, value in {**facts, **points}.items()}
    _write(
        assessment, "move", actor, when, S.EVALUATED, meeting=meeting.pk,
        criteria={code: str(value) for code, value in points.items()}, score=str(assessment.score),
        priorities=assessment.priorities, grant=str(assessment.grant), sent_at=moment_text(assessment.received_at),
        receipt=assessment.submission.number,
    )  # fmt: skip


# --- The ranking -----------------------------------------------------------------------------------------------------


def _publish(call: Call, users: dict[str, User], moment: datetime) -> None:
    """Made by one person of the Region, published by the other on the day on which the call was ranked."""
    decided = call.decisions.get(to_state="ranked")
    inputs = first_inputs(call, call.budget.quantize(CENT))
    data, lines = to_json(inputs), rank(inputs)
    ranking = Ranking.objects.create(
        call=call,
        number=1,
        state="published",
        budget=inputs.budget,
        inputs=data,
        digest=digest(data),
        note="Atto illustrativo, fatto per la dimostrazione del portale.",
        made_by=users["region2"],
        made_at=decided.at - days(2),
        published_by=users["region"],
        published_at=decided.at,
    )
    assessments = {str(each.network_id): each for each in Assessment.objects.filter(network__call=call)}
    RankingLine.objects.bulk_create(as_row(ranking, line, assessments[line.network].pk) for line in lines)
    drafted = journal.entry(
        call, "ranking_drafted", actor=users["region2"], ranking=1, budget=data["budget"], threshold=data["threshold"],
        priorities=data["priorities"], previous="", digest=ranking.digest,
        lines=digest({"lines": [line_json(line) for line in lines]}),
    )  # fmt: skip
    drafted.at = ranking.made_at
    published = journal.entry(
        call, "ranking_published", actor=users["region"], ranking=1, digest=ranking.digest, previous=None
    )
    published.at = decided.at
    JournalEntry.objects.bulk_create([drafted, published])
    for line in lines:
        assessment = assessments[line.network]
        if assessment.state != line.outcome:
            _write(assessment, "move", users["region"], decided.at, line.outcome, ranking=1, position=line.position)
    order_letters(
        ranking.lines.filter(score__isnull=False).select_related("assessment__network"), actor=users["region"]
    )
