"""Fields and checks that several forms of calls share."""

from __future__ import annotations

import re

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _

from calls.operations.slugs import reserved
from district_portal.shared.ui import localised

# A sign of comparison ("a < b") begins no tag: browsers, too, want its name right behind it.
HTML = re.compile(r"<[a-zA-Z/!?]")


def plain_text(value: str) -> None:
    if HTML.search(value):
        raise forms.ValidationError(_("Write plain text: pages show it as it is typed, without HTML."), code="html")


def check_slug(slug: str) -> None:
    """Raises `ValidationError` for an address below which the portal has a page of its own, such as `new`."""
    if reserved(slug):
        raise forms.ValidationError(_("The portal uses this address itself. Choose another one."), code="reserved")


class LocalisedChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Model) -> str:
        return localised(row, "name")


class LocalisedChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, row: Model) -> str:
        return localised(row, "name")
