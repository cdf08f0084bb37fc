"""Uploading a catalogue of calls, and applying it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.catalogue.reading import LARGEST
from calls.forms.fields import LocalisedChoice
from calls.models import Programme


class UploadForm(forms.Form):
    programme = LocalisedChoice(
        Programme.objects.none(), label=gettext_lazy("Programme of the calls"), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or JSON in UTF-8, at most 5,000 calls and 20 MB"),
        widget=forms.FileInput(attrs={"accept": ".csv,.json,text/csv,application/json"}),
    )

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            words = _("This file has %(size)s, the most is %(most)s. Divide it into several files.")
            raise forms.ValidationError(
                words % {"size": filesizeformat(file.size), "most": filesizeformat(LARGEST)}, code="large"
            )
        return file


class ApplyForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What changed, and why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stands with the new version of each call. Those concerned get it by email."),
        error_messages={"required": gettext_lazy("Say in one sentence what changed, and why.")},
    )
