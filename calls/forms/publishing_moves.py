"""What is typed with each step of the way of a call: requests, reasons, a later deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.forms.fields import plain_text
from calls.forms.moments import RomeMomentField
from calls.models import Call
from calls.states import CallState


class AskForm(forms.Form):
    """What the second person is asked to approve."""

    target = forms.ChoiceField(label=gettext_lazy("What shall happen"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Note for who approves it"),
        max_length=500,
        required=False,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, targets: Sequence[CallState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            CallState.PLANNED: _("Announce it as opening soon; its dates may still change"),
            CallState.PUBLISHED: _("Publish it; it opens and closes by itself at its dates"),
        }
        self.fields["target"].choices = [(target.value, words[target]) for target in targets]


class ReasonForm(forms.Form):
    """Why. `words` is the hint: who reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write the reason.")},
    )

    def __init__(self, *args: Any, words: Any = "", optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = words
        self.fields["reason"].required = not optional


class ExtensionForm(forms.Form):
    """A later deadline, and why."""

    closes_at = RomeMomentField(label=gettext_lazy("New deadline"))
    note = forms.CharField(
        label=gettext_lazy("Why the deadline is moved"),
        max_length=300,
        validators=[plain_text],
        help_text=gettext_lazy("Everyone reads it in the timeline; all whom the call concerns get it as a message."),
        error_messages={"required": gettext_lazy("Say why the deadline is moved: everyone reads it.")},
    )

    def __init__(self, *args: Any, call: Call, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, initial={"closes_at": call.closes_at}, **kwargs)
        self.call, self.now = call, now

    def clean_closes_at(self) -> datetime:
        closes_at = self.cleaned_data["closes_at"]
        if closes_at <= self.now:
            raise forms.ValidationError(_("This moment has passed: choose a deadline that is still to come."))
        if self.call.opens_at and closes_at <= self.call.opens_at:
            raise forms.ValidationError(_("The deadline must be after the opening."))
        if self.call.opens_at and self.call.opens_at <= self.now and closes_at < self.call.closes_at:
            raise forms.ValidationError(_("This call has opened: its deadline can be moved to a later moment only."))
        if closes_at == self.call.closes_at:
            raise forms.ValidationError(_("This is the deadline that it has already."))
        return closes_at
