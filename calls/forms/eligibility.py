"""What a person answers in the eligibility self-check of a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.forms.interest import ActingForm
from calls.rules import Rule
from enterprises.models import Organisation

PREFIX = "answer_"


class EligibilityForm(ActingForm):
    """One field for each rule that is asked: yes, not yet, or no answer."""

    def __init__(self, data: Any, *, organisations: Sequence[Organisation], rules: Sequence[Rule]) -> None:
        super().__init__(data, organisations=organisations)
        for rule in rules:
            self.fields[f"{PREFIX}{rule.kind}"] = forms.ChoiceField(
                label=rule.explain(), choices=[("yes", _("Yes")), ("no", _("Not yet"))], required=False
            )

    @property
    def answers(self) -> dict[str, bool]:
        """By kind of rule; what was not answered is left out. Readable answers of an invalid form, too."""
        return {
            name.removeprefix(PREFIX): value == "yes"
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value
        }
