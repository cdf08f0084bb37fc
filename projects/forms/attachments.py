"""Documents of a proposal, and its declarations, as people choose them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.uploads import ENDINGS, LARGEST, check_document
from projects.forms.plan import PartnerField
from projects.models import Attachment, Network
from projects.operations.attachments import OTHER
from projects.states import PartnerState
from projects.wanted import Wordings, documents_wanted


def _file_hint() -> str:
    return _("%(endings)s; at most %(most)s.") % {
        "endings": ", ".join(ending.upper() for ending in ENDINGS),
        "most": filesizeformat(LARGEST),
    }


def _file_field() -> forms.FileField:
    return forms.FileField(
        label=gettext_lazy("File"),
        help_text=lazy(_file_hint, str)(),
        validators=[check_document],
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )


class AttachmentForm(forms.ModelForm):
    """A new document: of a type that the call asks for, or another one; of the network, or of one partner."""

    file = _file_field()

    class Meta:
        model = Attachment
        fields = ["kind", "title", "partner", "file"]

    def __init__(self, *args: Any, network: Network, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.network = network
        self.wanted = documents_wanted(network.call)
        choices = [*self.wanted.items(), (OTHER, _("Another document"))]
        self.fields["kind"] = forms.ChoiceField(label=_("Type"), choices=choices)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("How readers know it. Empty: the type, or the name of the file.")
        self.fields["partner"] = PartnerField(
            network.partners.filter(state=PartnerState.ACCEPTED).select_related("organisation"),
            label=_("Partner"),
            required=False,
            empty_label=_("The whole network"),
            error_messages={"invalid_choice": gettext_lazy("Choose a partner that has confirmed.")},
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        kind, file = self.cleaned_data.get("kind"), self.cleaned_data.get("file")
        if kind and file and not self.cleaned_data.get("title"):
            self.cleaned_data["title"] = self.wanted.get(kind, file.name)[:200]
        return cleaned


class FileForm(forms.Form):
    """Another file for a document that is there."""

    file = _file_field()


class DeclarationsForm(forms.Form):
    """Declarations to give, each with the words that were read: field `text_<code>`."""

    declare = forms.MultipleChoiceField(
        label=gettext_lazy("We declare that"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose what you declare."),
            "invalid_choice": gettext_lazy("The call does not ask for this any more. Reload the page."),
        },
    )

    def __init__(self, *args: Any, wanted: Wordings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declare"].choices = [(code, code) for code in wanted]
        for code in wanted:
            self.fields[f"text_{code}"] = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    @property
    def texts(self) -> dict[str, str]:
        """Words by code."""
        return {code: self.cleaned_data[f"text_{code}"] for code in self.cleaned_data["declare"]}
