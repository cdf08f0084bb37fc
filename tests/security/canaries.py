"""A unique word in each confidential field of the access walk's world, and who may read it.

The readers follow `docs/disclosure.md`, `docs/permissions.csv` and the `visible_to` of each model.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from calls.models import Visibility
from calls.operations.interest_messages import send_interest_message
from calls.operations.interests import InterestDetails, register_interest
from district_portal.accounts.models import User
from district_portal.notifications.models import AccountMail, InboxItem, OutboxRow, SinkMail
from district_portal.reports.models import ReportRun
from district_portal.reports.states import RunState
from enterprises.models import Competence, MembershipRole, Organisation
from enterprises.operations import invite_member
from events.models import Category, Event, Registration
from events.operations import Guest, register
from projects.models import Network
from projects.operations.review import approve_network, refuse_network
from tests.access_world import Side, World
from tests.factories.accounts import AppointmentFactory, UserFactory
from tests.factories.calls import InterestFactory
from tests.factories.enterprises import CompetenceFactory, ConceptFactory, MembershipFactory, OrganisationFactory
from tests.factories.projects import NetworkFactory

READERS = [
    "anonymous",
    "enterprise",
    "neighbour",
    "stranger",
    "facilitator",
    "evaluator",
    "organiser",
    "regional_staff",
    "admin",
]
"""The walk's roles; a neighbour (another organisation of the district), a stranger (the other side's owner)."""

VOCABULARY = ("enterprises:competences", "assessment:profile", "projects:coverage_edit")
"""The list of competences is everybody's vocabulary: on these pages its words belong to no organisation."""


@dataclass(frozen=True)
class Canary:
    what: str
    readers: frozenset[str]
    addresses: frozenset[str] = frozenset()
    """Where mails may carry it to, beside the readers' own."""
    behind: str = ""
    """A secret address is itself the right to read: routes that begin like this show it to whoever knows the token."""
    everywhere: tuple[str, ...] = ()
    """Routes on which it is a word of a public list, without the organisation that it belongs to."""


@dataclass
class Aviary:
    """The canaries of a world."""

    world: World
    people: dict[str, User | None] = field(default_factory=dict)
    birds: dict[str, Canary] = field(default_factory=dict)
    further: list[tuple[str, str]] = field(default_factory=list)
    """Addresses (with their routes) that the walk does not know."""

    def plant(self, what: str, *readers: str, word: str = "", **rest: object) -> str:
        """A new unique word for a field (or an existing one), remembered with its readers."""
        word = word or f"canary{secrets.token_hex(6)}"
        self.birds[word] = Canary(what, frozenset(readers), **rest)  # type: ignore[arg-type]
        return word

    def seen_in(self, text: str) -> list[str]:
        return [word for word in self.birds if word in text]


def aviary(world: World) -> Aviary:
    """The world with a canary in each confidential field, after everything happened that sends messages."""
    made = Aviary(world, dict(world.people))
    made.people["stranger"] = world.other.organisation.memberships.get(role=MembershipRole.OWNER).user
    made.people["neighbour"] = MembershipFactory(organisation=OrganisationFactory(district=world.own.district)).user
    for plant in PLANTS:
        for side, owner in ((world.own, "enterprise"), (world.other, "stranger")):
            plant(made, side, owner)
    return made


def _person(made: Aviary, name: str) -> User:
    person = made.people[name]
    assert person is not None
    return person


def _members(organisation: Organisation) -> frozenset[str]:
    return frozenset(organisation.memberships.values_list("user__email", flat=True))


def _looks_after(side: Side, made: Aviary, *roles: str) -> tuple[str, ...]:
    """Of the roles that look after a district: those that the walk's people hold there (all hold them at home)."""
    return roles if side is made.world.own else ()


def _organisation(made: Aviary, side: Side, owner: str) -> None:
    made.plant("VAT number", owner, word=str(side.organisation.vat_number))
    address = f"{made.plant('e-mail of a member', owner)}@canary.example"
    MembershipFactory(organisation=side.organisation, user=UserFactory(email=address), role=MembershipRole.EDITOR)


def _competences(made: Aviary, side: Side, owner: str) -> None:
    district = (owner, "admin", *_looks_after(side, made, "neighbour", "facilitator", "regional_staff"))
    for level in Competence.Level:
        if level == Competence.Level.PUBLIC:
            readers = tuple(READERS)
        else:
            readers = district if level == Competence.Level.DISTRICT else (owner,)
        note = made.plant(f"note of a competence of level {level}", *readers)
        concept = made.plant(f"competence of level {level}", *readers, everywhere=VOCABULARY)
        for direction in Competence.Direction:
            CompetenceFactory(
                organisation=side.organisation,
                concept=ConceptFactory(name_it=f"{concept} {direction}", name_en=f"{concept} {direction}"),
                level=level,
                note=note,
                direction=direction,
            )


def _interest(made: Aviary, side: Side, owner: str) -> None:
    readers = (owner, *_looks_after(side, made, "facilitator"))
    words = {name: made.plant(f"interest: {name}", *readers) for name in ("note", "offers", "seeks")}
    register_interest(
        side.call,
        actor=_person(made, owner),
        organisation=side.organisation,
        arrived=timezone.now(),
        details=InterestDetails(**words),
    )


def _further_interests(made: Aviary, side: Side, owner: str) -> None:
    """Others that are interested in the call, one at each visibility, with words and competences of their own."""
    facilitators = _looks_after(side, made, "facilitator")
    # The walk's enterprise and neighbour belong to the district of its own side's call; to the other's only its owner.
    district = (owner, *facilitators, *(("neighbour",) if side is made.world.own else ()))
    for visibility, listed in [*((each, True) for each in Visibility), (Visibility.PUBLIC, False)]:
        readers: tuple[str, ...] = facilitators
        if listed and visibility == Visibility.PUBLIC:
            readers = tuple(READERS)
        elif visibility == Visibility.DISTRICT:
            readers = district
        firm = OrganisationFactory(district=side.district, listed=listed)
        what = f"interest, {visibility}{'' if listed else ', unlisted'}"
        interest = InterestFactory(
            call=side.call,
            organisation=firm,
            visibility=visibility,
            offers=made.plant(f"{what}: offers", *readers),
            seeks=made.plant(f"{what}: seeks", *readers),
            note=made.plant(f"{what}: note", *facilitators),
        )
        # Kept for introductions in the profile, and not opened for this call.
        name = made.plant(f"{what}: competence", *facilitators, everywhere=VOCABULARY)
        concept = ConceptFactory(name_it=name, name_en=name)
        interest.offered.add(CompetenceFactory(organisation=firm, concept=concept, level=3).concept)
        need = CompetenceFactory(organisation=firm, concept=concept, level=4, direction="seeks")
        interest.sought.add(need.concept)


def _interest_message(made: Aviary, side: Side, owner: str) -> None:
    readers = (owner, *_looks_after(side, made, "facilitator"))
    own = side is made.world.own
    send_interest_message(
        side.call,
        actor=_person(made, "facilitator") if own else AppointmentFactory(district=side.district).user,
        key=uuid.uuid4(),
        subject=made.plant("message to the interested: subject", *readers),
        text=made.plant("message to the interested: text", *readers),
        organisations=[side.organisation],
    )


def _networks(made: Aviary, side: Side, owner: str) -> None:
    readers = (owner, "admin", *_looks_after(side, made, "facilitator", "regional_staff"))
    forming = Network.objects.get(pk=side.parameters["projects"]["uuid"])
    others = frozenset().union(*(_members(row.organisation) for row in forming.partners.all()))
    for name in ("title", "idea", "seeks"):
        setattr(forming, name, made.plant(f"network: {name}", *readers, addresses=others))
    forming.save()
    for decide in (approve_network, refuse_network):
        submitted = NetworkFactory(call=side.call, district=side.district, lead=side.organisation, state="submitted")
        decide(submitted, actor=UserFactory(), reason=made.plant("reason of a decision", *readers))
        made.further.append(("projects:network_detail", reverse("projects:network_detail", args=[submitted.pk])))


def _invitation(made: Aviary, side: Side, owner: str) -> None:
    word = f"canary{secrets.token_hex(6)}"
    address = f"{word}@canary.example"
    own = {"addresses": frozenset({address}), "behind": "enterprises:invitation"}
    made.plant("invited e-mail", owner, word=word, **own)
    actor = _person(made, owner)
    invitation = invite_member(side.organisation, email=address, role="viewer", language="en", actor=actor)
    for token in (invitation.token, side.parameters["enterprises"]["token"]):
        made.plant("invitation token", word=token, **own)


def _registrations(made: Aviary, side: Side, owner: str) -> None:
    event = Event.objects.get(slug=side.parameters["events"]["slug"])
    readers = _looks_after(side, made, "organiser")
    words = {
        name: made.plant(f"guest: {name}", *readers, behind="tickets:")
        for name in ("given_name", "family_name", "organisation", "needs", "email")
    }
    words["email"] += "@canary.example"
    registration, _new = register(
        event, Guest(category=Category.ENTERPRISE, **words), moment=timezone.now(), language="en"
    )
    shown = Registration.objects.get(token=side.parameters["tickets"]["token"])
    Registration.objects.filter(pk=shown.pk).update(needs=made.plant("guest: needs", *readers, behind="tickets:"))
    own = frozenset({words["email"]})
    for row in (registration, shown):
        made.plant("ticket's code", *readers, word=row.code, addresses=own, behind="tickets:")
        made.plant("ticket's token", word=row.token, addresses=own, behind="tickets:")
    for name in words:
        word = words[name].removesuffix("@canary.example")
        made.plant(f"guest: {name}", *readers, word=word, addresses=own, behind="tickets:")


def _reports(made: Aviary, side: Side, owner: str) -> None:
    run = ReportRun.objects.get(pk=side.parameters["reports"]["pk"])
    readers = _looks_after(side, made, "regional_staff")
    content = made.plant("file of a report", *readers).encode()
    run.state, run.file, run.finished_at = RunState.READY, f"reports/{run.pk}.csv", timezone.now()
    run.sha256, run.size = hashlib.sha256(content).hexdigest(), len(content)
    run.path.parent.mkdir(parents=True, exist_ok=True)
    run.path.write_bytes(content)
    run.save()


def _messages(made: Aviary, side: Side, owner: str) -> None:
    """What waits, lies in an inbox, or was kept by the mail sink."""
    inbox = InboxItem.objects.get(pk=side.parameters["notifications"]["pk"])
    inbox.title_en = inbox.title_it = made.plant("title of an inbox message", owner)
    inbox.text_en = inbox.text_it = made.plant("text of an inbox message", owner)
    inbox.save()
    dead = OutboxRow.objects.get(pk=side.parameters["message_retry"]["pk"])
    dead.last_error = made.plant("error of a message", "admin")
    dead.save()
    secret = made.plant("account mail on its way")
    AccountMail.objects.create(to="someone@example.org", subject="Reset", text=secret, html=secret)
    kept = SinkMail.objects.get(pk=side.parameters["status_mail_detail"]["pk"])
    kept.text = made.plant("kept mail", "admin")
    kept.save()


PLANTS = [
    _organisation,
    _competences,
    _interest,
    _further_interests,
    _interest_message,
    _networks,
    _invitation,
    _registrations,
    _reports,
    _messages,
]
