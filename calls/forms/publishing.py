"""What those who prepare calls type: the call itself."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.forms.fields import LocalisedChoice, LocalisedChoices, check_slug, plain_text
from calls.forms.moments import RomeMomentField
from calls.models import Call, CallFamily, Programme, Theme, Tier
from calls.operations.publishing import FIELDS, LINKS, fingerprint
from calls.states import UNAPPROVED, CallState
from district_portal.accounts.models import Appointment, District, Role, User

BODY_MAX = 20_000
BUDGET_MAX = Decimal("1000000000")

SECTIONS = [
    ("texts", gettext_lazy("Title and summary"), ["title_it", "title_en", "summary_it", "summary_en", "slug"]),
    ("plain", gettext_lazy("In plain words"), ["plain_it", "plain_en"]),
    ("body", gettext_lazy("Text"), ["body_it", "body_en"]),
    ("dates", gettext_lazy("Dates"), ["opens_at", "closes_at", "questions_until", "deadline_has_time"]),
    (
        "scope",
        gettext_lazy("Where it belongs"),
        ["programme", "specific_objective", "family", "edition", "tier"],
    ),
    ("reach", gettext_lazy("For whom"), ["districts", "themes"]),
    ("means", gettext_lazy("Means and people"), ["budget", "duration_months", "facilitator"]),
    ("change", gettext_lazy("What changed"), ["note"]),
]


class CallForm(forms.ModelForm):
    """The form of a call, as far as its state lets it be changed. `sections()` puts its fields in order.

    Rules, documents and steps have pages of their own; deadlines of published calls are moved, not edited.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    programme = LocalisedChoice(
        Programme.objects.none(), label=gettext_lazy("Programme"), empty_label=gettext_lazy("Choose one")
    )
    family = LocalisedChoice(
        CallFamily.objects.none(),
        label=gettext_lazy("Family of calls"),
        required=False,
        empty_label=gettext_lazy("None: it is published once"),
        help_text=gettext_lazy("Editions of one call belong together, and link to each other."),
    )
    opens_at = RomeMomentField(label=gettext_lazy("Opens"), required=False)
    closes_at = RomeMomentField(
        label=gettext_lazy("Deadline"),
        required=False,
        help_text=gettext_lazy("Rome time. Who arrives at this very moment is too late."),
    )
    questions_until = RomeMomentField(label=gettext_lazy("Questions can be asked until"), required=False)
    districts = LocalisedChoices(
        District.objects.none(),
        label=gettext_lazy("Districts"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: all districts"),
    )
    themes = LocalisedChoices(
        Theme.objects.none(), label=gettext_lazy("Themes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    facilitator = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Facilitator"),
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
        help_text=gettext_lazy("Whom organisations can ask. Shown on the page of the call."),
    )
    note = forms.CharField(
        label=gettext_lazy("What changed, and why"),
        max_length=500,
        help_text=gettext_lazy("Everyone reads it, and all whom the call concerns get it as a message."),
        error_messages={"required": gettext_lazy("Everyone can read this call: say what changed, and why.")},
    )

    class Meta:
        model = Call
        fields = [*FIELDS, *LINKS]
        labels = {"slug": gettext_lazy("Address of the page"), "plain_it": gettext_lazy("In Italian")} | {
            "plain_en": gettext_lazy("In English"),
            "tier": gettext_lazy("One call, or the first of two"),
        }
        help_texts = {
            "slug": gettext_lazy("Small letters, digits and hyphens, such as reti-di-distretto-2027"),
            "budget": gettext_lazy("Without separators, such as 6000000"),
            "duration_months": gettext_lazy("Of a project, from its start to its end"),
            "edition": gettext_lazy("Its number in the family, such as 2"),
            "tier": gettext_lazy("The first of two selects actuators, each of which then runs a call for networks."),
        }
        error_messages = {"slug": {"invalid": help_texts["slug"]}}
        widgets = {
            "title_it": forms.TextInput(attrs={"lang": "it"}),
            "title_en": forms.TextInput(attrs={"lang": "en"}),
        } | {
            name: forms.Textarea(attrs={"rows": rows, "lang": name[-2:]})
            for name, rows in [
                ("summary_it", 2), ("summary_en", 2), ("plain_it", 5), ("plain_en", 5), ("body_it", 12), ("body_en", 12)
            ]
        }  # fmt: skip

    def __init__(self, *args: Any, user: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        call = self.instance
        self.initial["seen"] = fingerprint(call) if call.pk else ""
        self._limit_texts()
        self._offer(user)
        self.fields["tier"].choices = [(tier.value, tier.label) for tier in (Tier.ONLY, Tier.ACTUATORS)]
        for name in self._fixed():
            del self.fields[name]

    def _fixed(self) -> set[str]:
        """What cannot be changed any more, or not here."""
        call = self.instance
        fixed = {"tier", "programme"} if call.tier == Tier.NETWORKS else set()
        fixed |= {"note"} if call.state == CallState.DRAFT else {"slug", "programme", "tier"}
        if call.state not in UNAPPROVED:
            fixed |= {"closes_at", "deadline_has_time"}
            published = call.state == CallState.PUBLISHED
            if not published or (call.opens_at and call.opens_at <= self.now):
                fixed.add("opens_at")
            if not published:
                fixed.add("questions_until")
        return fixed

    def _limit_texts(self) -> None:
        for name in ("title", "summary", "plain", "body"):
            for language in ("it", "en"):
                self.fields[f"{name}_{language}"].validators.append(plain_text)
        for name in ("body_it", "body_en"):
            self.fields[name].max_length = BODY_MAX
            self.fields[name].validators.append(MaxLengthValidator(BODY_MAX))
        self.fields["budget"].validators += [
            MinValueValidator(1, _("Leave it empty where no budget is known.")),
            MaxValueValidator(BUDGET_MAX, _("Enter an amount in EUR, at most 1,000,000,000.")),
        ]
        self.fields["duration_months"].validators += [MinValueValidator(1), MaxValueValidator(120)]
        self.fields["edition"].validators += [MinValueValidator(1), MaxValueValidator(999)]

    def _offer(self, user: User) -> None:
        """Choices within the regions for which the person prepares calls."""
        call = self.instance
        if call.pk:
            regions = [call.programme.region_id]
        else:
            regions = [office.region_id for office in user.current_appointments if office.role == Role.REGIONAL_STAFF]
        everywhere = user.is_staff and not call.pk
        within = Q() if everywhere else Q(region__in=regions)
        programmes = Programme.objects.filter(within).order_by("name_it")
        facilitators = Appointment.objects.current().filter(within, role=Role.FACILITATOR)
        self.fields["programme"].queryset = programmes
        self.fields["family"].queryset = CallFamily.objects.filter(programme__in=programmes)
        self.fields["districts"].queryset = District.objects.filter(within)
        self.fields["themes"].queryset = Theme.objects.all()
        self.fields["facilitator"].queryset = (
            User.objects.filter(Q(pk__in=facilitators.values("user")) | Q(pk=call.facilitator_id), is_active=True)
            .order_by("family_name", "given_name")
            .distinct()
        )

    def clean_slug(self) -> str:
        check_slug(self.cleaned_data["slug"])
        return self.cleaned_data["slug"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        opens, closes, questions = (self._date(name) for name in ("opens_at", "closes_at", "questions_until"))
        if opens and closes and closes <= opens:
            # At the field that can be changed: the deadline of a published call is not one of them.
            field = "closes_at" if "closes_at" in self.fields else "opens_at"
            self.add_error(field, _("The deadline must be after the opening."))
        if questions and closes and questions > closes and "questions_until" in self.fields:
            self.add_error("questions_until", _("Questions must end before the deadline, or with it."))
        if data.get("edition") and not data.get("family"):
            self.add_error("edition", _("Choose the family of which it is an edition, or leave this empty."))
        family, programme = data.get("family"), data.get("programme", getattr(self.instance, "programme", None))
        if family and programme and family.programme_id != programme.pk:
            self.add_error("family", _("This family belongs to another programme."))
        return data

    def _date(self, name: str) -> datetime | None:
        return self.cleaned_data.get(name) if name in self.fields else getattr(self.instance, name)

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, by the names of `FIELDS` and `LINKS`: the arguments of the operation."""
        return {name: self._entered(name) for name in (*FIELDS, *LINKS) if name in self.fields}

    def _entered(self, name: str) -> Any:
        """A moment that was shown and sent back is the one that was stored, to the microsecond."""
        entered, stored = self.cleaned_data[name], self.initial.get(name)
        same = isinstance(stored, datetime) and entered == stored.replace(microsecond=0)
        return stored if same else entered

    def sections(self) -> list[tuple[str, Any, list[BoundField]]]:
        """Anchor, heading and fields of each section that has any."""
        found = [(key, title, [self[name] for name in names if name in self.fields]) for key, title, names in SECTIONS]
        return [section for section in found if section[2]]
