"""Naming a competence that the project needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district_portal.shared.ui import localised
from enterprises.models import Concept


class ConceptField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Concept) -> str:
        return localised(obj, "name")


class NeedForm(forms.Form):
    """A competence of the vocabulary, or own words."""

    concept = ConceptField(
        Concept.objects.filter(scheme=Concept.Scheme.COMPETENCE).order_by("code", "pk"),
        to_field_name="code",
        required=False,
        label=gettext_lazy("Competence needed"),
        empty_label=gettext_lazy("Choose one"),
    )
    name = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("Or in your own words"),
        help_text=gettext_lazy("Where the list does not have it. The partner search finds those of the list better."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("concept") and not cleaned.get("name", "").strip():
            raise forms.ValidationError(_("Choose a competence, or name it in your own words."))
        return cleaned
