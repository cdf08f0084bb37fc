"""Template tags and filters of the interface. A builtin library: templates need no `{% load %}`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from district_portal.shared import ui

register = template.Library()

register.filter("money", ui.money)
register.filter("money_short", ui.money_short)
register.filter("percent", ui.percent)
register.filter("long_moment", ui.long_moment)
register.filter("short_moment", ui.short_moment)
register.filter("short_day", ui.short_day)
register.filter("long_day", ui.long_day)


@register.filter
def localised(obj: Any, field: str) -> str:
    """`<field>_it` or `<field>_en` of the object, by language, with the other one as fallback."""
    return ui.localised(obj, field)


@register.simple_tag(name="localised")
def localised_tag(obj: Any, field: str) -> str | SafeString:
    """The same, marked with its language where it is not the page's."""
    text, language = ui.localised_with_language(obj, field)
    return text if not text or language == ui.language() else format_html('<span lang="{}">{}</span>', language, text)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A symbol of the sprite, for decoration: the words stand beside it."""
    return format_html(
        '<svg class="dn-i{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        static("vendor/icons.svg"),
        name,
    )


def _chip(colour: str, symbol: str, label: Any) -> SafeString:
    css = f" dn-chip--{colour}" if colour else ""
    return format_html('<span class="dn-chip{}">{}{}</span>', css, icon(symbol) if symbol else "", label)


@register.simple_tag
def chip(state: str) -> SafeString:
    """The chip of a state, `<what>:<state>`. An unknown one raises KeyError: a wrong word is never shown."""
    status = ui.STATUS[state]
    return _chip(status.colour, status.icon, status.label)


@register.simple_tag
def badge(colour: str, label: Any, symbol: str = "") -> SafeString:
    """A chip for what is no state: "Due today", "18 seats left". The colour is a suffix of `dn-chip--`."""
    return _chip(colour, symbol, label)


@register.simple_tag
def avatar(name: str, css: str = "") -> SafeString:
    """Initials in a colour of its own. `css`: `dn-avatar--s`, `dn-avatar--round`."""
    colour = ui.avatar_colour(name)
    classes = " ".join(filter(None, ["dn-avatar", f"dn-avatar--{colour}" if colour else "", css]))
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, ui.initials(name))


def _badge_of(moment: date | None, now: datetime, opens: datetime | None) -> tuple[str, Any, str]:
    """Colour, headline and line of context of a deadline."""
    if opens is not None and opens > now:
        until = _("until %(moment)s") % {"moment": ui.short_moment(moment)} if moment else ""
        return "off", _("Opens %(day)s") % {"day": ui.short_day(opens)}, until
    if moment is None:
        return "off", _("No deadline"), ""
    if ui.has_passed(moment, now):
        return "off", _("Closed"), ui.short_moment(moment)
    days = ui.days_left(moment, now)
    colour = "late" if days <= 5 else "soon" if days <= 14 else ""
    if days == 0:
        return colour, _("Today"), ui.short_moment(moment)
    headline = format_html("{} <span>{}</span>", days, ngettext("day", "days", days))
    return colour, headline, ui.short_moment(moment)


@register.simple_tag
def due_badge(moment: date | None, now: datetime, opens: datetime | None = None) -> SafeString:
    """Days left and the full date: red from 5 days, amber from 14; grey before it opens and after it closed."""
    colour, headline, detail = _badge_of(moment, now, opens)
    css = f" dn-deadline--{colour}" if colour else ""
    return format_html(
        '<div class="dn-deadline{}"><b class="num">{}</b>{}</div>',
        css,
        headline,
        format_html("<span>{}</span>", detail) if detail else "",
    )


@register.filter
def grouped(value: int) -> str:
    """A whole number with the separators of the language: 12,000 or 12.000."""
    return ui.number(value)


@register.filter
def count_of(counts: dict[str, Any], value: Any) -> str:
    """How many rows one filter choice would show; choices that nobody counted have none."""
    found = counts.get(str(value), 0)
    return ui.number(found) if isinstance(found, int) else str(found)


@register.filter
def month_short(moment: date) -> str:
    """The month of a date tile: "Dec"."""
    return ui.short_day(moment).split()[1]


@register.filter
def day_of_month(moment: date) -> str:
    return ui.short_day(moment).split()[0]


def _request(context: RequestContext) -> HttpRequest:
    # `{% include … only %}` drops the variable but keeps the attribute of the request context.
    return context.get("request") or context.request


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The page's query string with parameters replaced (value) or removed (None); drops `cursor`."""
    return ui.query_string(_request(context).GET, **changes)


@register.simple_tag(takes_context=True)
def csrf_field(context: RequestContext) -> SafeString:
    """The hidden field of forms in components: Django's own tag finds no token behind `{% include … only %}`."""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(_request(context)))


@register.simple_tag
def error_prefix(form: BaseForm | None) -> str:
    """ "Error: " at the start of the page's title while the form has errors."""
    return f"{_('Error:')} " if form is not None and form.is_bound and form.errors else ""
