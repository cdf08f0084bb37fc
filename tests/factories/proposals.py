"""What a network writes, plans and hands in, and whole networks that are ready to be sent."""

import itertools
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from calls.models import Call, rules_of
from calls.rules.aid import Activity as ResearchType
from calls.rules.words import CostCategory, LegalForm
from district_portal.accounts.models import User
from enterprises.models import EnterpriseSize
from projects.content import digest, snapshot
from projects.models import (
    Activity,
    Answer,
    Attachment,
    BudgetLine,
    Comment,
    Cover,
    Declaration,
    Deliverable,
    DeMinimisAid,
    DeMinimisStatement,
    ExpectedIndicator,
    Helper,
    Milestone,
    Need,
    Network,
    Paper,
    Partner,
    ProposalVersion,
    Protocol,
    Risk,
    SectionLock,
    SignOff,
    WorkPackage,
)
from projects.states import HelperState, NetworkState
from tests.factories.accounts import DistrictFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.enterprises import ConceptFactory, OrganisationFactory, SizeDeclarationFactory
from tests.factories.projects import NetworkFactory, PartnerFactory

PDF = b"%PDF-1.7 a document of the proposal"
PACKAGES = 3
MONTHS = 24


class AnswerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Answer

    network = factory.SubFactory(NetworkFactory)
    question = "idea"
    text = "Sensors in the line measure flow and conductivity."


class SectionLockFactory(factory.django.DjangoModelFactory):
    """Held for two more minutes."""

    class Meta:
        model = SectionLock

    network = factory.SubFactory(NetworkFactory)
    section = "summary"
    holder = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=2))


class CommentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Comment

    network = factory.SubFactory(NetworkFactory)
    section = "summary"
    author = factory.SubFactory(UserFactory)
    text = "Who makes the housing?"


class AttachmentFactory(factory.django.DjangoModelFactory):
    """A PDF in the test's storage. `AttachmentFactory(content=b"…")` is another one."""

    class Meta:
        model = Attachment

    class Params:
        content = PDF

    network = factory.SubFactory(NetworkFactory)
    title = factory.Sequence(lambda n: f"Attachment {n:03}")
    name = factory.Sequence(lambda n: f"attachment-{n:03}.pdf")
    file = factory.LazyAttribute(lambda each: ContentFile(each.content, name=each.name))
    sha256 = factory.LazyAttribute(lambda each: sha256(each.content).hexdigest())
    size = factory.LazyAttribute(lambda each: len(each.content))


class DeclarationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Declaration

    network = factory.SubFactory(NetworkFactory)
    code = factory.Sequence(lambda n: f"declaration-{n}")
    text = "The enterprises are independent of each other."
    given_by = factory.SubFactory(UserFactory)


class ProposalVersionFactory(factory.django.DjangoModelFactory):
    """What the network says now."""

    class Meta:
        model = ProposalVersion

    network = factory.SubFactory(NetworkFactory)
    number = factory.LazyAttribute(lambda version: version.network.versions.count() + 1)
    content = factory.LazyAttribute(lambda version: snapshot(version.network))
    digest = factory.LazyAttribute(lambda version: digest(version.content))
    author = factory.SubFactory(UserFactory)


class HelperFactory(factory.django.DjangoModelFactory):
    """Somebody who helps to write. Trait: invited."""

    class Meta:
        model = Helper

    class Params:
        invited = factory.Trait(state=HelperState.INVITED, answered_at=None)

    network = factory.SubFactory(NetworkFactory)
    user = factory.SubFactory(UserFactory)
    state = HelperState.ACCEPTED
    answered_at = factory.LazyFunction(timezone.now)


class ActivityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Activity

    network = factory.SubFactory(NetworkFactory)
    kind = "package_added"
    detail = factory.LazyFunction(lambda: {"name": "WP1 Design"})


class NeedFactory(factory.django.DjangoModelFactory):
    """A competence that is needed; `NeedFactory(own=True)` is in the network's own words."""

    class Meta:
        model = Need

    class Params:
        own = factory.Trait(concept=None, name="Clinical evaluation")

    network = factory.SubFactory(NetworkFactory)
    concept = factory.SubFactory(ConceptFactory)


class CoverFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cover

    need = factory.SubFactory(NeedFactory)
    partner = factory.SubFactory(PartnerFactory, network=factory.SelfAttribute("..need.network"))
    level = Cover.Level.LEADS


class WorkPackageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkPackage

    network = factory.SubFactory(NetworkFactory)
    number = factory.LazyAttribute(lambda package: package.network.work_packages.count() + 1)
    title = factory.LazyAttribute(lambda package: f"Package {package.number}")
    starts_month = 1
    ends_month = 6


class MilestoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Milestone

    work_package = factory.SubFactory(WorkPackageFactory)
    title = "The prototype measures"
    month = 6


class DeliverableFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Deliverable

    work_package = factory.SubFactory(WorkPackageFactory)
    title = "Report on the prototype"
    month = 6


class RiskFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Risk

    network = factory.SubFactory(NetworkFactory)
    title = "The membrane comes late"
    likelihood = Risk.Weight.MEDIUM
    impact = Risk.Weight.HIGH
    response = "A second supplier is chosen in the first month."


class ExpectedIndicatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ExpectedIndicator

    network = factory.SubFactory(NetworkFactory)
    code = "RCO01"
    target = 3


class BudgetLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BudgetLine

    work_package = factory.SubFactory(WorkPackageFactory)
    network = factory.SelfAttribute("work_package.network")
    partner = factory.SubFactory(PartnerFactory, network=factory.SelfAttribute("..network"))
    category = CostCategory.STAFF
    activity = ResearchType.INDUSTRIAL_RESEARCH
    amount = Decimal("10000.00")


class DeMinimisAidFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeMinimisAid

    organisation = factory.SubFactory(OrganisationFactory)
    granted_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=400))
    amount = Decimal("50000.00")
    authority = "Chamber of commerce"


class DeMinimisStatementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeMinimisStatement

    organisation = factory.SubFactory(OrganisationFactory)
    stated_by = factory.SubFactory(UserFactory)


class SignOffFactory(factory.django.DjangoModelFactory):
    """The partner agrees to what the network says now."""

    class Meta:
        model = SignOff

    partner = factory.SubFactory(PartnerFactory)
    network = factory.SelfAttribute("partner.network")
    version = factory.SubFactory(ProposalVersionFactory, network=factory.SelfAttribute("..network"))
    digest = factory.SelfAttribute("version.digest")
    signed_by = factory.SubFactory(UserFactory)


class ProtocolFactory(factory.django.DjangoModelFactory):
    """The Region's number for a `submission`, which is made by sending (`projects.operations.sending`)."""

    class Meta:
        model = Protocol

    number = factory.Sequence(lambda n: f"PG/2026/{n:06}")
    received_on = factory.LazyFunction(timezone.localdate)
    recorded_by = factory.SubFactory(UserFactory)


class PaperFactory(factory.django.DjangoModelFactory):
    """A document that waits for its worker."""

    class Meta:
        model = Paper

    network = factory.SubFactory(NetworkFactory)
    kind = "proposal"
    title = "Proposal"
    requested_by = factory.SubFactory(UserFactory)


# --- Whole networks ------------------------------------------------------------------------------------------------


def owner_of(partner: Partner) -> User:
    """The first owner of a partner's organisation, who writes, signs off and (of the lead) sends."""
    return partner.organisation.memberships.order_by("pk").first().user


def lead_of(network: Network) -> User:
    return owner_of(network.partners.get(role=Partner.Role.LEAD))


def whole_network(
    *,
    call: Call | None = None,
    partners: int = 3,
    cells: int | None = None,
    amount: Decimal = Decimal("10000.00"),
    state: NetworkState = NetworkState.FORMING,
    size: str = EnterpriseSize.SMALL,
    **more,
) -> Network:
    """A network that lacks nothing but sign-offs: `lead_of(network)` and `owner_of(partner)` are who acts for it.

    `partners` counts the lead. `cells` is the number of budget cells of all partners together (none given: one per
    partner and work package), each of `amount` EUR: at most 3 × 8 × 5 per partner. What the call asks for (legal form,
    answers, declarations, documents) is there. `more` goes to `NetworkFactory`.
    """
    district = more.pop("district", None) or DistrictFactory()
    call = call or CallFactory()
    rules = {rule.kind: rule for rule in rules_of(call)}
    given = {
        "legal_form": _legal_form(rules),
        "starts_on": (timezone.localdate() + timedelta(days=200)).replace(day=1),
        "duration_months": MONTHS,
        "bonuses": ["collaboration"],
    }
    network = NetworkFactory(call=call, district=district, state=state, lead=_firm(district, size), **(given | more))
    for _number in range(partners - 1):
        PartnerFactory(network=network, organisation=_firm(district, size))
    _describe(list(network.partners.all()))
    members = list(network.partners.select_related("organisation"))
    _cover(network, members)
    packages = _plan(network, members)
    _budget(network, members, packages, cells, amount)
    _answers(network, members, rules)
    _papers(network, rules)
    return network


def _firm(district, size):
    firm = OrganisationFactory(district=district, owner=UserFactory())
    SizeDeclarationFactory(organisation=firm, size=size)
    return firm


def _legal_form(rules):
    return rules["legal_forms"].allowed[0] if "legal_forms" in rules else LegalForm.TEMPORARY_GROUPING


def _describe(members):
    share = (Decimal(1) / len(members)).quantize(Decimal("0.0001"))
    for number, member in enumerate(members):
        member.tasks = f"Task {number + 1}: design, make and test its part of the line."
        member.planned_share = share if number else 1 - share * (len(members) - 1)
        member.person_months = Decimal("12.0")
        member.graduates_hired = 1
        member.contracts_made_permanent = 1
    fields = ["tasks", "planned_share", "person_months", "graduates_hired", "contracts_made_permanent"]
    Partner.objects.bulk_update(members, fields)


def _cover(network, members):
    for order, name in enumerate(["Flow sensors", "Moulding", "Sterilisation"]):
        need = Need.objects.create(network=network, name=name, order=order)
        Cover.objects.create(need=need, partner=members[order % len(members)], level=Cover.Level.LEADS)
        if len(members) > 1:
            helper = members[(order + 1) % len(members)]
            Cover.objects.create(need=need, partner=helper, level=Cover.Level.CONTRIBUTES)


def _plan(network, members):
    packages = []
    for number in range(1, PACKAGES + 1):
        lead = members[(number - 1) % len(members)]
        months = {"starts_month": 1 + 8 * (number - 1), "ends_month": 8 * number}
        package = WorkPackageFactory(network=network, number=number, lead=lead, aim="Design and test.", **months)
        MilestoneFactory(work_package=package, month=package.ends_month)
        DeliverableFactory(work_package=package, month=package.ends_month, responsible=lead)
        packages.append(package)
    RiskFactory(network=network, owner=members[0])
    ExpectedIndicatorFactory(network=network, target=len(members))
    return packages


def _budget(network, members, packages, cells, amount):
    """The first cells are of each partner and work package, then of the next category, then of the next activity."""
    activities = [ResearchType.INDUSTRIAL_RESEARCH, ResearchType.EXPERIMENTAL_DEVELOPMENT]
    activities += [each for each in ResearchType if each not in activities]
    every = itertools.product(activities, CostCategory, packages, members)
    wanted = len(members) * len(packages) if cells is None else cells
    BudgetLine.objects.bulk_create(
        BudgetLine(
            network=network,
            partner=member,
            work_package=package,
            category=category,
            activity=activity,
            amount=amount,
        )
        for activity, category, package, member in itertools.islice(every, wanted)
    )


def _answers(network, members, rules):
    for question in rules["questions"].questions if "questions" in rules else []:
        for partner in members if question.per_partner else [None]:
            text = "Sensors in the line measure flow and conductivity."[: question.limit]
            AnswerFactory(network=network, question=question.code, partner=partner, text=text)


def _papers(network, rules):
    for code, text in rules["declarations"].codes.items() if "declarations" in rules else []:
        DeclarationFactory(network=network, code=code, text=text, given_by=network.created_by)
    for code, text in rules["documents"].codes.items() if "documents" in rules else []:
        AttachmentFactory(network=network, kind=code, title=text[:200])
