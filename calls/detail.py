"""What the page of a call shows of it, in the reader's language: facts, timeline, countdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Call, CallDeadline, CallMilestone
from calls.states import CallState
from district_portal.shared.ui import localised, money, money_short, percent, short_day, short_moment


class Fact(NamedTuple):
    label: str
    value: str
    detail: str = ""


class Step(NamedTuple):
    state: str
    """`done`, `now` or empty."""
    title: str
    detail: str


class TimeLeft(NamedTuple):
    days: int
    hours: int
    minutes: int


def facts(call: Call) -> list[Fact]:
    """Only what is known."""
    found = []
    if call.budget is not None:
        found.append(Fact(_("Budget"), money_short(call.budget)))
    if call.grant_share is not None:
        at_most = _("at most %(amount)s") % {"amount": money(call.grant_max)} if call.grant_max is not None else ""
        found.append(Fact(_("Grant"), _("Up to %(share)s") % {"share": percent(call.grant_share)}, at_most))
    elif call.grant_max is not None:
        found.append(Fact(_("Grant"), _("Up to %(amount)s") % {"amount": money_short(call.grant_max)}))
    if cost := _project_cost(call):
        found.append(Fact(_("Cost of a project"), cost))
    if call.duration_months is not None:
        months = ngettext("%(months)d month", "%(months)d months", call.duration_months)
        found.append(Fact(_("Duration"), months % {"months": call.duration_months}))
    if call.partners_min is not None:
        found.append(Fact(_("Partners"), _("%(number)d or more") % {"number": call.partners_min}))
    return found


def _project_cost(call: Call) -> str:
    lowest, highest = call.project_cost_min, call.project_cost_max
    if lowest is not None and highest is not None:
        return _("%(lowest)s to %(highest)s") % {"lowest": money(lowest), "highest": money(highest)}
    if lowest is not None:
        return _("From %(amount)s") % {"amount": money(lowest)}
    return _("Up to %(amount)s") % {"amount": money(highest)} if highest is not None else ""


def timeline(
    call: Call, deadlines: Sequence[CallDeadline], milestones: Sequence[CallMilestone], now: datetime
) -> list[Step]:
    """Opening, each deadline that there was, and the milestones, by date; the first that is not over is `now`."""
    over = call.state in (CallState.CONCLUDED, CallState.CANCELLED)
    entries: list[tuple[date, str, str, bool]] = []
    if call.opens_at:
        entries.append((_day(call.opens_at), _("Opening"), short_moment(call.opens_at), call.opens_at <= now))
    earlier = deadlines[:-1]
    for place, deadline in enumerate(earlier):
        moved = _("%(deadline)s, moved later") % {"deadline": _deadline_words(deadline.closes_at, deadline.has_time)}
        reason = deadlines[place + 1].note
        entries.append(
            (
                _day(deadline.closes_at),
                _("First deadline") if place == 0 else _("Moved deadline"),
                f"{moved}: {reason}" if reason else moved,
                True,
            )
        )
    if call.closes_at:
        words = _deadline_words(call.closes_at, call.deadline_has_time)
        entries.append((_day(call.closes_at), _("Deadline"), words, call.closes_at <= now))
    today = timezone.localdate(now)
    for milestone in milestones:
        ends = milestone.ends_on or milestone.starts_on
        entries.append((milestone.starts_on, localised(milestone, "name"), _span(milestone), ends < today))
    entries.sort(key=lambda entry: entry[0])
    return _steps(entries, over=over)


def _steps(entries: list[tuple[date, str, str, bool]], *, over: bool) -> list[Step]:
    steps, current = [], not over
    for _date, title, detail, done in entries:
        if done or over:
            steps.append(Step("done", title, detail))
        else:
            steps.append(Step("now" if current else "", title, detail))
            current = False
    return steps


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _deadline_words(moment: datetime, has_time: bool) -> str:
    return short_moment(moment) if has_time else short_day(moment)


def _span(milestone: CallMilestone) -> str:
    if milestone.ends_on and milestone.ends_on != milestone.starts_on:
        return f"{short_day(milestone.starts_on)} – {short_day(milestone.ends_on)}"
    return short_day(milestone.starts_on)


def time_left(call: Call, now: datetime) -> TimeLeft | None:
    """Until the deadline, or None where there is none ahead."""
    if not call.is_open_at(now):
        return None
    minutes = int((call.closes_at - now).total_seconds()) // 60
    return TimeLeft(minutes // 1440, minutes // 60 % 24, minutes % 60)


def kinds(call: Call) -> list[str | Promise]:
    """Who may take part, in words."""
    names = dict(call._meta.get_field("roles").base_field.choices)
    return [names[role] for role in call.roles if role in names]
