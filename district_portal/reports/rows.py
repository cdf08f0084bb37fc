"""How a run looks in a list: its title with its filters in words, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from district_portal.reports import registry
from district_portal.reports.models import ReportRun
from district_portal.reports.states import RunState
from district_portal.shared.ui import number, short_day, short_moment


@dataclass(frozen=True)
class RunRow:
    run: ReportRun
    title: str
    filters: str

    @property
    def icon(self) -> str:
        return "it-file-xlsx" if self.run.format == "xlsx" else "it-download"

    @cached_property
    def text(self) -> str:
        """Format, state, and what one wants to know in that state."""
        return " · ".join([self.run.get_format_display(), *self._of_state()])

    def _of_state(self) -> list[str]:
        run = self.run
        match run.state:
            case RunState.WAITING:
                return [_("waiting since %(moment)s") % {"moment": short_moment(run.requested_at)}]
            case RunState.BUILDING:
                return self._building()
            case RunState.READY:
                return self._ready()
            case RunState.STOPPED:
                return [_("stopped"), run.error]
        return [_("cancelled %(moment)s") % {"moment": short_moment(run.finished_at)}]

    def _building(self) -> list[str]:
        run = self.run
        if not run.rows_total:
            return [_("reading the data")]
        texts = [_("row %(done)s of %(total)s") % {"done": number(run.rows_done), "total": number(run.rows_total)}]
        if run.rows_done and run.started_at:
            spent = timezone.now() - run.started_at
            left = spent * (run.rows_total - run.rows_done) / run.rows_done
            texts.append(_time_left(left))
        return texts

    def _ready(self) -> list[str]:
        run = self.run
        rows = ngettext("%(count)s row", "%(count)s rows", run.rows_done) % {"count": number(run.rows_done)}
        if not run.downloadable:
            return [rows, _("was kept until %(day)s") % {"day": short_day(run.kept_until)}]
        since = _("ready since %(moment)s") % {"moment": short_moment(run.finished_at)}
        kept = _("kept until %(day)s") % {"day": short_day(run.kept_until)}
        return [rows, filesizeformat(run.size or 0), since, kept]


def _time_left(left: timedelta) -> str:
    seconds = max(1, round(left.total_seconds()))
    if seconds < 90:
        return ngettext("about %(n)s second left", "about %(n)s seconds left", seconds) % {"n": seconds}
    minutes = round(seconds / 60)
    return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}


def run_rows(runs: Iterable[ReportRun]) -> list[RunRow]:
    """The rows of `runs`; the words of the filters are looked up once for each report, however many runs there are."""
    forms: dict[str, Any] = {}
    rows = []
    for run in runs:
        report = registry.find(run.report)
        if report and run.report not in forms:
            forms[run.report] = report.form(user=run.requester)
        title = str(report.title) if report else run.report
        rows.append(RunRow(run, title, _filters_in_words(forms.get(run.report), run.filters)))
    return rows


def _filters_in_words(form: Any, filters: dict[str, str]) -> str:
    words = []
    for name, value in filters.items():
        field = form.fields.get(name) if form else None
        choices = dict(getattr(field, "choices", []))
        words.append(f"{field.label if field else name}: {choices.get(value, value)}")
    return ", ".join(words)
