"""What an organisation tells when it registers or withdraws its interest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from calls.models import Interest
from calls.operations.interests import InterestDetails
from enterprises.models import Organisation


class ActingForm(forms.Form):
    """For whom the person acts: asked only where there is a choice."""

    def __init__(self, data: Any = None, *, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.organisations = {organisation.slug: organisation for organisation in organisations}
        slug = (data or {}).get("organisation")
        if slug and slug not in self.organisations:
            raise PermissionDenied
        if len(organisations) > 1:
            self.fields["organisation"] = forms.ChoiceField(
                label=_("Organisation"),
                choices=[("", _("Choose one")), *((row.slug, row.name) for row in organisations)],
                error_messages={"required": _("Choose the organisation for which you act")},
            )
            self.order_fields(["organisation"])

    @property
    def organisation(self) -> Organisation:
        """The one that was chosen, or the only one."""
        only = next(iter(self.organisations))
        return self.organisations[self.cleaned_data.get("organisation", only)]


class WithdrawForm(ActingForm):
    pass


class InterestForm(ActingForm):
    offers = forms.CharField(
        label=_("What you offer"),
        help_text=_("For example: clean room, regulatory affairs"),
        max_length=500,
        required=False,
    )
    seeks = forms.CharField(
        label=_("What you look for"),
        help_text=_("For example: a partner for clinical tests"),
        max_length=500,
        required=False,
    )
    note = forms.CharField(
        label=_("Note for the facilitator"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    wants_to_lead = forms.BooleanField(label=_("We would like to lead a network"), required=False)

    def details(self) -> InterestDetails | None:
        """What was told; None where the form was sent without telling anything (the button "I'm interested")."""
        if not {"offers", "seeks", "note", "wants_to_lead"} & set(self.data):
            return None
        told = self.cleaned_data
        return InterestDetails(told["note"], told["offers"], told["seeks"], told["wants_to_lead"])

    @staticmethod
    def told(interest: Interest) -> dict[str, Any]:
        """What was told before, to start from."""
        return {
            "organisation": interest.organisation.slug,
            "offers": interest.offers,
            "seeks": interest.seeks,
            "note": interest.note,
            "wants_to_lead": interest.wants_to_lead,
        }
