"""What a facilitator writes to some of the interested organisations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enterprises.models import Organisation

RECIPIENTS_MAX = 500


class RecipientsField(forms.MultipleChoiceField):
    """Some of the organisations that are interested in the call; clean values are their rows. Only those `chosen` have
    check boxes, or all where nobody is chosen yet."""

    default_error_messages = {
        "required": _("Choose at least one organisation"),
        "invalid_choice": _("%(value)s is not interested in this call, or not any more. Take it away."),
        "too_many": _("Write to at most %(number)s organisations at once"),
    }

    def __init__(self, organisations: Sequence[Organisation], chosen: Sequence[str], **kwargs: Any) -> None:
        self.organisations = {organisation.slug: organisation for organisation in organisations}
        shown = [slug for slug in self.organisations if slug in set(chosen)] or self.organisations
        choices = [(slug, self.organisations[slug].name) for slug in shown]
        super().__init__(choices=choices, initial=list(chosen), widget=forms.CheckboxSelectMultiple, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return value in self.organisations

    def clean(self, value: Any) -> list[Organisation]:
        slugs = list(dict.fromkeys(super().clean(value)))
        if len(slugs) > RECIPIENTS_MAX:
            raise ValidationError(self.error_messages["too_many"], "too_many", {"number": RECIPIENTS_MAX})
        return [self.organisations[slug] for slug in slugs]


class InterestMessageForm(forms.Form):
    """`key` tells one message from the next: the same form sent twice is one message."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    subject = forms.CharField(
        label=_("Subject"), max_length=150, error_messages={"required": _("Write what it is about")}
    )
    text = forms.CharField(
        label=_("Message"),
        help_text=_("Your name and email address stand with it, so that they can answer."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write your message")},
    )

    def __init__(
        self, data: Any = None, *, interested: Sequence[Organisation], chosen: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["organisation"] = RecipientsField(interested, chosen, label=_("To"))
        self.order_fields(["organisation"])

    def clean_subject(self) -> str:
        """In one line: a mail's subject has no others."""
        return " ".join(self.cleaned_data["subject"].split())
