"""What people write: texts of the proposal, comments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 200_000
"""Characters that are taken at all, ten times what any question allows: a draft over its limit is saved, too."""


class AnswerForm(forms.Form):
    """`version` is the one that was edited; 0 where nothing was written yet."""

    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 16, "maxlength": False, "autocomplete": "off"}),
        error_messages={"max_length": _("This is too long to be kept: shorten it, then save it again.")},
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, error_messages={"required": _("Reload the page and edit again.")}
    )

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what you want to say.")},
    )
