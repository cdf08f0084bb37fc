"""What people type about networks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User
from enterprises.models import Organisation
from projects.models import Network, Partner
from projects.operations.networks import NetworkTexts
from projects.states import PartnerState


class ActingForForm(forms.Form):
    """Asks for which organisation the person acts, when there are several to choose from."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        to_field_name="slug",
        label=_("Organisation"),
        error_messages={
            "required": _("Choose the organisation that you act for."),
            "invalid_choice": _("Choose one of the organisations that you act for."),
        },
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = organisations
        first = list(organisations[:2])
        self.only_one = first[0] if len(first) == 1 else None
        if self.only_one:
            field.required, field.widget = False, forms.HiddenInput()

    def clean_organisation(self) -> Organisation:
        return self.cleaned_data["organisation"] or self.only_one


class NetworkForm(ActingForForm):
    """A new network for a call."""

    title = forms.CharField(
        label=_("Title of the network"),
        max_length=150,
        error_messages={"required": _("Enter a title, such as SmartDialysis Line.")},
    )
    idea = forms.CharField(
        label=_("The idea"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What you want to develop together, and for whom. Your partners and the facilitator read it."),
    )
    field_order = ["organisation", "title", "idea"]


class NetworkTextsForm(forms.ModelForm):
    """Editing the texts of a network; `version` is the one that the person saw."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, error_messages={"required": _("Reload the page and edit again.")}
    )

    class Meta:
        model = Network
        fields = ["title", "idea", "seeks", "looking_for_partners"]
        widgets = {"idea": forms.Textarea(attrs={"rows": 6}), "seeks": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "seeks": _("One or two sentences, such as: sterilisation validation, or a clinical partner."),
            "looking_for_partners": _(
                "Everyone can then read the title, the district and what is missing; nothing else."
            ),
        }
        error_messages = {"title": {"required": _("Enter a title, such as SmartDialysis Line.")}}

    @property
    def texts(self) -> NetworkTexts:
        return NetworkTexts(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class InviteForm(forms.Form):
    """An organisation of the directory, by the last part of its address (`novamed-plast`) or by its exact name."""

    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        help_text=_("Its name, as in the directory"),
        error_messages={"required": _("Enter the name of the organisation, as in the directory.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_organisation(self) -> Organisation:
        typed = self.cleaned_data["organisation"]
        visible = Organisation.objects.visible_to(self.user)
        found = list(visible.filter(slug=typed)) or list(visible.filter(name__iexact=typed)[:2])
        if not found:
            words = _("No organisation of this name is in the directory. Check how it is written there.")
            raise forms.ValidationError(words)
        if len(found) > 1:
            words = _("Several organisations have this name. Invite yours from the partner search.")
            raise forms.ValidationError(words)
        return found[0]


class AnswerForm(ActingForForm):
    """Accepting or declining an invitation, for one of the person's organisations in the network."""

    def __init__(self, *args: Any, user: User, network: Network, **kwargs: Any) -> None:
        partners = Partner.objects.of(user).filter(network=network, role=Partner.Role.PARTNER)
        waiting = partners.filter(state=PartnerState.INVITED)
        chosen = waiting if waiting.exists() else partners
        organisations = Organisation.objects.filter(pk__in=chosen.values("organisation"))
        super().__init__(*args, organisations=organisations, **kwargs)


class ReasonForm(forms.Form):
    """The reason of a decision, which every member of the network reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Every member of the network reads it."),
        error_messages={"required": _("Write the reason, so that the network knows what to do.")},
    )

    def __init__(self, *args: Any, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not optional
