"""What a reviewer fills in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from district_portal.shared.errors import DomainError
from projects.forms.networks import ReasonForm
from projects.operations.review import check_reply_by, usual_reply_by


class ChangesForm(ReasonForm):
    """What is to be changed, and until when the lead is asked to reply; without a day the usual one is taken."""

    reply_by = forms.DateField(
        label=_("Reply by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("A working day, before the call closes. Empty: five working days from now, or the deadline."),
    )

    def __init__(self, *args: Any, call: Call, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"reply_by": usual_reply_by(call, today)})
        super().__init__(*args, **kwargs)
        self._call, self._today = call, today
        self.fields["reason"].label = _("What should change")

    def clean_reply_by(self) -> date | None:
        day: date | None = self.cleaned_data["reply_by"]
        if day is not None:
            try:
                check_reply_by(day, self._call, self._today)
            except DomainError as refused:
                raise ValidationError(refused.message) from None
        return day
