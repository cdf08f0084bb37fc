"""Networks with partners and journals; of those approved in concluded calls, most became funded projects."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from calls.models import Call
from calls.states import CallState
from district_portal.management.synthesis.batch import (
    Batch,
    Counts,
    chance_of,
    chunks,
    first_number,
    made_before,
    numbers,
)
from district_portal.management.synthesis.moments import midnight
from district_portal.management.synthesis.organisations import SIZE_WEIGHTS, SIZES, Pool, pool
from district_portal.management.synthesis.words import HEADS, IDEAS, NEEDS, REASONS, TITLES
from projects.models import Award, Decision, Network, Partner, Payment, Project
from projects.states import NetworkState, PartnerState, ProjectState

S = NetworkState
WALKS = {
    S.FORMING: [S.FORMING],
    S.SUBMITTED: [S.FORMING, S.SUBMITTED],
    S.CHANGES_REQUESTED: [S.FORMING, S.SUBMITTED, S.CHANGES_REQUESTED],
    S.APPROVED: [S.FORMING, S.SUBMITTED, S.APPROVED],
    S.REFUSED: [S.FORMING, S.SUBMITTED, S.REFUSED],
    S.WITHDRAWN: [S.FORMING, S.WITHDRAWN],
}
WHILE_OPEN = {S.FORMING: 45, S.SUBMITTED: 20, S.CHANGES_REQUESTED: 10, S.APPROVED: 15, S.REFUSED: 5, S.WITHDRAWN: 5}
AFTERWARDS = {S.APPROVED: 70, S.REFUSED: 15, S.WITHDRAWN: 15}
DECIDED = {S.APPROVED, S.CHANGES_REQUESTED, S.REFUSED}
FUNDED = 0.8  # of the approved networks of concluded calls
PLACES = 5000  # calls among which networks are spread
PAYMENTS = [(90, "advance", "0.30"), (300, "interim", "0.40"), (700, "balance", "0.30")]


class Place(NamedTuple):
    """A call as networks need it."""

    key: int
    state: str
    opens: datetime
    closes: datetime


class Made(NamedTuple):
    """A network as its partners and its project need it. The members' positions in the pool; the first leads."""

    key: uuid.UUID
    place: Place
    district: int
    state: NetworkState
    created: datetime
    members: list[int]


def make(count: int, seed: int, counts: Counts) -> None:
    """Raises `ValueError` without enough synthetic organisations, or without calls that have opened."""
    if not count:
        return
    firms, places = pool(), _places()
    if len(firms.numbers) < 6 or not places:
        raise ValueError(
            "Networks need at least 6 synthetic organisations and a call: add --organisations and --calls."
        )
    # Networks have no number: those of their projects tell one run's from the next one's.
    number, start = first_number(Project), Network.objects.count()
    chance, batch = chance_of(seed, "networks", start), Batch(counts)
    for size in chunks(count):
        funded = []
        for _ in range(size):
            network = _network(batch, chance.choice(places), firms, chance)
            accepted = _partners(batch, network, firms, chance)
            if network.state == S.APPROVED and network.place.state == CallState.CONCLUDED and chance.random() < FUNDED:
                funded.append(network._replace(members=accepted))
        number = _projects(batch, funded, firms, number, chance)
        batch.write()


def _places() -> list[Place]:
    calls = made_before(Call).exclude(state__in=[CallState.DRAFT, CallState.PLANNED]).filter(opens_at__lt=midnight())
    return [Place(*row) for row in calls.order_by("-pk").values_list("pk", "state", "opens_at", "closes_at")[:PLACES]]


def _network(batch: Batch, place: Place, firms: Pool, chance: random.Random) -> Made:
    key = uuid.UUID(int=chance.getrandbits(128), version=4)
    members = chance.sample(range(len(firms.numbers)), chance.randint(2, 6))
    district = firms.districts[members[0]]
    still_open = place.state == CallState.PUBLISHED and place.closes > midnight()
    weights = WHILE_OPEN if still_open else AFTERWARDS
    state = chance.choices(list(weights), list(weights.values()))[0]
    walk, until = WALKS[state], min(place.closes, midnight())
    # Within the call's time and in order: each step has its own part of it.
    part = (until - place.opens) / (len(walk) + 1)
    moments = {step: place.opens + part * (position + chance.random()) for position, step in enumerate(walk)}
    title, _ = chance.choice(TITLES)
    batch.add(
        Network,
        uuid=key,
        call_id=place.key,
        district_id=district,
        title=f"{chance.choice(HEADS)}: {title.lower()}",
        idea=chance.choice(IDEAS),
        state=state,
        created_at=moments[S.FORMING],
        submitted_at=moments.get(S.SUBMITTED),
        decided_at=moments[walk[-1]] if state in DECIDED else None,
        illustrative=True,
        seeks=chance.choice(NEEDS) if state == S.FORMING else "",
        looking_for_partners=state == S.FORMING and chance.random() < 0.5,
    )
    previous = ""
    for step in walk:
        batch.add(
            Decision, network_id=key, at=moments[step], from_state=previous, to_state=step, reason=REASONS.get(step, "")
        )
        previous = step
    return Made(key, place, district, state, moments[S.FORMING], members)


def _partners(batch: Batch, network: Made, firms: Pool, chance: random.Random) -> list[int]:
    """Whoever was asked may still be silent while the network forms. Returns who has accepted."""
    accepted = []
    for position, member in enumerate(network.members):
        answer = PartnerState.ACCEPTED
        if position > 1 and chance.random() < 0.2:
            answer = PartnerState.INVITED if network.state == S.FORMING else PartnerState.DECLINED
        if answer == PartnerState.ACCEPTED:
            accepted.append(member)
        batch.add(
            Partner,
            network_id=network.key,
            organisation_id=firms.numbers[member],
            state=answer,
            role=Partner.Role.PARTNER if position else Partner.Role.LEAD,
            invited_at=network.created,
            answered_at=None if answer == PartnerState.INVITED else network.created + timedelta(minutes=position),
        )
    return accepted


def _projects(batch: Batch, funded: list[Made], firms: Pool, number: int, chance: random.Random) -> int:
    """Projects of these networks, with awards and what has been paid until today. Returns the next free number."""
    awards = iter(numbers(Award, sum(len(network.members) for network in funded)))
    today = midnight().date()
    for project, network in zip(numbers(Project, len(funded)), funded, strict=True):
        awarded = network.place.closes.date() + timedelta(days=chance.randint(100, 200))
        ends = awarded + timedelta(days=chance.choice([365, 548, 730]))
        title, _ = chance.choice(TITLES)
        batch.add(
            Project,
            id=project,
            slug=f"progetto-n{number}",
            acronym=f"{chance.choice(HEADS).upper()}-{number}",
            title=title,
            call_id=network.place.key,
            district_id=network.district,
            network_id=network.key,
            starts_on=awarded,
            ends_on=ends,
            state=ProjectState.CONCLUDED if ends < today else ProjectState.RUNNING,
            illustrative=True,
        )
        for position, member in enumerate(network.members):
            award = {
                "id": next(awards),
                "project_id": project,
                "organisation_id": firms.numbers[member],
                "role": Partner.Role.PARTNER if position else Partner.Role.LEAD,
                "size": chance.choices(SIZES, SIZE_WEIGHTS)[0] if firms.enterprises[member] else "",
                "awarded_on": awarded,
            }
            _award(batch, award, chance)
        number += 1
    return number


def _award(batch: Batch, award: dict[str, Any], chance: random.Random) -> None:
    """Costs are whole hundreds of EUR and grants whole percents of them, so that no payment needs rounding."""
    cost = Decimal(chance.randint(300, 6000) * 100)
    grant = cost * chance.randint(35, 70) / 100
    batch.add(Award, cost=cost, grant=grant, **award)
    for days, kind, share in PAYMENTS:
        paid = award["awarded_on"] + timedelta(days=days + chance.randrange(30))
        if paid <= midnight().date():
            batch.add(Payment, award_id=award["id"], kind=kind, amount=grant * Decimal(share), paid_on=paid)
