"""What the page of a call shows of it, in the reader's language: facts, timeline, countdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Call, CallDeadline, CallMilestone
from calls.states import CallState
from district_portal.accounts.models import District
from district_portal.shared.ui import localised, long_day, money, money_short, percent, short_day, short_moment


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
    """Only what is known, and what `brief` does not say."""
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
    return found


def _project_cost(call: Call) -> str:
    lowest, highest = call.project_cost_min, call.project_cost_max
    if lowest is not None and highest is not None:
        return _("%(lowest)s to %(highest)s") % {"lowest": money(lowest), "highest": money(highest)}
    if lowest is not None:
        return _("From %(amount)s") % {"amount": money(lowest)}
    return _("Up to %(amount)s") % {"amount": money(highest)} if highest is not None else ""


def brief(call: Call, districts: Sequence[District]) -> list[Fact]:
    """For whom, what one must bring, by when: the three things that a reader asks first."""
    who = capfirst(", ".join(str(kind).lower() for kind in kinds(call))) or _("All kinds of organisation")
    where = ", ".join(localised(district, "name") for district in districts)
    found = [Fact(_("For whom"), who, where or _("All districts"))]
    if call.partners_min is not None:
        bring = _("A network of %(number)d or more") % {"number": call.partners_min}
        found.append(Fact(_("What you bring"), bring if call.partners_min > 1 else _("A project"), _own_share(call)))
    if call.closes_at and call.state != CallState.CANCELLED:
        found.append(Fact(_("By when"), long_day(call.closes_at), _hour(call)))
    return found


def _own_share(call: Call) -> str:
    if call.grant_share is None or call.grant_share == 1:
        return ""
    return _("and at least %(share)s of the cost") % {"share": percent(1 - call.grant_share)}


def _hour(call: Call) -> str:
    """The hour of the deadline in Rome, where it is known."""
    if not call.deadline_has_time:
        return ""
    hour = date_format(timezone.localtime(call.closes_at), "H:i")
    return _("before %(hour)s (Rome time)") % {"hour": hour}


class _Entry(NamedTuple):
    day: date
    title: str
    detail: str
    over: bool


def timeline(
    call: Call, deadlines: Sequence[CallDeadline], milestones: Sequence[CallMilestone], now: datetime
) -> list[Step]:
    """Publication, questions, applications with each deadline that there was, and the milestones, by date; the first
    that is not over is `now`."""
    entries = []
    if call.published_at:
        entries.append(_Entry(_day(call.published_at), _("Published"), short_day(call.published_at), True))
    entries += _moved(deadlines)
    if call.questions_until:
        until = _("until %(moment)s") % {"moment": short_moment(call.questions_until)}
        entries.append(_Entry(_day(call.questions_until), _("Questions"), until, call.questions_until <= now))
    entries += _applications(call, now)
    today = timezone.localdate(now)
    for milestone in milestones:
        ends = milestone.ends_on or milestone.starts_on
        entries.append(_Entry(milestone.starts_on, localised(milestone, "name"), _span(milestone), ends < today))
    if call.state == CallState.CANCELLED:
        entries = [entry for entry in entries if entry.over]  # the others will not come
    entries.sort(key=lambda entry: entry.day)
    return _steps(entries, over=call.state in (CallState.CONCLUDED, CallState.CANCELLED))


def _moved(deadlines: Sequence[CallDeadline]) -> Iterator[_Entry]:
    """The deadlines that there were before the present one, each with why it was moved.

    One that was moved before it came stands at the day of the move: it is over since then, not in the future.
    """
    for place, deadline in enumerate(deadlines[:-1]):
        moved_at = deadlines[place + 1].set_at
        day = _day(deadline.closes_at if moved_at is None else min(deadline.closes_at, moved_at))
        words = _("%(deadline)s, moved later") % {"deadline": _deadline_words(deadline.closes_at, deadline.has_time)}
        reason = deadlines[place + 1].note
        title = _("First deadline") if place == 0 else _("Moved deadline")
        yield _Entry(day, title, f"{words}: {reason}" if reason else words, True)


def _applications(call: Call, now: datetime) -> Iterator[_Entry]:
    """From the opening to the deadline: one step, at the day when it ends."""
    opens = short_moment(call.opens_at) if call.opens_at else ""
    if call.closes_at is None:
        if call.opens_at:
            yield _Entry(_day(call.opens_at), _("Applications"), _("from %(moment)s") % {"moment": opens}, False)
        return
    words = {"from": opens, "until": _deadline_words(call.closes_at, call.deadline_has_time)}
    ahead = call.opens_at is not None and now < call.opens_at
    detail = _("%(from)s until %(until)s") % words if ahead else _("until %(moment)s") % {"moment": words["until"]}
    yield _Entry(_day(call.closes_at), _("Applications"), detail, call.closes_at <= now)


def _steps(entries: Sequence[_Entry], *, over: bool) -> list[Step]:
    steps, current = [], not over
    for _at, title, detail, done in entries:
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
    if call.closes_at is None or not call.is_open_at(now):
        return None
    minutes = int((call.closes_at - now).total_seconds()) // 60
    return TimeLeft(minutes // 1440, minutes // 60 % 24, minutes % 60)


def kinds(call: Call) -> list[str | Promise]:
    """Who may take part, in words."""
    names = dict(call._meta.get_field("roles").base_field.flatchoices)
    return [names[role] for role in call.roles if role in names]
