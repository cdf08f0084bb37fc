"""What a network still needs before it goes to the facilitator, and before it is sent to the Region.

One function says it: it is what pages show, and the condition of submitting and of sending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Call, rules_of
from calls.procedure import procedure_of, questions_of
from calls.rules import Line, Rule, Scope, Unreadable, judge, words
from calls.states import CallState
from district_portal.shared.ui import localised, money, number
from projects.models import Network, Partner
from projects.operations.checks import Check, Part, Place
from projects.parties import Known, known_of, party_of, shares_words
from projects.states import NetworkState, PartnerState

Stage = Literal["review", "sending"]
OF_COSTS = {
    "project_cost",
    "cost_share",
    "cost_limits",
    "grant",
    "flat_intensity",
    "intensity_by_table",
    "de_minimis",
}
APPROVED = {NetworkState.APPROVED, NetworkState.SENT}


def readiness(
    network: Network,
    call: Call,
    partners: Iterable[Partner],
    *,
    moment: datetime,
    stage: Stage = "review",
    known: Known | None = None,
) -> list[Check]:
    """Checks in the order of the page: the rules of the call, then what every network needs.

    `partners`: all rows of the network with their organisations; `known`: of `known_of`, where several networks are
    looked at. For the review only what is known to be wrong blocks; for sending also what is not known. What cannot be
    known before the award (the version of the tables of aid) is no reason to wait: verdicts then say "provisional".
    """
    network.call = call
    known = known or known_of([network])[network.pk]
    members = [partner for partner in partners if partner.state != PartnerState.DECLINED]
    checks = [*_rules(network, members, known, stage), *_needs(known)]
    checks += [_idea(network), _answers(members), *_plan(network, known, stage)]
    checks += [*_budget(call, known, stage), *_shares(members, known, stage)]
    checks += [_call(call, moment)]
    if stage == "sending":
        checks += [*_approval(network), _sign_offs(members, known)]
    return checks


def cost_checks(network: Network, partners: Iterable[Partner], known: Known, stage: Stage) -> list[Check]:
    """Of all checks those of the rules that speak of costs, but for the one that there is a budget at all.

    `known` needs no more than `costs_of` finds, and holds the reckoned budget afterwards.
    """
    rules = [rule for rule in rules_of(network.call) if rule.kind in OF_COSTS]
    lines = judge(rules, party_of(network, partners, known)).lines
    return [_cost_check(line, stage, known) for line in lines]


# --- The rules of the call -----------------------------------------------------------------------------------------


def _rules(network: Network, members: list[Partner], known: Known, stage: Stage) -> Iterable[Check]:
    """Only who has confirmed counts; whether they may take part is asked of those who are invited, too."""
    rules = rules_of(network.call)
    asked, confirmed = (party_of(network, members, known, invited=invited) for invited in (True, False))
    who = judge([rule for rule in rules if rule.scope == Scope.WHO], asked)
    rest = judge([rule for rule in rules if rule.scope != Scope.WHO], confirmed)
    for line in (*who.lines, *rest.lines):
        yield _cost_check(line, stage, known, _whose(network, line.rule, members, known))
    yield from _too_long(network, known, members)


def _cost_check(line: Line, stage: Stage, known: Known, more: str = "") -> Check:
    """How much is asked for is not known where the call says no share: then only the award tells."""
    check = _check(line, stage, more)
    open_grant = line.rule.kind == "grant" and known.budget is not None and not known.budget.stated
    return replace(check, blocks=False) if open_grant and check.met is None else check


def _check(line: Line, stage: Stage, more: str) -> Check:
    rule, met = line.rule, line.verdict.met
    if stage == "review" and met is False and rule.scope == Scope.PAPERS:
        met = None  # what is not there yet may still come until the proposal is sent
    detail = "" if met else " ".join(filter(None, [f"{line.verdict.text}.", line.verdict.way_on, more]))
    if met and rule.scope == Scope.PROJECT:
        detail = f"{line.verdict.text}."
    later = met is None and rule.scope in (Scope.PROJECT, Scope.PAPERS) and stage == "review"
    blocks = met is False or met is None and stage == "sending" and not isinstance(rule, Unreadable)
    place, title = _place(rule, line), str(rule.title)
    return Check(rule.kind, _part(rule), met, rule.explain(), detail, blocks, later, place=place, title=title)


def _part(rule: Rule) -> Part:
    return {Scope.PROJECT: Part.PROJECT, Scope.PAPERS: Part.PAPERS}.get(rule.scope, Part.PARTNERS)


def _place(rule: Rule, line: Line) -> Place:
    known = {
        "legal_forms": Place.SUMMARY,
        "staff": Place.PARTNERS,
        "questions": Place.PROPOSAL,
        "declarations": Place.DOCUMENTS,
        "documents": Place.DOCUMENTS,
        "maximum_members": Place.PARTNERS,
        "unreadable": Place.NOWHERE,
    }
    if rule.kind in known:
        return known[rule.kind]
    if rule.scope == Scope.PROJECT:
        return Place.BUDGET
    more = rule.scope == Scope.TOGETHER and line.verdict.met is False
    return Place.SEARCH if more else Place.PARTNERS


def _whose(network: Network, rule: Rule, members: list[Partner], known: Known) -> str:
    """Who has not answered the questions that each partner answers."""
    if rule.kind != "questions":
        return ""
    each = [question.code for question in questions_of(network.call) if question.per_partner and question.required]
    late = [
        partner.organisation.name
        for partner in members
        if partner.state == PartnerState.ACCEPTED and any((code, partner.pk) not in known.answers for code in each)
    ]
    if not late:
        return ""
    return _("Not answered by: %(names)s.") % {"names": words.both(late)}


def _too_long(network: Network, known: Known, members: list[Partner]) -> Iterable[Check]:
    """Answers that are longer than they may be: the limit was lowered since they were written."""
    names = {partner.pk: partner.organisation.name for partner in members}
    limits = {question.code: question for question in questions_of(network.call)}
    for (code, partner), length in known.answers.items():
        question = limits.get(code)
        if question is None or length <= question.limit or partner is not None and partner not in names:
            continue
        title = _("“%(question)s”") % {"question": question.text}
        whose = f"{title} ({names[partner]})" if partner is not None else title
        much = length - question.limit
        over = ngettext("%(count)s character too many.", "%(count)s characters too many.", much)
        detail = over % {"count": number(much)}
        yield Check(f"long:{code}", Part.PAPERS, False, whose, detail, blocks=True, place=Place.PROPOSAL)


# --- What every network needs --------------------------------------------------------------------------------------


def _needs(known: Known) -> Iterable[Check]:
    """Competences that nobody covers: advice, for the network knows best what it needs."""
    if not known.needs:
        return
    if not known.gaps:
        yield Check("coverage", Part.PARTNERS, True, _("Every competence that you need is covered."))
        return
    names = [f"“{localised(need.concept, 'name') if need.concept else need.name}”" for need in known.gaps]
    sentence = ngettext("%(names)s is not covered.", "%(names)s are not covered.", len(names))
    way_on = _("Find a partner, or say in the work plan how you buy it in.")
    first = known.gaps[0]
    search = {"competence": first.concept.code} if first.concept else {"q": first.name}
    text = sentence % {"names": words.both(names)}
    yield Check("coverage", Part.PARTNERS, None, text, way_on, advice=True, place=Place.SEARCH, search=search)


def _idea(network: Network) -> Check:
    written = bool(network.idea.strip())
    text = _("The idea is written down.") if written else _("The idea is not written down yet.")
    return Check("idea", Part.PROJECT, written, text, blocks=not written, place=Place.SUMMARY)


def _answers(members: list[Partner]) -> Check:
    waiting = [partner.organisation.name for partner in members if partner.state == PartnerState.INVITED]
    if not waiting:
        return Check("invitations", Part.PARTNERS, True, _("Every invitation is answered."))
    text = ngettext("%(names)s has not answered yet.", "%(names)s have not answered yet.", len(waiting))
    text %= {"names": ", ".join(waiting)}
    return Check("invitations", Part.PARTNERS, False, text, blocks=True, place=Place.PARTNERS)


def _plan(network: Network, known: Known, stage: Stage) -> Iterable[Check]:
    """Where there is a work plan, it ends with the project and somebody leads each of its parts."""
    if not known.packages:
        return
    months = network.duration_months
    late = sorted(package for package, _lead, last in known.packages if months and last > months)
    alone = sorted(package for package, lead, _last in known.packages if lead is None)
    found = [] if months else [_("How long the project lasts is not decided yet.")]
    if late:
        numbers = words.both(f"WP{number}" for number in late)
        found.append(_("Planned after the end of the project: %(numbers)s.") % {"numbers": numbers})
    if alone:
        found.append(_("Nobody leads %(numbers)s yet.") % {"numbers": words.both(f"WP{number}" for number in alone)})
    sending = stage == "sending"
    met = True if not found else False if sending else None
    place = Place.PLAN if months or alone else Place.SUMMARY
    text = _("The work plan ends with the project, and each part of it has somebody who leads it.")
    blocks, later = bool(found) and sending, bool(found) and not sending
    yield Check("plan", Part.PROJECT, met, text, " ".join(found), blocks, later, place=place)


def _budget(call: Call, known: Known, stage: Stage) -> Iterable[Check]:
    """Calls whose rules speak of costs want a budget."""
    if not any(rule.kind in OF_COSTS for rule in rules_of(call)):
        return
    if known.budget is not None:
        cost = _("It comes to %(cost)s.") % {"cost": money(known.budget.cost)}
        yield Check("budget", Part.PROJECT, True, _("The budget is filled in."), cost)
        return
    late = stage == "sending"
    text, way_on = _("The budget is not filled in yet."), _("Each partner enters its own costs.")
    met = False if late else None
    yield Check("budget", Part.PROJECT, met, text, way_on, blocks=late, later=not late, place=Place.BUDGET)


def _shares(members: list[Partner], known: Known, stage: Stage) -> Iterable[Check]:
    """The planned shares add up to the whole; those of a budget always do."""
    confirmed = [] if known.budget else [each for each in members if each.state == PartnerState.ACCEPTED]
    stated = [each.planned_share for each in confirmed if each.planned_share is not None]
    if not stated:
        return
    whole = sum(stated, Decimal(0))
    met = whole == 1 if len(stated) == len(confirmed) else False if whole > 1 else None
    detail = shares_words(confirmed)
    blocks = met is False or met is None and stage == "sending"
    text = _("The shares of the cost add up to 100%.")
    yield Check("shares", Part.PROJECT, met, text, detail, blocks, met is None, place=Place.PARTNERS)


def _call(call: Call, moment: datetime) -> Check:
    if call.state == CallState.CANCELLED:
        text = _("The call was cancelled.")
        return Check("call", Part.WAY, False, text, _("What you wrote stays, and can be copied."), blocks=True)
    is_open = call.is_open_at(moment)
    text = _("The call is open.") if is_open else _("The call is not open.")
    return Check("call", Part.WAY, is_open, text, blocks=not is_open)


def _approval(network: Network) -> Iterable[Check]:
    if not procedure_of(network.call).review:
        return
    approved = network.state in APPROVED
    text = _("A facilitator has approved it.") if approved else _("A facilitator has not approved it yet.")
    yield Check("approval", Part.WAY, approved, text, blocks=not approved)


def _sign_offs(members: list[Partner], known: Known) -> Check:
    confirmed = [partner for partner in members if partner.state == PartnerState.ACCEPTED]
    missing = [partner.organisation.name for partner in confirmed if partner.pk not in known.signed]
    if not missing:
        return Check("sign_offs", Part.WAY, True, _("Every partner has signed off what is sent."))
    detail = _("%(count)s of %(wanted)s; still missing: %(names)s.") % {
        "count": len(confirmed) - len(missing),
        "wanted": words.organisations(len(confirmed)),
        "names": words.both(missing),
    }
    text = _("Not every partner has signed off what is sent.")
    return Check("sign_offs", Part.WAY, False, text, detail, blocks=True, place=Place.SIGN_OFF)
