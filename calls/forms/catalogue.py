"""One row of a catalogue of calls: the columns of an import, each with what it must be.

The docs (`docs/calls.md`) and the schema (`docs/call-import.schema.json`) say the same; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from calls.forms.fields import plain_text
from calls.forms.moments import YEARS, RomeMomentField
from calls.forms.publishing import BODY_MAX
from calls.models import Call
from calls.states import CallState
from enterprises.models import OrganisationKind

STATUSES = [(state.value, state.label) for state in CallState if state != CallState.DRAFT]
WHOLE_DAY = time(23, 59)
"""What stands for the hour of a deadline of which only the day is known."""


class MomentField(RomeMomentField):
    """A moment in Rome, or one that names its zone (ISO 8601)."""

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            found = parse_datetime(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            return super().to_python(text)
        if found.year not in YEARS:
            raise forms.ValidationError(_("Enter a day and an hour that exist, such as 2027-03-31T13:00."))
        return found.astimezone(UTC)


class DeadlineField(MomentField):
    """A moment, or a day where the hour is not known. Cleans to the moment and whether its hour is known."""

    def clean(self, value: Any) -> tuple[datetime | None, bool]:
        try:
            day = parse_date(str(value or "").strip())
        except ValueError:
            day = None
        if day is None or day.year not in YEARS:
            return super().clean(value), True
        moment = datetime.combine(day, WHOLE_DAY, timezone.get_default_timezone())
        return moment.astimezone(UTC), False


class KeysField(forms.CharField):
    """Keys divided by semicolons (a list in JSON), each one of `known`: key → what it stands for."""

    def __init__(self, **kwargs: Any) -> None:
        self.known: Mapping[str, Any] = {}
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[Any]:
        keys = list(dict.fromkeys(key.strip() for key in super().clean(value).split(";") if key.strip()))
        unknown = [key for key in keys if key not in self.known]
        if unknown:
            words = _("Not known: %(unknown)s. Choose among: %(known)s.")
            raise forms.ValidationError(words % {"unknown": ", ".join(unknown), "known": ", ".join(self.known)})
        return [self.known[key] for key in keys]


def _text(name: str, *, required: bool = False, longest: int | None = None) -> forms.CharField:
    longest = longest or Call._meta.get_field(name).max_length
    return forms.CharField(required=required, max_length=longest, validators=[plain_text])


def _amount(name: str, *limits: Any) -> forms.DecimalField:
    field = Call._meta.get_field(name)
    return forms.DecimalField(
        required=False,
        max_digits=field.max_digits,
        decimal_places=field.decimal_places,
        validators=[MinValueValidator(0), *limits],
    )


class CatalogueRow(forms.Form):
    """What a row says of its call. Columns that the file does not have are not among `given`, and stay untouched."""

    REQUIRED: ClassVar = ["external_id", "title_it", "summary_it"]

    external_id = forms.CharField(max_length=100)
    status = forms.ChoiceField(choices=STATUSES, required=False)
    slug = forms.SlugField(max_length=80, required=False)
    title_it = _text("title_it", required=True)
    title_en = _text("title_en")
    summary_it = _text("summary_it", required=True)
    summary_en = _text("summary_en")
    plain_it = _text("plain_it")
    plain_en = _text("plain_en")
    body_it = _text("body_it", longest=BODY_MAX)
    body_en = _text("body_en", longest=BODY_MAX)
    opens_at = MomentField(required=False)
    closes_at = DeadlineField(required=False)
    questions_until = MomentField(required=False)
    districts = KeysField(required=False)
    themes = KeysField(required=False)
    roles = KeysField(required=False)
    budget = _amount("budget")
    grant_share = _amount("grant_share", MaxValueValidator(1))
    grant_max = _amount("grant_max")
    project_cost_min = _amount("project_cost_min")
    project_cost_max = _amount("project_cost_max")
    partners_min = forms.IntegerField(required=False, min_value=1, max_value=100)
    duration_months = forms.IntegerField(required=False, min_value=1, max_value=600)
    specific_objective = _text("specific_objective")

    def __init__(self, cells: Mapping[str, Any], *, districts: Mapping[str, Any], themes: Mapping[str, Any]) -> None:
        self.odd: dict[str, str] = {}
        data = {name: self._typed(name, value) for name, value in cells.items()}
        super().__init__(data)
        self.given = [name for name in self.fields if name in cells]
        self.fields["districts"].known = districts
        self.fields["themes"].known = themes
        self.fields["roles"].known = {kind: kind for kind in OrganisationKind.values}

    def _typed(self, name: str, value: Any) -> str:
        """What a browser would send. JSON knows more types than a form has."""
        if value is None:
            return ""
        listed = isinstance(self.base_fields.get(name), KeysField)  # type: ignore[attr-defined]
        if listed and isinstance(value, list) and all(isinstance(key, str) for key in value):
            return ";".join(value)
        if isinstance(value, str):
            return value
        self.odd[name] = _("Write this value as text or number.")
        return ""

    def clean(self) -> dict[str, Any]:
        for name, words in self.odd.items():
            if name in self.fields:
                self.errors.pop(name, None)
                self.add_error(name, words)
        found = self.cleaned_data
        lowest, highest = found.get("project_cost_min"), found.get("project_cost_max")
        if lowest is not None and highest is not None and highest < lowest:
            self.add_error("project_cost_max", _("The highest cost is below the lowest one."))
        return found


COLUMNS = list(CatalogueRow.base_fields)  # type: ignore[attr-defined]
