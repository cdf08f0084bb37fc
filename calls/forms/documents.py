"""Documents and steps of the timeline, as those who prepare a call enter them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import Call, CallDocument, CallMilestone
from calls.states import CallState
from calls.uploads import ENDINGS, LARGEST

ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)


def _file_hint() -> str:
    return _("%(endings)s; at most %(most)s.") % {
        "endings": ", ".join(ending.upper() for ending in ENDINGS),
        "most": filesizeformat(LARGEST),
    }


class NoteMixin(forms.Form):
    """Asks what changed and why, where everyone can read the call; a draft has no need of it."""

    note = forms.CharField(
        label=gettext_lazy("What changed, and why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Everyone can read this call. People who follow it get this sentence by email."),
        error_messages={"required": gettext_lazy("Say in one sentence what changed, and why.")},
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if call.state == CallState.DRAFT:
            del self.fields["note"]

    @property
    def told(self) -> str:
        """The note; empty for a draft."""
        return self.cleaned_data.get("note", "")


class DocumentForm(NoteMixin, forms.ModelForm):
    class Meta:
        model = CallDocument
        fields = ["title_it", "title_en", "language", "file"]
        widgets = {"file": forms.FileInput(attrs={"accept": ACCEPT})}
        help_texts = {"file": lazy(_file_hint, str)()}

    def __init__(self, *args: Any, call: Call, replaced: CallDocument | None = None, **kwargs: Any) -> None:
        """`replaced`: the document that the new one takes the place of; its words are the first ones of the form."""
        if replaced is not None:
            words = {name: getattr(replaced, name) for name in ("title_it", "title_en", "language")}
            kwargs["initial"] = words | kwargs.get("initial", {})
        super().__init__(*args, call=call, **kwargs)
        self.fields["language"].label = _("Language")
        # Files are stored under names of the portal's own: how long theirs are does not matter.
        self.fields["file"].max_length = None
        self.instance.call = call


class WithdrawDocumentForm(NoteMixin):
    """Why a document no longer holds."""


class MilestoneForm(NoteMixin, forms.ModelForm):
    class Meta:
        model = CallMilestone
        fields = ["name_it", "name_en", "starts_on", "ends_on"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("starts_on", "ends_on")
        }
        help_texts = {"ends_on": gettext_lazy("Only where it takes more than a day.")}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        starts, ends = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The last day is before the first one."))
        return cleaned


class RemoveMilestoneForm(NoteMixin):
    """Why a step is no longer part of the timeline."""
