"""How the rules of a call are entered: the form of each kind, and where to start from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls import rule_sets
from calls.forms.documents import NoteMixin
from calls.models import Call
from calls.rules import Rule
from district_portal.accounts.models import User


def rule_form(rule: type[Rule]) -> type[NoteMixin]:
    """The form of a kind of rule, with the note that a call needs which everyone reads."""
    return type("RuleForm", (NoteMixin, rule.Form), {})


def parameters_in(form: forms.Form, rule: type[Rule]) -> dict[str, Any]:
    """What a valid form says of the rule, as it is stored; the note is not part of it."""
    return {name: value for name, value in rule.parameters_of(form).items() if name in rule.Form.base_fields}


class RemoveRuleForm(NoteMixin):
    """Why the rule no longer holds."""


class SourceForm(forms.Form):
    """Which rules to start from."""

    source = forms.ChoiceField(label=_("Start from"), error_messages={"required": _("Choose the rules to start from.")})

    def __init__(self, *args: Any, call: Call, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [("", _("Choose one")), *rule_sets.choices(call, user)]
        self._call, self._user = call, user

    @property
    def chosen(self) -> rule_sets.Source | None:
        return rule_sets.source_of(self.cleaned_data["source"], self._call, self._user)


class StartForm(NoteMixin):
    """Why the rules are replaced; the source stands in the address."""
