"""What a person tells of how they want to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import Frequency, SavedSearch

NAME_LENGTH = SavedSearch._meta.get_field("name").max_length
QUERY_LENGTH = SavedSearch._meta.get_field("query").max_length
# The days are `REMINDER_DAYS`; written out for the translators.
REMINDER_CHOICES = [(14, _("14 days before")), (7, _("7 days before")), (1, _("1 day before"))]


class SearchForm(forms.Form):
    """Name and rhythm of a saved search; `query` is the search."""

    def __init__(self, *args: Any, query: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = query

    name = forms.CharField(label=_("Name"), help_text=_("It is the subject of the mails."), max_length=NAME_LENGTH)
    frequency = forms.ChoiceField(
        label=_("Tell me of new calls"),
        choices=[
            (Frequency.AT_ONCE, _("At once")),
            (Frequency.DAILY, _("Once a day, at 7 in the morning")),
            (Frequency.WEEKLY, _("Once a week, on Monday at 7 in the morning")),
        ],
        widget=forms.RadioSelect,
        help_text=_("When nothing is new, no mail is sent."),
    )

    def clean(self) -> dict[str, Any]:
        if len(self.query) > QUERY_LENGTH:
            raise forms.ValidationError(_("These are too many filters to save. Go back and remove some."))
        return self.cleaned_data


class RemindersForm(forms.Form):
    days = forms.TypedMultipleChoiceField(
        label=_("Remind me before a deadline"),
        choices=REMINDER_CHOICES,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of calls that you follow, or in which your organisation is interested or takes part."),
    )
