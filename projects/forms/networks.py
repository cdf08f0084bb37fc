"""What people type about networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from calls.models import Interest
from calls.rules.aid import Bonus
from district_portal.accounts.models import User
from enterprises.models import Organisation
from projects.models import Network, Partner
from projects.operations.networks import NetworkTexts
from projects.states import PartnerState

# What each bonus asks for, in short (Regulation 651/2014, art. 25(6), as amended in 2023).
BONUSES = [
    (
        Bonus.COLLABORATION,
        _(
            "Effective collaboration: with an SME or across borders, and no enterprise bears over 70% of the cost; "
            "or a research organisation bears at least 10% and may publish"
        ),
    ),
    (Bonus.DISSEMINATION, _("Wide dissemination of the results, by conferences, publications or open licences")),
    (Bonus.ASSISTED_AREA_A, _("The project is carried out in an area under article 107(3)(a) of the Treaty")),
    (Bonus.ASSISTED_AREA_C, _("The project is carried out in an area under article 107(3)(c) of the Treaty")),
    (Bonus.THREE_MEMBER_STATES, _("Collaboration with enterprises or research organisations of three Member States")),
]


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
    source = forms.ChoiceField(
        label=_("Start from"),
        required=False,
        help_text=_(
            "Your interest brings the competences that you offer and look for. An older network brings its texts, "
            "competences and work packages, without budget and sign-offs."
        ),
    )
    invite_again = forms.BooleanField(
        label=_("Invite the partners of the older network again"),
        required=False,
        help_text=_("Counts only when you start from an older network."),
    )
    field_order = ["organisation", "source", "invite_again", "title", "idea"]

    def __init__(self, *args: Any, interests: Iterable[Interest], networks: Iterable[Network], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources: dict[str, Interest | Network] = {f"interest:{each.pk}": each for each in interests}
        self.sources |= {f"network:{each.pk}": each for each in networks}
        words = [(key, self._words(each)) for key, each in self.sources.items()]
        self.fields["source"].choices = [("", _("Nothing: a new idea")), *words]
        if isinstance(chosen := self.sources.get(self.initial.get("source", "")), Interest):
            self.initial["organisation"] = chosen.organisation.slug
        if not self.sources:
            del self.fields["source"]
        if not any(isinstance(each, Network) for each in self.sources.values()):
            del self.fields["invite_again"]

    def _words(self, source: Interest | Network) -> str:
        if isinstance(source, Network):
            return gettext("the network “%(title)s”") % {"title": source.title}
        return gettext("the interest of %(name)s") % {"name": source.organisation.name}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        source = self.sources.get(data.get("source") or "")
        organisation = data.get("organisation")
        if source is not None and organisation is not None:
            if isinstance(source, Network):
                fits = source.partners.filter(role=Partner.Role.LEAD, organisation=organisation).exists()
            else:
                fits = source.organisation_id == organisation.pk
            if not fits:
                self.add_error("source", _("This belongs to another of your organisations. Choose that one above."))
        data["source"] = source
        return data


class NetworkTextsForm(forms.ModelForm):
    """Editing the texts of a network; `version` is the one that the person saw."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, error_messages={"required": _("Reload the page and edit again.")}
    )
    bonuses = forms.MultipleChoiceField(
        label=_("Bonuses that the project has a right to"),
        choices=BONUSES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They raise the share of the aid where the call gives them. The Region checks them."),
    )
    field_order = ["title", "idea", "legal_form", "starts_on", "duration_months", "bonuses"]

    class Meta:
        model = Network
        fields = [
            "title",
            "idea",
            "legal_form",
            "starts_on",
            "duration_months",
            "seeks",
            "looking_for_partners",
        ]
        widgets = {
            "idea": forms.Textarea(attrs={"rows": 6}),
            "seeks": forms.Textarea(attrs={"rows": 3}),
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "legal_form": _("In which you take part together; the call may ask for one of them."),
            "seeks": _("One or two sentences, such as: sterilisation validation, or a clinical partner."),
            "looking_for_partners": _(
                "Everyone can then read the title, the district and what is missing; nothing else."
            ),
        }
        error_messages = {"title": {"required": _("Enter a title, such as SmartDialysis Line.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("bonuses", self.instance.bonuses)
        self.fields["duration_months"].widget.attrs["inputmode"] = "numeric"

    @property
    def texts(self) -> NetworkTexts:
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return NetworkTexts(**values, bonuses=tuple(self.cleaned_data["bonuses"]))


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
