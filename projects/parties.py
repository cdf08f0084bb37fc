"""Networks as the rules of calls see them: who takes part, and what the proposal says so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Concat, Greatest, JSONObject, Length
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from calls.models import rules_of
from calls.parties import members_of
from calls.procedure import procedure_of, questions_of
from calls.rules import Member, Party
from calls.rules.kinds.de_minimis import DeMinimis
from calls.rules.kinds.grants import Grant
from district_portal.shared.ui import percent
from projects.aid.budget import Budget, reckon
from projects.aid.de_minimis import Headroom, headroom_of
from projects.aid.intensity import Intensities
from projects.models import (
    Answer,
    Attachment,
    BudgetLine,
    Cover,
    Declaration,
    Deliverable,
    Milestone,
    Need,
    Network,
    Partner,
    SignOff,
    WorkPackage,
)
from projects.states import NetworkState, PartnerState
from projects.wanted import declarations_wanted, holds

# A network that is over takes part in nothing any more.
OVER = [NetworkState.WITHDRAWN, NetworkState.REFUSED]


@dataclass
class Known:
    """What a proposal says beyond who takes part; all of it as it is in the database now."""

    declared: set[str] = field(default_factory=set)
    """Codes of declarations that are given, in words that the call still uses."""
    attached: set[str] = field(default_factory=set)
    """Types of attached documents."""
    answers: dict[tuple[str, int | None], int] = field(default_factory=dict)
    """Characters of each answer that says something, by question and partner (None: of all together)."""
    signed: set[int] = field(default_factory=set)
    """Partners whose sign-off stands."""
    needs: list[Need] = field(default_factory=list)
    """Competences that are needed, each with `involved` and `leading`: how many confirmed partners cover or lead it;
    and with its `levels`: `partner` (id) and `level` of each cover."""
    elsewhere: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """By organisation: titles of other living networks of the call, "" where a title is not public."""
    counts_elsewhere: bool = False
    """Whether `elsewhere` was looked up: only where the call limits it."""
    headroom: dict[int, Headroom] = field(default_factory=dict)
    """De minimis aid by organisation: only where the call's aid is de minimis."""
    packages: list[tuple[int, int | None, int]] = field(default_factory=list)
    """Work packages: number, partner that leads it, last month in which anything of it is planned."""
    cells: list[tuple[int, int, str, str, Decimal]] = field(default_factory=list)
    """Of the budget: partner, work package, category, activity, amount."""
    budget: Budget | None = None
    """Once it was reckoned; None while there are no cells."""

    @property
    def gaps(self) -> list[Need]:
        """Competences that nobody covers."""
        return [need for need in self.needs if not getattr(need, "involved", 0)]

    @property
    def thin(self) -> list[Need]:
        """Competences that one partner covers alone, or that nobody leads."""
        counts = ((need, getattr(need, "involved", 0), getattr(need, "leading", 0)) for need in self.needs)
        return [need for need, involved, leading in counts if involved and not (leading and involved > 1)]


def known_of(networks: Sequence[Network]) -> dict[UUID, Known]:
    """By network, in a number of queries that does not grow with the networks."""
    found: dict[UUID, Known] = {network.pk: Known() for network in networks}
    wanted = {network.pk: declarations_wanted(network.call) for network in networks}
    for network, what, code, partner, length in _said(found):
        known = found[network]
        if what == "declared":
            code, _line, text = code.partition("\n")
            if holds(code, text, wanted[network]):
                known.declared.add(code)
        elif what == "attached":
            known.attached.add(code)
        elif what == "package":
            known.packages.append((int(code), partner, length))
        elif what == "signed":
            known.signed.add(partner)
        else:
            known.answers[code, partner] = length
    lines = BudgetLine.objects.filter(network__in=found).order_by()
    columns = ("network", "partner", "work_package", "category", "activity", "amount")
    for network, partner, package, category, activity, amount in lines.values_list(*columns).iterator():
        found[network].cells.append((partner, package, category, activity, amount))
    confirmed = Q(covers__partner__state=PartnerState.ACCEPTED)
    leads = confirmed & Q(covers__level=Cover.Level.LEADS)
    needs = Need.objects.filter(network__in=found).select_related("concept")
    involved = {"involved": Count("covers", filter=confirmed), "leading": Count("covers", filter=leads)}
    levels = JSONBAgg(JSONObject(partner="covers__partner", level="covers__level"), default=Value([], JSONField()))
    for need in needs.annotate(**involved, levels=levels):
        found[need.network_id].needs.append(need)
    _look_elsewhere(networks, found)
    _look_at_de_minimis(networks, found)
    return found


def costs_of(network: Network) -> Known:
    """Only what rules that speak of costs want to know: the cells, and the headroom of de minimis aid."""
    known = Known()
    columns = ("partner", "work_package", "category", "activity", "amount")
    known.cells = list(BudgetLine.objects.filter(network=network).order_by().values_list(*columns))
    _look_at_de_minimis([network], {network.pk: known})
    return known


def _said(networks: Iterable[UUID]) -> QuerySet[Declaration, tuple[UUID, str, str, int, int]]:
    """Declarations (code and, on the next line, its words), attachments, sign-offs, work packages and answers of the
    networks, all in one query."""
    nobody = Cast(Value(None), BigIntegerField())
    nothing = Value(0, IntegerField())

    def rows(queryset: QuerySet, what: str, code: object, partner: object, length: object) -> QuerySet:  # type: ignore[type-arg]
        chosen = queryset.filter(network__in=list(networks)).order_by()
        return chosen.annotate(what=Value(what, CharField()), about=code, whose=partner, length=length).values_list(
            "network_id", "what", "about", "whose", "length"
        )

    words = Concat(Cast("code", CharField()), Value("\n"), Cast("text", CharField()), output_field=CharField())
    return rows(Declaration.objects.all(), "declared", words, nobody, nothing).union(
        rows(Attachment.objects.current(), "attached", Cast("kind", CharField()), nobody, nothing),
        rows(SignOff.objects.standing(), "signed", Value("", CharField()), Cast("partner", BigIntegerField()), nothing),
        rows(
            WorkPackage.objects.all(),
            "package",
            Cast("number", CharField()),
            Cast("lead", BigIntegerField()),
            Greatest("ends_month", _latest(Milestone), _latest(Deliverable), output_field=IntegerField()),
        ),
        rows(
            Answer.objects.exclude(text=""),
            "answer",
            Cast("question", CharField()),
            Cast("partner", BigIntegerField()),
            Length("text"),
        ),
        all=True,
    )


def _latest(model: type[Milestone] | type[Deliverable]) -> Subquery:
    """The last month of a work package's milestones or deliverables."""
    months = model._default_manager.filter(work_package=OuterRef("pk")).order_by("-month").values("month")
    return Subquery(months[:1], output_field=IntegerField())


def _look_elsewhere(networks: Sequence[Network], found: dict[UUID, Known]) -> None:
    limited = [each for each in networks if procedure_of(each.call).networks_per_organisation is not None]
    if not limited:
        return
    living = Partner.objects.accepted().filter(network__call__in={each.call_id for each in limited})
    living = living.exclude(network__state__in=OVER).select_related("network").order_by("network__title", "pk")
    rows = list(living.defer("network__idea"))
    for network in limited:
        known = found[network.pk]
        known.counts_elsewhere = True
        for row in rows:
            if row.network_id != network.pk and row.network.call_id == network.call_id:
                title = row.network.title if row.network.looking_for_partners else ""
                known.elsewhere[row.organisation_id] = (*known.elsewhere.get(row.organisation_id, ()), title)


def _look_at_de_minimis(networks: Sequence[Network], found: dict[UUID, Known]) -> None:
    """As of today: nobody knows the day of the award yet."""
    limits: dict[tuple[Decimal, int], list[UUID]] = {}
    for network in networks:
        if rule := next((each for each in rules_of(network.call) if isinstance(each, DeMinimis)), None):
            limits.setdefault((rule.ceiling, rule.years), []).append(network.pk)
    for (ceiling, years), concerned in limits.items():
        rows = Partner.objects.accepted().filter(network__in=concerned).select_related("organisation")
        partners = [(row.network_id, row.organisation) for row in rows]
        rooms = headroom_of(
            {each.pk: each for _network, each in partners}.values(), localdate(), ceiling=ceiling, years=years
        )
        for network_id, organisation in partners:
            found[network_id].headroom[organisation.pk] = rooms[organisation.pk]


def party_of(network: Network, partners: Iterable[Partner], known: Known, *, invited: bool = False) -> Party:
    """Who has confirmed (with `invited`: and who has not answered yet), with all that is known of the project.

    `partners`: of the network, with their organisations. What nobody has entered yet is None.
    """
    states = {PartnerState.ACCEPTED, PartnerState.INVITED} if invited else {PartnerState.ACCEPTED}
    rows = [partner for partner in partners if partner.state in states]
    members = dict(zip((row.pk for row in rows), members_of(row.organisation for row in rows), strict=True))
    confirmed = {row.pk: members[row.pk] for row in rows if row.state == PartnerState.ACCEPTED}
    budget = known.budget = known.budget or _budget(network, confirmed, known)
    return Party(
        members=tuple(_member(members[row.pk], row, known) for row in rows),
        legal_form=network.legal_form or None,
        cost=budget.cost if budget else None,
        grant=budget.aid if budget and budget.stated else None,
        cost_by_category={name: part.cost for name, part in budget.by_category.items()} if budget else None,
        bonuses=frozenset(network.bonuses),
        declared=frozenset(known.declared),
        attached=frozenset(known.attached),
        answered=answered(network, rows, known),
        graduates_hired=_total(row.graduates_hired for row in rows),
        contracts_made_permanent=_total(row.contracts_made_permanent for row in rows),
    )


def answered(network: Network, partners: Iterable[Partner], known: Known) -> frozenset[str]:
    """Codes of the template's questions that everyone who has to has answered within the limit."""
    confirmed = [partner.pk for partner in partners if partner.state == PartnerState.ACCEPTED]
    found = set()
    for question in questions_of(network.call):
        whose = confirmed if question.per_partner else [None]
        if all(0 < known.answers.get((question.code, each), 0) <= question.limit for each in whose):
            found.add(question.code)
    return frozenset(found)


def _budget(network: Network, members: dict[int, Member], known: Known) -> Budget | None:
    """What the cells of those who have confirmed come to; None while there are none."""
    cells = sorted(cell for cell in known.cells if cell[0] in members)
    if not cells:
        return None
    rules = rules_of(network.call)
    grant = next((rule for rule in rules if isinstance(rule, Grant)), None)
    return reckon(cells, members, Intensities(rules, network.bonuses), grant)


def _member(member: Member, partner: Partner, known: Known) -> Member:
    """The share of the cost is that of the budget, and until there is one what was planned."""
    others = known.elsewhere.get(partner.organisation_id, ()) if known.counts_elsewhere else None
    own = known.budget.partners.get(partner.pk) if known.budget else None
    room = known.headroom.get(partner.organisation_id)
    member = replace(member, headroom=room.left if room and room.known else None)
    if own is None:
        return replace(member, other_networks=others, cost_share=partner.planned_share)
    return replace(
        member,
        other_networks=others,
        cost_share=own.share,
        cost_by_activity={name: part.cost for name, part in own.by_activity.items()},
        aid=own.aid,
    )


def _total(numbers: Iterable[int | None]) -> int | None:
    """None where nobody has said any."""
    stated = [number for number in numbers if number is not None]
    return sum(stated) if stated else None


def shares_words(confirmed: Iterable[Partner]) -> str:
    """By how much the planned shares do not make 100 %, and what to do; empty where they do, or nobody has planned."""
    shares = [each.planned_share for each in confirmed]
    known = [share for share in shares if share is not None]
    total = sum(known, Decimal())
    if not known or total == 1 and len(known) == len(shares):
        return ""
    if total > 1:
        words = _("The planned shares make %(total)s: %(rest)s too much. Agree which partner bears less.")
    elif len(known) < len(shares):
        words = _("The planned shares make %(total)s: %(rest)s are left for the partners that have not planned yet.")
    else:
        words = _("The planned shares make %(total)s: %(rest)s are missing. Agree which partner bears more.")
    return words % {"total": percent(total), "rest": percent(abs(1 - total))}
