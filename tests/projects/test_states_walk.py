"""Random walks through the lives of a network, from all sides: no illegal state is ever reached.

Each step is something that somebody tries: lead, partner, invited organisation, helper, facilitator, Region, stranger,
or the clock. Most are refused; a refusal has words, and changes nothing that the invariants look at. The assessment
listens, as it does in the portal.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from random import Random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from assessment.models import Assessment
from assessment.operations import admissibility, rejections
from assessment.operations.admissibility import Found
from assessment.states import ASSESSMENT_MOVES, AssessmentState
from calls.models import Call
from calls.procedure import admissibility_of
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import permissions, sections
from projects.content import digest, snapshot
from projects.models import Helper, IntegrationRound, Network, Partner, Submission
from projects.operations import forming, helpers, integration, networks, review, sending, signing
from projects.operations.changes import changing
from projects.operations.verification import chain_breaks
from projects.states import EDITABLE, NETWORK_MOVES, NetworkState, PartnerState
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.proposals import HelperFactory, RiskFactory, lead_of, owner_of, whole_network
from tests.projects.people import facilitator, owner, regional_staff
from tests.projects.sent import call_of

pytestmark = pytest.mark.django_db

WALKS, LENGTH = 8, 50
ONWARD = 0.3
"""How often a step is one that leads on."""
AGAIN = 0.6
"""How often what was sent is taken back rather than left to the Region."""
OVER = {NetworkState.WITHDRAWN, NetworkState.REFUSED}
PEOPLE = ["lead", "partner", "asked", "helper", "facilitator", "region", "stranger"]


def may(allowed: bool) -> None:
    """What the view of an operation asks before it calls it."""
    if not allowed:
        raise PermissionDenied


class Walk:
    """One network with its people; each method is something that a person tries."""

    def __init__(self, *, review: bool) -> None:
        self.review, call = review, call_of(review=review)
        network = whole_network(call=call, partners=2)
        self.pk, self.asked = network.pk, OrganisationFactory(district=network.district)
        self.people: dict[str, User] = {
            "lead": lead_of(network),
            "partner": owner_of(network.partners.get(role="partner")),
            "asked": owner(self.asked),
            "helper": HelperFactory(network=network).user,
            "facilitator": facilitator(network.district),
            "region": regional_staff(network),
            "stranger": UserFactory(),
        }
        self.shown = digest(snapshot(network))

    @property
    def network(self) -> Network:
        return Network.objects.select_related("call", "district").get(pk=self.pk)

    def partner(self, person: User) -> Partner:
        """The one that the person may try to speak for; a stranger tries the lead's."""
        partners = self.network.partners.select_related("organisation", "network__call", "network__district")
        return partners.filter(organisation__memberships__user=person).first() or partners.get(role="lead")

    @property
    def assessment(self) -> Assessment:
        found = Assessment.objects.filter(network=self.pk).first()
        may(found is not None)
        return found

    def leading(self) -> str:
        """Who of them leads the network now: the lead can be handed over."""
        lead = self.network.partners.get(role="lead").organisation
        return next(name for name, user in self.people.items() if user.memberships.filter(organisation=lead).exists())

    # --- Forming and writing

    def invite(self, person: User) -> None:
        may(permissions.can_lead_network(person, self.network))
        networks.invite_partner(self.network, organisation=self.asked, actor=person)

    def accept(self, person: User) -> None:
        may(permissions.can_answer_invitation(person, self.network))
        partner = networks.accept_invitation(self.network, organisation=self.asked, actor=person)
        if self.network.editable:
            with changing(self.network, sections.PARTNERS, actor=person):
                Partner.objects.filter(pk=partner.pk).update(planned_share=0)

    def decline(self, person: User) -> None:
        may(permissions.can_answer_invitation(person, self.network))
        networks.decline_invitation(self.network, organisation=self.asked, actor=person)

    def remove(self, person: User) -> None:
        partners = self.network.partners.select_related("network", "organisation")
        partner = partners.filter(organisation=self.asked).first()
        may(partner is not None and permissions.can_remove_partner(person, partner))
        forming.remove_partner(partner, actor=person)

    def write(self, person: User) -> None:
        may(permissions.can_write_network(person, self.network))
        with changing(self.network, sections.RISKS, actor=person) as network:
            RiskFactory(network=network, title=f"Risk {network.risks.count()}")

    def offer_lead(self, person: User) -> None:
        partners = self.network.partners.select_related("network", "organisation").exclude(role="lead")
        partner = partners.order_by("-state", "pk").first()
        may(partner is not None)
        forming.offer_lead(partner, actor=person)

    def take_lead(self, person: User) -> None:
        forming.take_lead(self.partner(person), actor=person)

    def drop_offer(self, person: User) -> None:
        partner = self.network.partners.select_related("network", "organisation").exclude(lead_offered_at=None).first()
        may(partner is not None and permissions.can_drop_lead_offer(person, partner))
        forming.drop_lead_offer(partner, actor=person)

    # --- Help with writing

    def ask_help(self, person: User) -> None:
        helpers.invite_helper(self.network, user=self.people["helper"], actor=person)

    def facilitator_helps(self, person: User) -> None:
        """Asked and accepted: from then on they decide nothing here."""
        asked = helpers.invite_helper(self.network, user=self.people["facilitator"], actor=person)
        helpers.answer_helper_invitation(asked, accepted=True, actor=self.people["facilitator"])

    def help(self, person: User) -> None:
        helpers.answer_helper_invitation(self._help(person), accepted=True, actor=person)

    def refuse_help(self, person: User) -> None:
        helpers.answer_helper_invitation(self._help(person), accepted=False, actor=person)

    def end_help(self, person: User) -> None:
        helpers.end_helper(self._help(person), actor=person)

    def _help(self, person: User) -> Helper:
        """Their own invitation, else that of somebody else."""
        rows = self.network.helpers.select_related("network__call", "network__district")
        found = rows.filter(user=person).first() or rows.first()
        may(found is not None)
        return found

    # --- Review

    def submit(self, person: User) -> None:
        may(permissions.can_lead_network(person, self.network))
        networks.submit_network(self.network, actor=person, moment=timezone.now())

    def take_back(self, person: User) -> None:
        forming.take_back_network(self.network, actor=person)

    def reopen(self, person: User) -> None:
        forming.reopen_network(self.network, actor=person)

    def approve(self, person: User) -> None:
        may(permissions.can_decide_network(person, self.network))
        review.approve_network(self.network, actor=person, reason="Yes.")

    def request_changes(self, person: User) -> None:
        may(permissions.can_decide_network(person, self.network))
        review.request_network_changes(self.network, actor=person, reason="Say more.")

    def refuse(self, person: User) -> None:
        may(permissions.can_decide_network(person, self.network))
        review.refuse_network(self.network, actor=person, reason="No.")

    def withdraw(self, person: User) -> None:
        may(permissions.can_lead_network(person, self.network))
        networks.withdraw_network(self.network, actor=person)

    # --- Sign-off and sending

    def read(self, person: User) -> None:
        self.shown = digest(snapshot(self.network))

    def sign(self, person: User) -> None:
        signing.sign_off(self.partner(person), digest=self.shown, actor=person)

    def sign_all(self, person: User) -> None:
        """The usual way on, so that walks get far: everybody reads and signs."""
        self.read(person)
        for partner in self.network.partners.accepted().select_related("organisation", "network"):
            signing.sign_off(partner, digest=self.shown, actor=owner_of(partner))

    def unsign(self, person: User) -> None:
        signing.withdraw_sign_off(self.partner(person), actor=person)

    def send(self, person: User) -> None:
        sending.send_proposal(self.network, actor=person, moment=timezone.now())

    def withdraw_proposal(self, person: User) -> None:
        sending.withdraw_submission(self.network, reason="A mistake.", actor=person, moment=timezone.now())

    # --- The Region and the clock

    def check(self, person: User) -> None:
        """Every line met, but for what the budget lacks."""
        self._check(person, "curable")

    def check_met(self, person: User) -> None:
        self._check(person, "met")

    def check_lost(self, person: User) -> None:
        self._check(person, "not_met")

    def _check(self, person: User, finding: str) -> None:
        for stage in ("formal", "substantive"):
            codes = [item.code for item in admissibility_of(self.network.call) if item.stage == stage]
            found = {code: Found("met") for code in codes} | {codes[-1]: Found(finding, "It is missing.")}
            admissibility.save_checks(self.assessment, stage=stage, found=found, actor=person, moment=timezone.now())

    def ask(self, person: User) -> None:
        due = timezone.now() + timedelta(days=10)
        admissibility.ask_for_integration(
            self.assessment, sections=[sections.RISKS], text="More.", due_at=due, actor=person, moment=timezone.now()
        )

    def admit(self, person: User) -> None:
        admissibility.admit(self.assessment, actor=person, moment=timezone.now())

    def reject(self, person: User) -> None:
        rejections.reject(self.assessment, reason="It is missing.", actor=person, moment=timezone.now())

    def answer(self, person: User) -> None:
        integration.answer_integration(self.network, actor=person, moment=timezone.now())

    def deadline_passes(self, person: User) -> None:
        Call.objects.filter(networks=self.pk).update(closes_at=timezone.now())

    def deadline_moves(self, person: User) -> None:
        Call.objects.filter(networks=self.pk).update(closes_at=timezone.now() + timedelta(days=1))

    def round_ends(self, person: User) -> None:
        ago = timezone.now() - timedelta(hours=1)
        IntegrationRound.objects.pending().update(asked_at=ago - timedelta(hours=1), due_at=ago)
        integration.close_integrations(timezone.now())

    # --- The way on, so that walks do not all end in the first refusals

    def onward(self) -> tuple[str, str]:
        """A step that leads on from here, and who takes it."""
        network = self.network
        unsigned = bool(signing.missing_sign_offs(network, digest(snapshot(network))))
        if network.state == NetworkState.SUBMITTED:
            return "approve", "facilitator"
        if network.state == NetworkState.SENT:
            if network.call.is_open_at(timezone.now()):
                return "deadline_passes", "lead"
            if not IntegrationRound.objects.filter(submission__network=network).exists():
                return ("ask" if self.assessment.checks.filter(finding="curable").exists() else "check"), "region"
            if self.assessment.state != AssessmentState.INTEGRATION:
                met = self.assessment.checks.exists() and not self.assessment.checks.exclude(finding="met").exists()
                return ("admit" if met else "check_met"), "region"
            said = digest(snapshot(network))
            written = network.submissions.filter(kind="proposal").latest("pk").digest != said
            return ("write", "partner") if not written else ("sign_all" if unsigned else "answer", "lead")
        if self.review and network.state in EDITABLE:
            return "submit", "lead"
        return ("sign_all" if unsigned else "send"), "lead"


NO_STEPS = {"partner", "leading", "onward"}
STEPS = [
    name for name, each in vars(Walk).items() if callable(each) and not name.startswith("_") and name not in NO_STEPS
]
# Who is likely to get further with a step; the others are tried, too.
USUAL = {"accept": "asked", "decline": "asked", "approve": "facilitator", "request_changes": "facilitator"}
USUAL |= {"refuse": "facilitator", "ask": "region", "sign": "partner", "take_lead": "partner", "help": "helper"}
USUAL |= {"refuse_help": "helper", "check": "region", "check_met": "region", "check_lost": "region"}
USUAL |= {"admit": "region", "reject": "region"}
# What ends a walk comes seldom.
SELDOM = {"refuse", "withdraw", "deadline_passes", "check_lost", "reject"}


def next_step(walk: Walk, random: Random) -> tuple[str, str]:
    if random.random() < ONWARD:
        name, who = walk.onward()
        if name == "deadline_passes" and random.random() < AGAIN:
            name = "withdraw_proposal"
    else:
        name = random.choice(STEPS)
        if name in SELDOM:
            name = random.choice(STEPS)
        who = random.choice([USUAL.get(name, "lead"), random.choice(PEOPLE)])
    return name, walk.leading() if who == "lead" else who


def check_invariants(walk: Walk) -> None:
    network = walk.network
    journal = list(network.decisions.order_by("pk"))
    for before, decision in zip(journal, journal[1:], strict=False):
        assert before.to_state == decision.from_state
    for decision in journal:
        assert not decision.from_state or decision.to_state in NETWORK_MOVES[NetworkState(decision.from_state)]
    assert network.state == (journal[-1].to_state if journal else NetworkState.FORMING)

    for decision in journal:
        if decision.to_state == NetworkState.APPROVED:
            barred = network.helpers.have_helped().filter(user=decision.actor, answered_at__lt=decision.at)
            assert not barred.exists()

    assert network.partners.filter(role="lead", state=PartnerState.ACCEPTED).count() == 1
    said = digest(snapshot(network))
    standing = list(network.submissions.standing())
    proposals = [each for each in standing if each.kind == "proposal"]
    assert len(proposals) == (network.state == NetworkState.SENT)
    assert len(standing) == len(proposals) + sum(each.kind == "integration" for each in standing)
    if network.state != NetworkState.SENT:
        assert standing == []
    for each in network.submissions.all():
        assert hashlib.sha256(each.content.encode()).hexdigest() == each.digest
    if proposals and not IntegrationRound.objects.filter(submission=proposals[0]).exists():
        assert proposals[0].digest == said
    assert set(network.sign_offs.standing().values_list("digest", flat=True)) <= {said}
    assert list(chain_breaks()) == []
    check_assessment(network, standing)


def check_assessment(network: Network, standing: list[Submission]) -> None:
    """It is about what was sent, ends with the withdrawal, and goes by its own table."""
    found = Assessment.objects.filter(network=network).first()
    if found is None:
        assert network.state != NetworkState.SENT
        return
    assert (found.state == AssessmentState.WITHDRAWN) == (network.state != NetworkState.SENT)
    entries = list(found.journal.exclude(to_state="").order_by("pk"))
    for before, entry in zip(entries, entries[1:], strict=False):
        assert entry.from_state == before.to_state
        assert entry.to_state in ASSESSMENT_MOVES[AssessmentState(before.to_state)]
    assert entries[-1].to_state == found.state
    if network.state == NetworkState.SENT:
        proposal = next(each for each in standing if each.kind == "proposal")
        assert found.received_at == proposal.sent_at
        assert found.submission == max(standing, key=lambda each: each.pk)
    pending = IntegrationRound.objects.pending().filter(submission__in=standing)
    assert pending.exists() == (found.state == AssessmentState.INTEGRATION)


@pytest.mark.parametrize("seed", range(WALKS))
def test_no_walk_reaches_an_illegal_state(seed: int) -> None:
    random = Random(seed)
    walk = Walk(review=bool(seed % 2))
    for _number in range(LENGTH):
        name, who = next_step(walk, random)
        try:
            with transaction.atomic():
                getattr(walk, name)(walk.people[who])
        except DomainError as refusal:
            assert str(refusal.message).strip()
        except PermissionDenied:
            pass
        else:
            check_invariants(walk)
        if walk.network.state in OVER and random.random() < ONWARD:
            break
    check_invariants(walk)


@pytest.mark.parametrize("review", [False, True])
def test_the_whole_way_can_be_walked(review: bool) -> None:
    """Not only refusals: this way leads through every state that a network may end in after it was sent."""
    walk = Walk(review=review)
    again = [("submit", "lead"), ("take_back", "lead"), ("submit", "lead"), ("approve", "facilitator")]
    approval = [*again, ("reopen", "lead"), ("submit", "lead"), ("approve", "facilitator")] if review else []
    way = [
        *[("offer_lead", "lead"), ("take_lead", "partner"), ("offer_lead", "partner"), ("take_lead", "lead")],
        *[("end_help", "helper"), ("ask_help", "lead"), ("help", "helper")],
        *[("invite", "lead"), ("accept", "asked"), ("write", "helper"), *approval, ("sign_all", "lead")],
        *[("send", "lead"), ("withdraw_proposal", "lead"), ("send", "lead"), ("deadline_passes", "lead")],
        *[("check", "region"), ("ask", "region"), ("write", "partner"), ("sign_all", "lead"), ("answer", "lead")],
        *[("check_met", "region"), ("admit", "region")],
        ("withdraw_proposal", "lead"),
    ]
    for name, who in way:
        getattr(walk, name)(walk.people[who])
        check_invariants(walk)
    assert walk.network.state == NetworkState.WITHDRAWN
