"""How states, amounts, moments and languages are shown."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import translation

from district_portal.shared import ui

NBSP = "\u00a0"
DEADLINE = datetime(2026, 12, 11, 12, 0, tzinfo=UTC)  # 13:00 in Rome
OWN_TEMPLATES = sorted(settings.BASE_DIR.glob("templates/**/*.html"))


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


# --- States ------------------------------------------------------------------------------------------------------


def test_every_state_has_a_word_a_known_colour_and_an_icon_of_the_sprite():
    sprite = (settings.BASE_DIR / "static/vendor/icons.svg").read_text()
    for state, status in ui.STATUS.items():
        assert str(status.label), state
        assert status.colour in ("", "open", "soon", "late", "next", "assess", "funded"), state
        assert f'id="{status.icon}"' in sprite, state


def test_a_chip_shows_the_word_beside_its_icon():
    chip = rendered('{% chip "network:submitted" %}')
    assert 'class="dn-chip dn-chip--assess"' in chip
    assert "icons.svg#it-search" in chip
    assert chip.endswith("Facilitator review</span>")


def test_an_unknown_state_is_an_error_and_never_a_silent_gap():
    with pytest.raises(KeyError):
        rendered('{% chip "network:unheard_of" %}')


def test_icons_that_templates_name_are_in_the_sprite():
    sprite = (settings.BASE_DIR / "static/vendor/icons.svg").read_text()
    named = {name for path in OWN_TEMPLATES for name in re.findall(r'{% icon "([a-z-]+)"', path.read_text())}
    assert {name for name in named if f'id="{name}"' not in sprite} == set()


# --- Content in two languages ------------------------------------------------------------------------------------


@pytest.fixture
def call() -> SimpleNamespace:
    return SimpleNamespace(title_it="Reti di distretto", title_en="District networks")


def test_content_is_shown_in_the_language_of_the_page(call):
    assert rendered('{{ call|localised:"title" }}', call=call) == "District networks"
    with translation.override("it"):
        assert rendered('{{ call|localised:"title" }}', call=call) == "Reti di distretto"


def test_content_that_is_not_translated_is_shown_and_marked_with_its_language(call):
    call.title_en = ""
    assert rendered('{{ call|localised:"title" }}', call=call) == "Reti di distretto"
    assert rendered('{% localised call "title" %}', call=call) == '<span lang="it">Reti di distretto</span>'


def test_content_is_escaped(call):
    call.title_en = "<b>"
    assert rendered('{% localised call "title" %}', call=call) == "&lt;b&gt;"


# --- Amounts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        (Decimal("184000"), "en", f"€{NBSP}184,000"),
        (Decimal("184000.50"), "en", f"€{NBSP}184,000.50"),
        (Decimal("184000"), "it", f"184.000{NBSP}€"),
        (0, "en", f"€{NBSP}0"),
    ],
)
def test_money_is_written_as_the_language_writes_it(amount, language, shown):
    with translation.override(language):
        assert ui.money(amount) == shown


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        (Decimal("6000000"), "en", f"€{NBSP}6.0 million"),
        (Decimal("16749999"), "it", f"16,7 milioni di{NBSP}€"),
        (Decimal("184000.50"), "en", f"€{NBSP}184,001"),
    ],
)
def test_headline_amounts_are_in_millions(amount, language, shown):
    with translation.override(language):
        assert ui.money_short(amount) == shown


@pytest.mark.parametrize("show", ["money", "money_short", "percent"])
def test_an_unknown_amount_is_said_to_be_unknown_and_is_never_zero(show):
    shown = rendered(f"{{{{ amount|{show} }}}}", amount=None)
    assert shown == '<span aria-hidden="true">–</span><span class="visually-hidden">not known</span>'


@pytest.mark.parametrize(("share", "shown"), [("0.5", "50%"), ("0.335", "33.5%"), ("1", "100%"), ("0", "0%")])
def test_a_share_is_a_percentage(share, shown):
    assert ui.percent(Decimal(share)) == shown


# --- Moments -----------------------------------------------------------------------------------------------------


def test_moments_are_shown_in_the_time_of_rome():
    assert ui.long_moment(DEADLINE) == "Friday 11 December 2026, 13:00"
    assert ui.short_moment(DEADLINE) == "Fri 11 Dec 2026, 13:00"
    assert ui.short_day(datetime(2026, 12, 11, 23, 30, tzinfo=UTC)) == "12 Dec 2026"


def test_italian_writes_days_and_months_small():
    with translation.override("it"):
        assert ui.long_moment(DEADLINE) == "venerdì 11 dicembre 2026, 13:00"
        assert ui.short_day(DEADLINE) == "11 dic 2026"


def test_a_day_has_no_hour_and_nothing_is_a_dash():
    assert ui.long_moment(date(2026, 12, 11)) == "Friday 11 December 2026"
    assert ui.short_moment(None) == "–"


@pytest.mark.parametrize(
    ("before", "css", "headline"),
    [
        (timedelta(days=18), "dn-deadline", "18 <span>days</span>"),
        (timedelta(days=14), "dn-deadline dn-deadline--soon", "14 <span>days</span>"),
        (timedelta(days=5), "dn-deadline dn-deadline--late", "5 <span>days</span>"),
        (timedelta(days=1), "dn-deadline dn-deadline--late", "1 <span>day</span>"),
        (timedelta(hours=3), "dn-deadline dn-deadline--late", "Today"),
        (timedelta(0), "dn-deadline dn-deadline--off", "Closed"),
    ],
)
def test_a_deadline_counts_the_days_of_the_calendar_and_turns_red(before, css, headline):
    badge = rendered("{% due_badge moment now %}", moment=DEADLINE, now=DEADLINE - before)
    detail = "<span>Fri 11 Dec 2026, 13:00</span>"
    assert badge == f'<div class="{css}"><b class="num">{headline}</b>{detail}</div>'


def test_before_it_opens_a_call_shows_when_it_opens():
    now = DEADLINE - timedelta(days=40)
    badge = rendered("{% due_badge moment now opens=opens %}", moment=DEADLINE, now=now, opens=now + timedelta(days=2))
    assert ">Opens 3 Nov 2026</b>" in badge


def test_a_deadline_that_is_a_day_lasts_until_its_end():
    assert not ui.has_passed(date(2026, 12, 11), DEADLINE)
    assert ui.has_passed(date(2026, 12, 10), DEADLINE)


# --- Names and addresses -----------------------------------------------------------------------------------------


def test_initials_and_colour_of_a_name_stay_the_same():
    assert [ui.initials(name) for name in ("Novamed Plast srl", "Bioma", "B. Braun")] == ["NP", "BI", "BB"]
    assert rendered('{% avatar "Bioma" %}') == rendered('{% avatar "Bioma" %}')


def test_a_filter_link_keeps_the_other_filters_and_starts_at_the_first_page():
    params = QueryDict("q=sensors&status=open&status=closed&cursor=abc")
    assert ui.query_string(params, q=None) == "?status=open&status=closed"
    assert ui.query_string(params, status="all") == "?q=sensors&status=all"
    assert ui.query_without(params, "status", "open") == "?q=sensors&status=closed"
    assert ui.query_without(QueryDict("status=open"), "status", "open") == "?"


def test_components_know_the_request_although_they_are_isolated():
    request = RequestFactory().get("/it/calls/?q=a")
    request.user = AnonymousUser()
    page = SimpleNamespace(next_cursor="n", previous_cursor=None)
    source = '{% include "components/pager.html" with page=page label="x" only %}'
    assert 'href="?q=a&amp;cursor=n"' in Template(source).render(RequestContext(request, {"page": page}))


# --- Rules of all templates --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OWN_TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_hold_no_inline_style_script_or_handler(path: Path):
    source = path.read_text()
    assert re.findall(r"""\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]*\ssrc=)""", source) == []


@pytest.mark.parametrize(
    "path", sorted(settings.BASE_DIR.glob("templates/components/*.html")), ids=lambda path: path.name
)
def test_components_open_with_a_comment_that_lists_their_inputs(path: Path):
    assert path.read_text().startswith("{# ")


def test_our_script_stays_small():
    assert len((settings.BASE_DIR / "static/portal/portal.js").read_bytes()) < 2048
