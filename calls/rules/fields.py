"""Fields in which the parameters of rules are entered: percentages, bounds, small tables, countries, districts.

Each field takes initial values in the types of its `cleaned_data`; `form_data` turns stored parameters into what a
browser would send, so that data which does not come from a page is checked by the same forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district_portal.accounts.models import District
from district_portal.shared import ui
from district_portal.shared.ui import language

EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()
NEIGHBOURS = "CH GB IS LI NO SM VA".split()
BLANK_ROWS, MOST_ROWS = 3, 20
# As long as what refers to a record by its code can keep (answers, attachments, declarations).
CODE_LENGTH = 80


def plain_number(typed: Any) -> Any:
    """A number as people type it, with the point as its only sign: "12,5", "12.5", "150.000", "€ 150,000.50".

    The last sign stands before the decimals, unless it comes several times, or alone before three digits as behind a
    group of thousands ("1.234", not "0.500"): then it groups thousands. Neither amounts nor percentages have three
    decimals, so that both ways of writing are read alike, and "1.234,567" is refused.
    """
    if not isinstance(typed, str):
        return typed
    text = "".join(typed.split()).strip("€%")
    sign = max(text.rfind(","), text.rfind("."))
    if sign == -1:
        return text
    whole, decimals = text[:sign], text[sign + 1 :]
    if text[sign] in whole or len(decimals) == 3 and re.fullmatch(r"-?[1-9]\d{0,2}", whole):
        return _ungrouped(text)
    return f"{_ungrouped(whole)}.{decimals}"


def _ungrouped(text: str) -> str:
    """Without the sign between groups of three digits; other text stays as it is, to be refused."""
    grouped = re.fullmatch(r"-?\d{1,3}(([.,])\d{3}(\2\d{3})*)?", text)
    return re.sub("[.,]", "", text) if grouped else text


class NumberInput(forms.TextInput):
    """A number as the reader of the page writes it. Browsers' own inputs read 150.000 as 150 in Italian, too."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal"})

    def format_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return super().format_value(value)
        return ui.number(value, max(0, -int(value.normalize().as_tuple().exponent)))


class NumberField(forms.DecimalField):
    """A number that people write with comma or point."""

    widget = NumberInput

    def to_python(self, value: Any) -> Any:
        return super().to_python(plain_number(value))


class PercentField(NumberField):
    """A share between 0 and 1, which people write and read as a percentage: 50 is `Decimal("0.5")`.

    One decimal at most, as percentages are shown: what a sentence says is exactly what decides.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("In percent, between 0 and 100"))
        super().__init__(max_digits=5, decimal_places=1, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        percentage = super().clean(value)
        if percentage is None:
            return None
        if not 0 <= percentage <= 100:
            raise ValidationError(_("Enter a percentage between 0 and 100."))
        return percentage / 100

    def prepare_value(self, value: Any) -> Any:
        return (value * 100).normalize() if isinstance(value, Decimal) else value


class AmountField(NumberField):
    """EUR, above 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        amount = super().clean(value)
        if amount is not None and amount <= 0:
            raise ValidationError(_("Enter an amount above 0."))
        return amount


class BoundsForm(forms.Form):
    """`lowest` and `highest`: at least one of them, in their order."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        lowest, highest = cleaned.get("lowest"), cleaned.get("highest")
        if lowest is None and highest is None:
            raise ValidationError(_("Enter the lowest, the highest, or both."))
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("highest", _("The highest must not be below the lowest."))
        return cleaned


@dataclass(frozen=True)
class Column:
    name: str
    field: forms.Field

    @property
    def hidden(self) -> bool:
        return self.field.widget.is_hidden

    @property
    def ticked(self) -> bool:
        return isinstance(self.field, forms.BooleanField)

    @property
    def fills(self) -> bool:
        """Whether a value in it makes a row: an emptied row goes, whatever is ticked or kept in it."""
        return not self.hidden and not self.ticked

    @property
    def css(self) -> str:
        if self.ticked:
            return "form-check-input"
        return "form-select" if isinstance(self.field.widget, forms.Select) else "form-control"


class RowsWidget(forms.Widget):
    """A small table: a row for each record, and some empty ones. Works without scripts; empty rows are left out."""

    template_name = "calls/rules/rows.html"
    portal_kind = "rows"

    def __init__(self, columns: Sequence[Column], *, cards: bool = False) -> None:
        """`cards`: each record below the other, for records with long texts or many columns."""
        super().__init__()
        self.columns = columns
        if cards:
            self.template_name = "calls/rules/rows_cards.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        rows = list(value or [])
        shown = [*rows, *({} for _blank in range(min(BLANK_ROWS, MOST_ROWS - len(rows))))]
        seen = [column for column in self.columns if not column.hidden]
        cells = [
            [(column.field.label, self._cell(name, number, column, row), column.ticked) for column in seen]
            for number, row in enumerate(shown)
        ]
        kept = [self._cell(name, number, each, row) for number, row in enumerate(shown) for each in self._hidden]
        context = {"labels": [column.field.label for column in seen], "rows": cells, "kept": kept}
        return {**super().get_context(name, value, attrs), **context}

    def _cell(self, name: str, number: int, column: Column, row: Mapping[str, Any]) -> str:
        words = {"column": column.field.label, "row": number + 1}
        css = column.css
        attrs = {
            **column.field.widget_attrs(column.field.widget),
            "id": f"id_{name}_{number}" if column is self.columns[0] else f"id_{name}_{number}_{column.name}",
            "class": css,
            "aria-label": _("%(column)s, row %(row)s") % words,
        }
        return column.field.widget.render(f"{name}-{number}-{column.name}", row.get(column.name), attrs)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        rows = []
        for number in range(MOST_ROWS):
            row = {column.name: data.get(f"{name}-{number}-{column.name}") for column in self.columns}
            if any(str(row[column.name] or "").strip() for column in self.columns if column.fills):
                rows.append(row)
        return rows

    @property
    def _hidden(self) -> list[Column]:
        return [column for column in self.columns if column.hidden]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"


class RowsField(forms.Field):
    """A list of records (`dict`), at least one. What is wrong is told by row and column.

    `unique`: a column in which no value may come twice. `code_from`: the column whose text gives each record a stable
    `code`: who changes the text changes what is asked for, but for fields with a hidden column `code`, which keeps it.
    `cards`: as of `RowsWidget`.
    """

    default_error_messages = {"required": gettext_lazy("Fill in at least one row.")}

    def __init__(
        self,
        columns: Iterable[Column],
        *,
        unique: str,
        code_from: str | None = None,
        cards: bool = False,
        **kwargs: Any,
    ) -> None:
        self.columns, self.unique, self.code_from = list(columns), unique, code_from
        super().__init__(widget=RowsWidget(self.columns, cards=cards), **kwargs)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        if not value:
            if not self.required:
                return []
            raise ValidationError(self.error_messages["required"], code="required")
        errors: list[str] = []
        rows = [self._row(number, row, errors) for number, row in enumerate(value, 1)]
        keys = [str(row.get("code") or row.get(self.unique, "")) for row in rows]
        twice = next((number for number, key in enumerate(keys, 1) if key and key in keys[: number - 1]), None)
        if twice is not None:
            errors.append(_("Row %(row)s says the same as a row above it.") % {"row": twice})
        if errors:
            raise ValidationError(errors)
        return rows

    def _row(self, number: int, given: Mapping[str, Any], errors: list[str]) -> dict[str, Any]:
        row = {}
        for column in self.columns:
            try:
                value = column.field.clean(given.get(column.name))
            except ValidationError as error:
                words = {"row": number, "column": column.field.label, "error": " ".join(error.messages)}
                errors.append(_("Row %(row)s, %(column)s: %(error)s") % words)
            else:
                if value not in (None, "") and value is not False:
                    row[column.name] = value
        if self.code_from in row:
            row.setdefault("code", slugify(row[self.code_from])[:CODE_LENGTH].rstrip("-"))
            if not row["code"]:
                errors.append(_("Row %(row)s: use letters or digits.") % {"row": number})
        return row

    def from_stored(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        kinds = {column.name: column.field for column in self.columns}
        return [{name: from_stored(kinds[name], value) for name, value in row.items() if name in kinds} for row in rows]

    def prepare_value(self, value: Any) -> Any:
        return [
            {column.name: column.field.prepare_value(row.get(column.name)) for column in self.columns}
            for row in value or []
        ]


class CountriesField(forms.MultipleChoiceField):
    """ISO 3166-1 codes of countries of the European Union and around it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(choices=countries, **kwargs)


def countries() -> list[tuple[str, str]]:
    """Codes and names in the reader's language, in the order of the names."""
    return sorted(((code, country(code)) for code in [*EU, *NEIGHBOURS]), key=lambda choice: choice[1])


def country(code: str) -> str:
    """Its name in the reader's language, by CLDR; the code itself where it has none."""
    return str(Locale.parse(language()).territories.get(code, code))


class DistrictsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """Districts as records with slug and both names, so that a rule speaks without asking the database."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(District.objects.order_by("slug"), to_field_name="slug", **kwargs)

    def clean(self, value: Any) -> Any:
        fields = ("slug", "name_it", "name_en")
        return [{field: getattr(district, field) for field in fields} for district in super().clean(value)]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [each["slug"] if isinstance(each, dict) else each for each in value]
        return super().prepare_value(value)


def from_stored(field: forms.Field, value: Any) -> Any:
    """A stored parameter as the initial value of its field."""
    if isinstance(field, RowsField):
        return field.from_stored(value)
    return Decimal(value) if isinstance(field, forms.DecimalField) else value


def form_data(form: type[forms.Form], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser would send for stored parameters.

    Raises `TypeError`, `ValueError`, `ArithmeticError`, `KeyError` or `AttributeError` for what no form has stored.
    """
    fields: Mapping[str, forms.Field] = form.base_fields
    data: dict[str, Any] = {}
    for name, value in parameters.items():
        if name not in fields:
            raise KeyError(name)
        shown = fields[name].prepare_value(from_stored(fields[name], value))
        if isinstance(fields[name], RowsField):
            data |= {f"{name}-{number}-{key}": each for number, row in enumerate(shown) for key, each in row.items()}
        else:
            data[name] = shown
    return data
