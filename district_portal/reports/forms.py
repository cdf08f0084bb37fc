"""What is asked for beside the filters of a report."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User
from district_portal.reports.cells import ITALIAN
from district_portal.reports.models import Format
from district_portal.reports.registry import Report


class FileForm(forms.Form):
    """The report and the shape of its file."""

    report = forms.CharField(widget=forms.HiddenInput)
    format = forms.ChoiceField(label=_("Format"), choices=Format, initial=Format.XLSX, widget=forms.RadioSelect)
    dialect = forms.ChoiceField(
        label=_("Numbers and dates in CSV"),
        choices=[
            ("", _("International: comma, decimal point, 2026-12-31")),
            (ITALIAN.name, _("Italian: semicolon, decimal comma, 31/12/2026")),
        ],
        required=False,
    )


def request_form(report: Report, user: User, data: QueryDict | None = None, **initial: str) -> forms.Form:
    """The whole form of a request: the report's own filters, then the file. A report that a person may request."""
    # The later base comes first: filters stand above the file.
    form_class = type("RequestForm", (FileForm, report.form), {})
    # Several reports stand on one page: each form needs ids of its own.
    return form_class(data, user=user, initial={**initial, "report": report.name}, auto_id=f"{report.name}_%s")
