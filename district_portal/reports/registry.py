"""What can be exported: each app registers its reports in `apps.ready()`. The writers know no domain."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise

from district_portal.accounts.models import User


class Kind(enum.Enum):
    """What a column holds: decides how each format writes it."""

    TEXT = "text"
    MONEY = "money"
    DATE = "date"


@dataclass(frozen=True)
class ReportColumn:
    name: str
    kind: Kind = Kind.TEXT


class FilterForm(forms.Form):
    """Base of every report's filters. `user` asks; None is the command line, which sees everything."""

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def stored(self) -> dict[str, str]:
        """The filters in use as texts that fill this form again, one spelling for each meaning. Needs a valid form."""
        raise NotImplementedError


@dataclass(frozen=True)
class Report:
    """One report. `queryset(form)` answers, for a valid filter form, `.values_list(...)` in the order of `columns`.

    It is asked in the language of the run, and by the run's requester: it leaves out what `form.user` may not see.
    """

    name: str
    title: str | Promise
    columns: Sequence[ReportColumn]
    form: type[FilterForm]
    queryset: Callable[[FilterForm], QuerySet[Any]]
    may: Callable[[User], bool]


_reports: dict[str, Report] = {}


def register(report: Report) -> None:
    _reports[report.name] = report


def find(name: str) -> Report | None:
    return _reports.get(name)


def all_reports() -> list[Report]:
    return list(_reports.values())


def reports_for(user: User) -> list[Report]:
    """What the person may request."""
    return [report for report in _reports.values() if report.may(user)]
