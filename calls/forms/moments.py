"""A day and hour as clocks in Rome show it, with an error that says what is wrong with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district_portal.shared.ui import long_day

YEARS = range(1990, 2100)
SHAPES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M"]
ONLY_A_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4}")


class RomeMomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """As browsers want it; seconds only where there are some. What was typed stays as it was typed."""
        if not isinstance(value, datetime):
            return value
        return value.strftime("%Y-%m-%dT%H:%M:%S" if value.second else "%Y-%m-%dT%H:%M")


class RomeMomentField(forms.Field):
    """An aware moment in UTC, from a day and an hour in Rome. Empty is None."""

    widget = RomeMomentInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text=kwargs.pop("help_text", gettext_lazy("Rome time")), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        return rome_moment(str(value).strip())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return initial != data


def rome_moment(text: str) -> datetime:
    """Raises `ValidationError` for what no clock in Rome shows, or shows twice."""
    if ONLY_A_DAY.fullmatch(text):
        raise forms.ValidationError(_("Add the hour, such as 13:00."), code="no_hour")
    naive = _read(text)
    if naive is None or naive.year not in YEARS:
        raise forms.ValidationError(
            _("Enter a day and an hour that exist, such as 31/03/2027 13:00."), code="impossible"
        )
    rome = ZoneInfo("Europe/Rome")
    earlier, later = (naive.replace(tzinfo=rome, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier.astimezone(UTC)
    day = {"day": long_day(naive.date())}
    # In a gap the two readings are an hour apart in the wrong order: the clock never shows what was typed.
    if earlier.utcoffset() < later.utcoffset():
        words = _(
            "This hour does not exist on %(day)s: clocks go from 2:00 straight to 3:00. Choose an hour before or after."
        )
        raise forms.ValidationError(words % day, code="gap")
    words = _("This hour comes twice on %(day)s: clocks go back from 3:00 to 2:00. Choose an hour before or after.")
    raise forms.ValidationError(words % day, code="twice")


def _read(text: str) -> datetime | None:
    for shape in SHAPES:
        try:
            return datetime.strptime(text, shape)
        except ValueError:
            continue
    return None
