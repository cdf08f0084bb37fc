"""Calls in selection: sent proposals, their assessments, evaluators and scores, made in few queries at any number."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from assessment.models import Assessment, Assignment, EvaluatorProfile, Score
from assessment.states import AssessmentState, Conflict
from calls.models import Call
from calls.procedure import criteria_of
from district_portal.accounts.models import Appointment, District, Role, User
from enterprises.models import Concept, Organisation
from projects.content import canonical, digest
from projects.models import Attachment, Network, Partner, ProposalVersion, Submission
from projects.operations.chain import new_code
from projects.states import NetworkState, PartnerState
from tests.factories.accounts import AppointmentFactory, DistrictFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.enterprises import vat_number

_numbers = count(1)
GRANT, COST = Decimal("100000.00"), Decimal("200000.00")


@dataclass
class Selection:
    """A closed call with `assessments` in order of arrival, `evaluators` and one person of the Region's `staff`."""

    call: Call
    district: District
    staff: User
    evaluators: list[User]
    assessments: list[Assessment]

    @property
    def first(self) -> Assessment:
        return self.assessments[0]


def assessed_call(
    proposals: int = 3,
    evaluators: int = 2,
    *,
    state: str = AssessmentState.RECEIVED,
    concepts: Sequence[Concept] = (),
    district: District | None = None,
    rules: dict[str, Any] | None = None,
    attachment: bytes | None = None,
    **call: Any,
) -> Selection:
    """A call that has closed, with sent proposals of one lead each (an organisation of its own, without people).

    `rules` are the call's (`{kind: parameters}`), other names fields of the call (`budget=…`). Proposal *i* needs
    `concepts[i % len]`. The grant asked is EUR 100,000 and the cost 200,000; each arrived a minute after the one
    before. With `attachment` each has a document of that content. 1,000 proposals take about a second.
    """
    district = district or DistrictFactory()
    given = call.pop("call", None)
    made = given or CallFactory(assessed=True, districts=[district], rules=rules, **call)
    staff = AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=district.region).user
    people = make_evaluators(evaluators, district)
    networks = _networks(made, district, proposals)
    author = UserFactory()
    began = (made.closes_at or timezone.now()) - timedelta(minutes=proposals + 1)
    documents = {network.pk: _attachment(network, attachment) for network, _lead in networks} if attachment else {}
    submissions = _submissions(made, networks, author, list(concepts), began, documents)
    assessments = Assessment.objects.bulk_create(
        Assessment(
            network=submission.network,
            submission=submission,
            state=state,
            received_at=submission.sent_at,
            grant=GRANT,
            cost=COST,
        )
        for submission in submissions
    )
    return Selection(made, district, staff, people, assessments)


def make_evaluators(number: int, district: District, expertise: Sequence[Concept] = ()) -> list[User]:
    """People appointed as evaluators of the district's region, each with a profile of that expertise."""
    password = UserFactory.build().password
    users = User.objects.bulk_create(
        User(
            email=f"evaluator{next(_numbers)}@example.org",
            given_name="Eva",
            family_name=f"Luatrice {n}",
            language="en",
            password=password,
        )
        for n in range(1, number + 1)
    )
    Appointment.objects.bulk_create(
        Appointment(user=user, role=Role.EVALUATOR, region=district.region, district=None) for user in users
    )
    profiles = EvaluatorProfile.objects.bulk_create(EvaluatorProfile(user=user) for user in users)
    links = EvaluatorProfile.expertise.through
    links.objects.bulk_create(
        links(evaluatorprofile_id=profile.pk, concept_id=concept.pk) for profile in profiles for concept in expertise
    )
    return users


def assigned(
    assessment: Assessment,
    evaluator: User,
    *,
    number: int = 1,
    declared: str | None = Conflict.NONE,
    points: Sequence[int | str | Decimal] | None = None,
    submitted: bool = False,
    **fields: Any,
) -> Assignment:
    """An assignment; `points` for each criterion of the call, in order, `submitted`: handed in."""
    now = timezone.now()
    row = Assignment.objects.create(
        assessment=assessment,
        evaluator=evaluator,
        number=number,
        assigned_by=fields.pop("assigned_by", None) or UserFactory(),
        declared=declared,
        declared_at=now if declared else None,
        **fields,
    )
    if points is not None:
        codes = [criterion.code for criterion in criteria_of(assessment.network.call).criteria]
        Score.objects.bulk_create(
            Score(assignment=row, criterion=code, points=Decimal(given), reason="As the proposal shows in its plan.")
            for code, given in zip(codes, points, strict=True)
        )
    if submitted:
        row.submitted_at = now
        row.save(update_fields=["submitted_at"])
    return row


def score_all(
    selection: Selection, *, each: int, points: Callable[[int, int, int], int | str | Decimal]
) -> list[Assignment]:
    """Every proposal scored and handed in by `each` evaluators, in bulk.

    `points(proposal, evaluator, weight)` says how many, by their places from 0 and the criterion's weight.
    """
    now, people = timezone.now(), selection.evaluators
    rows = Assignment.objects.bulk_create(
        Assignment(
            assessment=assessment,
            evaluator=people[(place + number) % len(people)],
            number=number + 1,
            assigned_by=selection.staff,
            declared=Conflict.NONE,
            declared_at=now,
        )
        for place, assessment in enumerate(selection.assessments)
        for number in range(each)
    )
    criteria = criteria_of(selection.call).criteria
    where = {person.pk: place for place, person in enumerate(people)}
    Score.objects.bulk_create(
        Score(
            assignment=row,
            criterion=criterion.code,
            points=Decimal(points(index // each, where[row.evaluator_id], criterion.weight)),
            reason="As the proposal shows in its plan.",
        )
        for index, row in enumerate(rows)
        for criterion in criteria
    )
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(submitted_at=now)
    return rows


def _attachment(network: Network, content: bytes) -> list[dict[str, Any]]:
    digest_of = hashlib.sha256(content).hexdigest()
    file = ContentFile(content, name="plan.pdf")
    row = Attachment.objects.create(
        network=network, title="Plan", file=file, name="plan.pdf", sha256=digest_of, size=len(content)
    )
    return [
        {
            "kind": row.kind,
            "partner": None,
            "title": row.title,
            "name": row.name,
            "size": row.size,
            "sha256": row.sha256,
        }
    ]


def content_of(
    network: Network,
    lead: Organisation,
    call: Call,
    concepts: Sequence[Concept] = (),
    attachments: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """What a small proposal of one partner says, as `projects.content.snapshot` puts it."""
    slug = lead.slug
    return {
        "format": 1,
        "call": call.slug,
        "network": str(network.pk),
        "title": network.title,
        "idea": network.idea,
        "legal_form": "",
        "starts_on": None,
        "duration_months": 24,
        "bonuses": [],
        "partners": {
            slug: {
                "name": lead.name,
                "kind": lead.kind,
                "role": "lead",
                "tasks": "Makes the prototype.",
                "planned_share": None,
                "person_months": "12.0",
                "graduates_hired": None,
                "contracts_made_permanent": None,
            }
        },
        "coverage": [{"concept": concept.code, "name": "", "covers": {slug: "leads"}} for concept in concepts],
        "answers": {"idea": {"": "A disposable line with sensors."}},
        "plan": [
            {
                "number": 1,
                "title": "Prototype",
                "aim": "A line that measures itself.",
                "lead": slug,
                "starts_month": 1,
                "ends_month": 24,
                "milestones": [{"title": "First line", "month": 12}],
                "deliverables": [{"title": "Report", "description": "", "month": 24, "responsible": slug}],
            }
        ],
        "risks": [],
        "indicators": [],
        "budget": [[slug, 1, "staff", "industrial_research", "200000.00"]],
        "declarations": {},
        "attachments": list(attachments),
    }


def _networks(call: Call, district: District, number: int) -> list[tuple[Network, Organisation]]:
    firsts = [next(_numbers) for _each in range(number)]
    leads = Organisation.objects.bulk_create(
        Organisation(
            name=f"Lead {n:04}", slug=f"assessed-lead-{n}", vat_number=vat_number(8_000_000 + n), district=district
        )
        for n in firsts
    )
    networks = Network.objects.bulk_create(
        Network(
            call=call,
            district=district,
            title=f"Proposal {n:04}",
            idea="A disposable line with built-in sensors.",
            state=NetworkState.SENT,
        )
        for n in firsts
    )
    Partner.objects.bulk_create(
        Partner(network=network, organisation=lead, role=Partner.Role.LEAD, state=PartnerState.ACCEPTED)
        for network, lead in zip(networks, leads, strict=True)
    )
    return list(zip(networks, leads, strict=True))


def _submissions(
    call: Call,
    networks: list[tuple[Network, Organisation]],
    author: User,
    concepts: list[Concept],
    began: datetime,
    documents: dict[uuid.UUID, list[dict[str, Any]]],
) -> list[Submission]:
    contents = [
        content_of(
            network,
            lead,
            call,
            concepts[place % len(concepts) : place % len(concepts) + 1] if concepts else [],
            documents.get(network.pk, []),
        )
        for place, (network, lead) in enumerate(networks)
    ]
    versions = ProposalVersion.objects.bulk_create(
        ProposalVersion(network=network, number=1, content=content, digest=digest(content), author=author)
        for (network, _lead), content in zip(networks, contents, strict=True)
    )
    return Submission.objects.bulk_create(
        Submission(
            network=version.network,
            number=f"T-{next(_numbers):08}",
            code=new_code(),
            version=version,
            content=canonical(version.content),
            digest=version.digest,
            files=[],
            chain_digest=hashlib.sha256(uuid.uuid4().bytes).hexdigest(),
            sent_by=author,
            sent_at=began + timedelta(minutes=place),
        )
        for place, version in enumerate(versions)
    )
