"""What an organisation tells when it registers or withdraws its interest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import Interest, Visibility
from calls.operations.interests import Choice, InterestDetails
from district_portal.shared.ui import localised
from enterprises.models import Competence, Concept, Organisation

WHO_SEES = {
    Visibility.FACILITATOR: gettext_lazy("Nobody else learns that you are interested. You count in the total."),
    Visibility.ANONYMOUS: gettext_lazy(
        "Others read what kind of organisation you are, your size and province, as far as at least five organisations "
        "of your district share it. No name, no competences, none of your words."
    ),
    Visibility.DISTRICT: gettext_lazy(
        "People who belong to an organisation of your district, or of a district of this call, read your name and what "
        "you tell above, but not your note."
    ),
    Visibility.PUBLIC: gettext_lazy("Anyone reads your name and what you tell above, but not your note."),
}


class ActingForm(forms.Form):
    """For whom the person acts: asked only where there is a choice."""

    def __init__(
        self, data: Any = None, *, organisations: Sequence[Organisation], chosen: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.organisations = {organisation.slug: organisation for organisation in organisations}
        slug = (data or {}).get("organisation") or chosen
        if slug and slug not in self.organisations:
            raise PermissionDenied
        if slug is None and len(self.organisations) == 1:
            slug = next(iter(self.organisations))
        self.known = self.organisations.get(slug or "")
        """The organisation, as soon as it is clear which."""
        if len(organisations) > 1:
            self.fields["organisation"] = forms.ChoiceField(
                label=gettext_lazy("Organisation"),
                choices=[("", _("Choose one")), *((row.slug, row.name) for row in organisations)],
                error_messages={"required": gettext_lazy("Choose the organisation for which you act")},
                initial=slug,
            )
            self.order_fields(["organisation"])

    @property
    def organisation(self) -> Organisation:
        """The one that was chosen, or the only one."""
        only = next(iter(self.organisations))
        return self.organisations[self.cleaned_data.get("organisation", only)]


class WithdrawForm(ActingForm):
    pass


class ConceptsField(forms.MultipleChoiceField):
    """Competences by their keys (`competence:2026:evidence.mdr`): those offered as check boxes, and others if `open`.

    Clean values are the `Concept` rows. An empty value is left out: it is a menu in which nothing was chosen.
    """

    default_error_messages = {"invalid_choice": gettext_lazy("Choose from the list. This is not in it: %(value)s")}

    def __init__(self, concepts: Sequence[Concept], *, open: bool, labels: dict[int, str], **kwargs: Any) -> None:
        self.concepts, self.open = {concept.key: concept for concept in concepts}, open
        choices = [(key, labels.get(row.pk) or localised(row, "name")) for key, row in self.concepts.items()]
        super().__init__(choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def to_python(self, value: Any) -> list[str]:
        return [key for key in super().to_python(value) if key]

    def validate(self, value: list[str]) -> None:
        unknown = [key for key in value if key not in self.concepts]
        if self.open and unknown:
            self.concepts |= _by_key(unknown)
        for key in value:
            if key not in self.concepts:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": key[:100]})

    def clean(self, value: Any) -> list[Concept]:
        return [self.concepts[key] for key in dict.fromkeys(super().clean(value))]


def _by_key(keys: list[str]) -> dict[str, Concept]:
    """Competences of the vocabulary by their keys; unknown ones are left out."""
    codes = [key.rpartition(":")[2] for key in keys if "\0" not in key]
    found = Concept.objects.competences().filter(code__in=codes)
    return {concept.key: concept for concept in found if concept.key in keys}


class InterestForm(ActingForm):
    offers = forms.CharField(
        label=gettext_lazy("What you offer, in your words"),
        help_text=gettext_lazy("For example: clean room, regulatory affairs"),
        max_length=500,
        required=False,
    )
    seeks = forms.CharField(
        label=gettext_lazy("What you look for, in your words"),
        help_text=gettext_lazy("For example: a partner for clinical tests"),
        max_length=500,
        required=False,
    )
    wants_to_lead = forms.BooleanField(label=gettext_lazy("We would like to lead a network"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note for the facilitator"),
        help_text=gettext_lazy("Only the facilitator of the call and your own people read it"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who may see it"),
        help_text=gettext_lazy("The facilitator of the call always reads all of it."),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        required=False,
        initial=Visibility.FACILITATOR,
    )
    opens_competences = forms.BooleanField(
        label=gettext_lazy("Show these competences to everyone who sees our interest"),
        help_text=gettext_lazy(
            "For this call only. Without it others read those that your profile opens to them, and no more."
        ),
        required=False,
    )

    def __init__(self, data: Any = None, *, interest: Interest | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if self.known:
            self._ask_competences(self.known, interest)
        if interest and not self.is_bound:
            self.initial = self.told(interest) | self.initial
        # Sentences in the language of the reader, not of the process's start.
        self.fields["visibility"].choices = [
            (value, format_html('<b>{}</b><span class="d-block small muted">{}</span>', value.label, WHO_SEES[value]))
            for value in Visibility
        ]
        self.order_fields(
            ["organisation", "offered", "offers", "sought", "seeks", "wants_to_lead", "note", "visibility"]
        )

    def _ask_competences(self, organisation: Organisation, interest: Interest | None) -> None:
        rows = list(organisation.competences.select_related("concept"))
        rows.sort(key=lambda row: localised(row.concept, "name"))
        own = {direction: [row for row in rows if row.direction == direction] for direction in Competence.Direction}
        told = list(interest.sought.all()) if interest else []
        asked = list(_by_key(self.data.getlist("sought")).values()) if self.is_bound else []
        sought = {row.concept.key: row.concept for row in own[Competence.Direction.SEEKS]}
        sought |= {concept.key: concept for concept in [*told, *asked]}
        self.fields["offered"] = ConceptsField(
            [row.concept for row in own[Competence.Direction.OFFERS]],
            open=False,
            labels=_labels(own[Competence.Direction.OFFERS]),
            label=gettext_lazy("What you offer for this call"),
        )
        self.fields["sought"] = ConceptsField(
            list(sought.values()),
            open=True,
            labels=_labels(own[Competence.Direction.SEEKS]),
            label=gettext_lazy("What you look for in this call"),
        )

    def further(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The rest of the vocabulary, by topic, for the menus below the check boxes: (topic, [(key, name)])."""
        shown = {key for key, _label in self.fields["sought"].choices} if self.known else set()
        leaves = Concept.objects.competences().filter(~Q(parent=None), children=None).select_related("parent")
        topics: dict[str, list[tuple[str, str]]] = {}
        for concept in leaves:
            if concept.key not in shown:
                topics.setdefault(localised(concept.parent, "name"), []).append(
                    (concept.key, localised(concept, "name"))
                )
        return sorted((topic, sorted(names, key=lambda name: name[1])) for topic, names in topics.items())

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or Visibility.FACILITATOR

    def details(self) -> InterestDetails | None:
        """What was told; None where the form was sent without telling anything (the button "I'm interested")."""
        if not {"offers", "seeks", "note", "wants_to_lead", "offered", "sought", "visibility"} & set(self.data):
            return None
        told = self.cleaned_data
        return InterestDetails(told["note"], told["offers"], told["seeks"], told["wants_to_lead"], self._choice())

    def _choice(self) -> Choice | None:
        """Competences and who may see the interest; None, which keeps them, where only words were sent."""
        if not {"offered", "sought", "visibility"} & set(self.data):
            return None
        told = self.cleaned_data
        return Choice(
            offered=told.get("offered", []),
            sought=told.get("sought", []),
            visibility=told["visibility"],
            opens_competences=told["opens_competences"],
        )

    @staticmethod
    def told(interest: Interest) -> dict[str, Any]:
        """What was told before, to start from."""
        return {
            "organisation": interest.organisation.slug,
            "offers": interest.offers,
            "seeks": interest.seeks,
            "note": interest.note,
            "wants_to_lead": interest.wants_to_lead,
            "offered": [concept.key for concept in interest.offered.all()],
            "sought": [concept.key for concept in interest.sought.all()],
            "visibility": interest.visibility,
            "opens_competences": interest.opens_competences,
        }


def _labels(rows: list[Competence]) -> dict[int, str]:
    """The name of each own competence, with who reads it in the profile."""
    return {
        row.concept_id: format_html(
            '{} <span class="small muted">({})</span>', localised(row.concept, "name"), row.get_level_display()
        )
        for row in rows
    }
