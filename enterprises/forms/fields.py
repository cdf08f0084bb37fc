"""Fields that are typed as text, checked against lists or rules, and answer mistakes with a way out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as NumberError
from stdnum.util import clean

from district_portal.shared.ui import localised
from enterprises.models import Concept, Municipality

SUGGESTIONS = 5


class VatField(forms.CharField):
    """A VAT number of the European Union, kept compact and with its country: `IT01234560363`.

    Eleven digits alone are an Italian *partita IVA*. Empty is None: an unknown number is not an empty one.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, empty_value=None, **kwargs)

    def clean(self, value: Any) -> str | None:
        text = super().clean(value)
        return None if text is None else _compact_vat(text)


def _compact_vat(text: str) -> str:
    number = clean(text, " -./").upper()
    if number.isdigit() and len(number) == 11:
        number = f"IT{number}"
    # Greece writes EL on its VAT numbers, and GR everywhere else.
    number = f"EL{number[2:]}" if number.startswith("GR") else number
    country = number[:2].replace("EL", "GR").lower()
    if country not in vat.MEMBER_STATES:
        raise ValidationError(_("Start the VAT number with its country of the European Union, like IT01234560363."))
    try:
        return vat.validate(number)
    except NumberError as error:
        raise ValidationError(
            _("This is no VAT number of %(country)s: check each character. An Italian one looks like IT01234560363.")
            % {"country": number[:2]}
        ) from error


class LookupField(forms.CharField):
    """A row of a list, typed by name or code. `list_id` is the <datalist> that the browser offers below the field."""

    list_id = ""
    options_url: Any = None
    """Where htmx gets the options that fit what was typed so far; without script the name is simply typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=400, **kwargs)
        self.widget.attrs |= {"list": self.list_id, "autocomplete": "off"}
        if self.options_url is not None:
            self.widget.attrs |= {
                "hx-get": self.options_url,
                "hx-trigger": "input changed delay:300ms",
                "hx-target": f"#{self.list_id}",
            }

    def prepare_value(self, value: Any) -> Any:
        return self.label_of(value) if isinstance(value, Model) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.find(text) if text else None

    def label_of(self, row: Any) -> str:
        return str(row)

    def find(self, text: str) -> Any:
        """The one row that the text means. Raises `ValidationError` with suggestions."""
        raise NotImplementedError


class MunicipalityField(LookupField):
    list_id = "municipalities"
    options_url = reverse_lazy("enterprises:municipality_options")

    def find(self, text: str) -> Municipality:
        found = list(Municipality.objects.named(text)[: SUGGESTIONS + 1])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(
                _("There are several of this name: %(names)s. Add the province.") % {"names": _listed(found)}
            )
        near = list(Municipality.objects.starting_with(text[:4])[:SUGGESTIONS])
        problem = _("We know no municipality “%(text)s”. Write its name and province, like Mirandola (MO).") % {
            "text": text
        }
        raise ValidationError(f"{problem} {_near(near)}".strip())


class ActivityField(LookupField):
    """A class of ATECO 2025: its code, a code with its words as the list offers it, or words that fit one class."""

    list_id = "activities"
    options_url = reverse_lazy("enterprises:activity_options")

    def label_of(self, row: Concept) -> str:
        return activity_label(row)

    def find(self, text: str) -> Concept:
        activities = Concept.objects.activities()
        found = activities.filter(code__iexact=text.split()[0]).first()
        if found:
            return found
        near = list(activities.matching(text)[:SUGGESTIONS])
        if len(near) == 1:
            return near[0]
        problem = _("We know no ATECO code “%(text)s”. Write a code, like 32.50.") % {"text": text}
        raise ValidationError(f"{problem} {_near([activity_label(row) for row in near])}".strip())


class CompetenceField(LookupField):
    """A competence of the portal's list, by its name in either language."""

    list_id = "competences"
    default_error_messages = {"required": gettext_lazy("Choose a competence from the list.")}

    def find(self, text: str) -> Concept:
        competences = Concept.objects.competences()
        found = competences.named(text).order_by("-version").first()
        if found:
            return found
        near = list(competences.matching(text)[:SUGGESTIONS])
        if len(near) == 1:
            return near[0]
        problem = _("“%(text)s” is not in the list of competences. Choose one that the list offers.") % {"text": text}
        raise ValidationError(f"{problem} {_near([competence_label(row) for row in near])}".strip())

    def label_of(self, row: Concept) -> str:
        return competence_label(row)


def activity_label(concept: Concept) -> str:
    return f"{concept.code} {localised(concept, 'name')}"


def competence_label(concept: Concept) -> str:
    return localised(concept, "name")


def _listed(rows: list[Any]) -> str:
    return ", ".join(str(row) for row in rows)


def _near(rows: list[Any]) -> str:
    return _("Near to it: %(names)s.") % {"names": _listed(rows)} if rows else ""
