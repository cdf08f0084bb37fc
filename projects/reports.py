"""The funding report: one row for each award. Its columns are part of the portal's contract."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from district_portal.accounts.models import District
from district_portal.reports.registry import FilterForm, Kind, Report, ReportColumn
from district_portal.shared.filters import offered
from district_portal.shared.ui import language, localised
from projects.figures import FundingFilters, awards_under, office_calls, office_districts, paid
from projects.permissions import can_see_region


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=False, widget=widget)


def _choice(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, required=False, empty_value=None)


class FundingForm(FilterForm):
    """Period (of the project's start), call and district, of what the person works for."""

    # `from` is a word of Python: a field of this name can only be declared so.
    locals()["from"] = _day(_("Started from"))
    to = _day(_("Started until"), _("In a period, projects whose start is not known are left out."))
    call = _choice(_("Call"))
    district = _choice(_("District"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = office_calls(self.user) if self.user else Call.objects.all()
        calls = calls.order_by("-opens_at", "-pk").only("slug", "title_it", "title_en")
        districts = (office_districts(self.user) if self.user else District.objects.all()).order_by("name_it")
        self._offer("call", calls, "title", _("All calls"))
        self._offer("district", districts, "name", _("All districts"))

    def _offer(self, name: str, rows: QuerySet[Any], field: str, all_of_them: Any) -> None:
        """Let the person choose among `rows` by slug; they are read once."""
        found = {row.slug: row for row in offered(rows, [self.data.get(name)])}
        choice = cast(forms.TypedChoiceField, self.fields[name])
        choice.choices = [("", all_of_them), *((slug, localised(row, field)) for slug, row in found.items())]
        choice.coerce = found.__getitem__

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        start, end = cleaned.get("from"), cleaned.get("to")
        if start and end and end < start:
            self.add_error("to", _("The end of the period must not be before its beginning."))
        return cleaned

    @property
    def filters(self) -> FundingFilters:
        """What was chosen. Needs a valid form."""
        chosen = self.cleaned_data
        return FundingFilters(
            office=self.user,
            start=chosen["from"],
            end=chosen["to"],
            call=chosen["call"],
            district=chosen["district"],
        )

    def stored(self) -> dict[str, str]:
        chosen = self.cleaned_data
        texts = {
            "from": chosen["from"] and chosen["from"].isoformat(),
            "to": chosen["to"] and chosen["to"].isoformat(),
            "call": chosen["call"] and chosen["call"].slug,
            "district": chosen["district"] and chosen["district"].slug,
        }
        return {name: text for name, text in texts.items() if text}


def _localised(path: str) -> Coalesce:
    """`<path>_it` or `<path>_en` by language, the other one where it is empty, as in `shared.ui.localised`."""
    wanted, other = ("it", "en") if language() == "it" else ("en", "it")
    return Coalesce(NullIf(F(f"{path}_{wanted}"), Value("")), F(f"{path}_{other}"))


def funding_rows(form: FilterForm) -> QuerySet[Any]:
    """Rows in the order of `FUNDING.columns`: names in the active language, kind, size and state as codes."""
    return (
        awards_under(cast(FundingForm, form).filters)
        .order_by("project__acronym", "project_id", "role", "pk")
        .values_list(
            _localised("project__call__title"),
            _localised("project__district__name"),
            "project__acronym",
            "organisation__name",
            "organisation__kind",
            "size",
            "organisation__municipality__name",
            "organisation__municipality__nuts",
            "cost",
            "grant",
            paid("award"),
            "project__state",
            "project__starts_on",
            "project__ends_on",
        )
    )


FUNDING = Report(
    name="funding",
    title=_("Funding report"),
    columns=[
        ReportColumn("call"),
        ReportColumn("district"),
        ReportColumn("project"),
        ReportColumn("organisation"),
        ReportColumn("kind"),
        ReportColumn("size"),
        ReportColumn("place"),
        ReportColumn("nuts"),
        ReportColumn("cost", Kind.MONEY),
        ReportColumn("grant", Kind.MONEY),
        ReportColumn("paid", Kind.MONEY),
        ReportColumn("state"),
        ReportColumn("start", Kind.DATE),
        ReportColumn("end", Kind.DATE),
    ],
    form=FundingForm,
    queryset=funding_rows,
    may=can_see_region,
)
