"""How states, amounts, moments and names are shown: one table and pure functions, for tags, mails and reports."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import pgettext_lazy as pgettext

NBSP = "\u00a0"


@dataclass(frozen=True)
class Status:
    """How one state looks: a word, a colour (suffix of `dn-chip--`, empty for grey) and an icon."""

    label: str | Promise
    colour: str
    icon: str


# Red is only for what the reader must act on (interface guide, section 7). The context of each label is the thing
# that is in the state: in Italian the adjective follows its gender.
STATUS: dict[str, Status] = {
    "call:draft": Status(pgettext("call", "Draft"), "", "it-pencil"),
    "call:planned": Status(pgettext("call", "Opening soon"), "next", "it-calendar"),
    "call:open": Status(pgettext("call", "Open"), "open", "it-check-circle"),
    "call:closing_soon": Status(pgettext("call", "Closing soon"), "soon", "it-clock"),
    "call:closed": Status(pgettext("call", "Closed"), "", "it-lock"),
    "call:in_assessment": Status(pgettext("call", "In assessment"), "assess", "it-search"),
    "call:ranked": Status(pgettext("call", "Ranking published"), "funded", "it-list"),
    "call:concluded": Status(pgettext("call", "Concluded"), "", "it-check-circle"),
    "call:cancelled": Status(pgettext("call", "Cancelled"), "", "it-close-circle"),
    "network:forming": Status(pgettext("network", "Forming"), "", "it-pencil"),
    "network:submitted": Status(pgettext("network", "Facilitator review"), "assess", "it-search"),
    "network:changes_requested": Status(pgettext("network", "Changes requested"), "soon", "it-comment"),
    "network:approved": Status(pgettext("network", "Approved"), "open", "it-check-circle"),
    "network:sent": Status(pgettext("network", "Sent to the Region"), "assess", "it-check-circle"),
    "network:refused": Status(pgettext("network", "Refused"), "late", "it-error"),
    "network:withdrawn": Status(pgettext("network", "Withdrawn"), "", "it-close-circle"),
    "look:new": Status(pgettext("look", "Not read yet"), "next", "it-mail"),
    "look:changed": Status(pgettext("look", "Changed"), "soon", "it-pencil"),
    "look:unchanged": Status(pgettext("look", "Unchanged"), "", "dn-check"),
    "coverage:covered": Status(pgettext("coverage", "Covered"), "open", "dn-check"),
    "coverage:thin": Status(pgettext("coverage", "One partner only"), "soon", "it-warning-circle"),
    "coverage:gap": Status(pgettext("coverage", "Gap"), "late", "it-error"),
    "helper:invited": Status(pgettext("helper", "Waiting"), "soon", "it-clock"),
    "helper:accepted": Status(pgettext("helper", "Helps to write"), "open", "dn-check"),
    "helper:declined": Status(pgettext("helper", "Declined"), "", "it-close-circle"),
    "helper:ended": Status(pgettext("helper", "Has helped"), "", "it-close-circle"),
    "text:empty": Status(pgettext("text", "Empty"), "", "it-pencil"),
    "text:written": Status(pgettext("text", "Written"), "open", "dn-check"),
    "text:over": Status(pgettext("text", "Too long"), "late", "it-warning-circle"),
    "comment:resolved": Status(pgettext("comment", "Resolved"), "open", "dn-check"),
    "signoff:signed": Status(pgettext("sign-off", "Signed off"), "open", "dn-check"),
    "signoff:missing": Status(pgettext("sign-off", "Not signed off"), "soon", "it-clock"),
    "signoff:voided": Status(pgettext("sign-off", "Void: the proposal changed"), "late", "it-warning-circle"),
    "signoff:withdrawn": Status(pgettext("sign-off", "Taken back"), "soon", "it-close-circle"),
    "signoff:not_needed": Status(pgettext("sign-off", "Not needed"), "", "it-info-circle"),
    "submission:counts": Status(pgettext("submission", "Counts"), "open", "dn-check"),
    "submission:withdrawn": Status(pgettext("submission", "Withdrawn"), "", "it-close-circle"),
    "paper:waiting": Status(pgettext("paper", "Being made"), "soon", "it-clock"),
    "paper:ready": Status(pgettext("paper", "Ready"), "open", "dn-check"),
    "paper:failed": Status(pgettext("paper", "Could not be made"), "late", "it-error"),
    "assessment:received": Status(pgettext("assessment", "Received"), "next", "it-search"),
    "assessment:integration": Status(pgettext("assessment", "Integration asked for"), "soon", "it-clock"),
    "assessment:rejection_announced": Status(pgettext("assessment", "Rejection announced"), "late", "it-clock"),
    "assessment:admitted": Status(pgettext("assessment", "In evaluation"), "assess", "it-search"),
    "assessment:excluded": Status(pgettext("assessment", "Excluded"), "late", "it-error"),
    "assessment:not_admissible": Status(pgettext("assessment", "Not admissible"), "late", "it-error"),
    "assessment:evaluated": Status(pgettext("assessment", "Evaluated"), "assess", "it-check-circle"),
    "assessment:funded": Status(pgettext("assessment", "Admitted and funded"), "funded", "dn-check"),
    "assessment:not_funded": Status(pgettext("assessment", "Admissible, not funded"), "soon", "it-warning-circle"),
    "assessment:waived": Status(pgettext("assessment", "Waived"), "", "it-close-circle"),
    "assessment:withdrawn": Status(pgettext("assessment", "Withdrawn"), "", "it-close-circle"),
    "assignment:undeclared": Status(pgettext("assignment", "Declaration missing"), "soon", "it-clock"),
    "assignment:none": Status(pgettext("assignment", "To be scored"), "next", "it-pencil"),
    "assignment:conflict": Status(pgettext("assignment", "Conflict of interest"), "", "it-close-circle"),
    "assignment:handed_in": Status(pgettext("assignment", "Scores handed in"), "open", "dn-check"),
    "assignment:revoked": Status(pgettext("assignment", "Taken back"), "", "it-close-circle"),
    "finding:met": Status(pgettext("finding", "Met"), "open", "dn-check"),
    "finding:curable": Status(pgettext("finding", "Not met, can be cured"), "soon", "it-warning-circle"),
    "finding:not_met": Status(pgettext("finding", "Not met"), "late", "it-error"),
    "ranking:draft": Status(pgettext("ranking", "Draft"), "", "it-pencil"),
    "ranking:published": Status(pgettext("ranking", "Published"), "open", "it-check-circle"),
    "ranking:discarded": Status(pgettext("ranking", "Discarded"), "", "it-close-circle"),
    "ranking:superseded": Status(pgettext("ranking", "Replaced"), "", "it-close-circle"),
    "partner:invited": Status(pgettext("partner", "Waiting"), "soon", "it-clock"),
    "partner:accepted": Status(pgettext("partner", "Confirmed"), "open", "dn-check"),
    "partner:declined": Status(pgettext("partner", "Declined"), "", "it-close-circle"),
    "project:running": Status(pgettext("project", "On track"), "open", "dn-check"),
    "project:late": Status(pgettext("project", "Late"), "late", "it-warning-circle"),
    "project:concluded": Status(pgettext("project", "Completed"), "funded", "it-check-circle"),
    "project:revoked": Status(pgettext("project", "Revoked"), "", "it-close-circle"),
    "run:waiting": Status(pgettext("report", "Waiting"), "soon", "it-clock"),
    "run:building": Status(pgettext("report", "Being built"), "next", "it-refresh"),
    "run:ready": Status(pgettext("report", "Ready"), "open", "dn-check"),
    "run:stopped": Status(pgettext("report", "Stopped"), "late", "it-error"),
    "run:cancelled": Status(pgettext("report", "Cancelled"), "", "it-close-circle"),
    "import:checking": Status(pgettext("import", "Being checked"), "next", "it-refresh"),
    "import:checked": Status(pgettext("import", "Checked"), "soon", "it-clock"),
    "import:applying": Status(pgettext("import", "Being applied"), "next", "it-refresh"),
    "import:applied": Status(pgettext("import", "Applied"), "open", "dn-check"),
    "import:failed": Status(pgettext("import", "Not readable"), "late", "it-error"),
    "import:discarded": Status(pgettext("import", "Put aside"), "", "it-close-circle"),
    "registration:confirmed": Status(pgettext("registration", "Confirmed"), "open", "dn-check"),
    "registration:waiting": Status(pgettext("registration", "Waiting list"), "soon", "it-clock"),
    "registration:cancelled": Status(pgettext("registration", "Cancelled"), "", "it-close-circle"),
    "registration:arrived": Status(pgettext("registration", "Arrived"), "funded", "it-check-circle"),
    "interest:registered": Status(pgettext("interest", "Interested"), "open", "it-flag"),
    "interest:withdrawn": Status(pgettext("interest", "Withdrawn"), "", "it-close-circle"),
    "membership:invited": Status(pgettext("membership", "Invited"), "soon", "it-clock"),
    "membership:active": Status(pgettext("membership", "Active"), "open", "dn-check"),
    "event:coming": Status(pgettext("event", "Coming"), "next", "it-calendar"),
    "event:full": Status(pgettext("event", "Full"), "soon", "it-warning-circle"),
    "event:past": Status(pgettext("event", "Past"), "", "it-clock"),
    "event:cancelled": Status(pgettext("event", "Cancelled"), "", "it-close-circle"),
    "question:asked": Status(pgettext("question", "Waiting for an answer"), "soon", "it-clock"),
    "question:answered": Status(pgettext("question", "Answered"), "open", "dn-check"),
    "question:set_aside": Status(pgettext("question", "Not answered here"), "", "it-info-circle"),
    "question:withdrawn": Status(pgettext("question", "Withdrawn"), "", "it-close-circle"),
    "approval:waiting": Status(pgettext("approval", "Waiting for approval"), "soon", "it-clock"),
    "approval:approved": Status(pgettext("approval", "Approved"), "open", "dn-check"),
    "approval:returned": Status(pgettext("approval", "Sent back"), "late", "it-comment"),
    "approval:withdrawn": Status(pgettext("approval", "Withdrawn"), "", "it-close-circle"),
    "approval:void": Status(pgettext("approval", "Void"), "", "it-close-circle"),
    "check:met": Status(pgettext("check", "Met"), "open", "dn-check"),
    "check:open": Status(pgettext("check", "Not yet"), "soon", "it-warning-circle"),
    "check:advice": Status(pgettext("check", "Advised"), "", "it-info-circle"),
    "check:unknown": Status(pgettext("check", "Not known yet"), "", "it-help-circle"),
}


# --- Content in two languages ------------------------------------------------------------------------------------


def language() -> str:
    """The two letters of the active language."""
    return (get_language() or "en")[:2]


def localised_with_language(obj: Any, field: str) -> tuple[str, str]:
    """Text of `<field>_it` or `<field>_en`, and which: the active language, or the other one where it is empty."""
    wanted = "it" if language() == "it" else "en"
    other = "en" if wanted == "it" else "it"
    text = getattr(obj, f"{field}_{wanted}")
    return (text, wanted) if text else (getattr(obj, f"{field}_{other}") or "", other)


def localised(obj: Any, field: str) -> str:
    return localised_with_language(obj, field)[0]


# --- Amounts -----------------------------------------------------------------------------------------------------


def not_known() -> SafeString:
    """A dash that screen readers read as words."""
    return format_html('<span aria-hidden="true">–</span><span class="visually-hidden">{}</span>', gettext("not known"))


def number(value: Decimal | int, places: int = 0) -> str:
    """A number with the separators of the active language: 1,234.5 or 1.234,5."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return number_format(exact, decimal_pos=places, force_grouping=True)


# Where the sign of the euro stands: a format of the locale, which `django.utils.formats` does not have.
# A line may break only before "million".
EURO = {
    "en": (f"€{NBSP}{{}}", f"€{NBSP}{{}} million"),
    "it": (f"{{}}{NBSP}€", f"{{}} milioni di{NBSP}€"),
}


def _amount(digits: str, *, millions: bool) -> str:
    return EURO.get(language(), EURO["en"])[millions].format(digits)


def money(amount: Decimal | int | None) -> str:
    """EUR in full: "€ 184,000", "184.000 €" in Italian; cents only where there are some; None is "not known"."""
    if amount is None:
        return not_known()
    places = 0 if Decimal(amount) == Decimal(amount).to_integral_value() else 2
    return _amount(number(amount, places), millions=False)


def money_short(amount: Decimal | int | None) -> str:
    """EUR for headlines: "€ 6.0 million"; below one million as `money`, without cents."""
    if amount is None:
        return not_known()
    if -1_000_000 < amount < 1_000_000:
        return money(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))
    return _amount(number(Decimal(amount) / 1_000_000, 1), millions=True)


def percent(share: Decimal | None) -> str:
    """A share between 0 and 1 as "22%", with one decimal where it has one."""
    if share is None:
        return not_known()
    hundredths = (Decimal(share) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{number(hundredths, 0 if hundredths == hundredths.to_integral_value() else 1)}%"


# --- Moments -----------------------------------------------------------------------------------------------------


def _local(moment: date) -> date:
    """A moment in the time of Rome; a plain day as it is."""
    return timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment


def _day(moment: date | None, pattern: str) -> str:
    if moment is None:
        return "–"
    text = date_format(_local(moment), pattern)
    # Django has "Venerdì" and "Dicembre"; Italian writes both small.
    return text.lower() if language() == "it" else text


def _moment(moment: date | None, pattern: str) -> str:
    return _day(moment, f"{pattern}, H:i" if isinstance(moment, datetime) else pattern)


def long_moment(moment: date | None) -> str:
    """ "Friday 11 December 2026, 13:00", a plain day without the hour; Rome time; None is a dash."""
    return _moment(moment, "l j F Y")


def short_moment(moment: date | None) -> str:
    """ "Fri 11 Dec 2026, 13:00", a plain day without the hour; Rome time; None is a dash."""
    return _moment(moment, "D j M Y")


def short_day(moment: date | None) -> str:
    """ "11 Dec 2026", the day in Rome; None is a dash."""
    return _day(moment, "j M Y")


def long_day(moment: date | None) -> str:
    """ "Friday 11 December 2026", the day in Rome; None is a dash."""
    return _day(moment, "l j F Y")


def days_left(moment: date, now: datetime) -> int:
    """Calendar days in Rome from now to the moment; negative when it has passed."""
    due = _local(moment)
    day = due.date() if isinstance(due, datetime) else due
    return (day - timezone.localdate(now)).days


def has_passed(moment: date, now: datetime) -> bool:
    """Whether a deadline is over: a moment when it is reached, a day when it has ended."""
    return moment <= now if isinstance(moment, datetime) else days_left(moment, now) < 0


# --- Names and addresses -----------------------------------------------------------------------------------------

AVATAR_COLOURS = ("", "b", "c", "d")


def initials(name: str) -> str:
    """The first letters of the first two words: "Novamed Plast srl" is NP, "Bioma" is BI."""
    words = re.findall(r"\w+", name)
    return ("".join(word[0] for word in words[:2]) if len(words) > 1 else name.strip()[:2]).upper()


def avatar_colour(name: str) -> str:
    """One of four colours, always the same for the same name."""
    return AVATAR_COLOURS[zlib.crc32(name.encode()) % len(AVATAR_COLOURS)]


def query_string(params: QueryDict, **changes: Any) -> str:
    """`?…` with parameters replaced (a list sets several values) or removed (None); `cursor` starts afresh."""
    query = params.copy()
    query.pop("cursor", None)
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query.setlist(key, [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)])
    return f"?{query.urlencode()}"


def query_without(params: QueryDict, key: str, value: str) -> str:
    """`?…` without one value of a repeatable parameter: the address behind a filter pill."""
    return query_string(params, **{key: [item for item in params.getlist(key) if item != value] or None})
