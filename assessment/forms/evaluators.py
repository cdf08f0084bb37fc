"""Evaluators: who they are, and who evaluates what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Assessment, EvaluatorProfile
from assessment.operations.assignment import evaluators_of
from assessment.states import Conflict
from district_portal.accounts.models import User
from district_portal.shared.ui import localised
from enterprises.models import Concept

MOST = 200


class DueForm(forms.Form):
    due_on = forms.DateField(
        label=gettext_lazy("Scores by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Evaluators are reminded of this day; scores that come later still count."),
    )

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("Enter a day that is to come, or none."))
        return day


class AssignForm(DueForm):
    """One evaluator of the region, by the id of the person."""

    evaluator = forms.ModelChoiceField(
        User.objects.none(),
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("Choose an evaluator."),
            "invalid_choice": gettext_lazy("Choose an evaluator of this region."),
        },
    )

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evaluator"].queryset = evaluators_of(assessment.network.call)


class AssignAllForm(DueForm):
    """`digest`: the plan that was looked at."""

    digest = forms.CharField(
        max_length=64,
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("Look at the plan first.")},
    )


class DeclarationForm(forms.Form):
    declared = forms.ChoiceField(
        label=gettext_lazy("Your declaration"),
        choices=[
            (Conflict.NONE, gettext_lazy("I have no conflict of interest with any of these partners")),
            (Conflict.CONFLICT, gettext_lazy("I have a conflict of interest, or might seem to have one")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    note = forms.CharField(
        label=gettext_lazy("What the conflict is"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only where you have one: whoever runs the selection reads it."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("declared") == Conflict.CONFLICT and not given.get("note"):
            self.add_error("note", _("Say in a few words what the conflict is."))
        return given


class _Concepts(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Concept) -> str:
        return localised(obj, "name")


class ProfileForm(forms.ModelForm):
    """What an evaluator knows, and how much they can take on."""

    expertise = _Concepts(
        Concept.objects.none(),
        label=gettext_lazy("What you know well"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("You get proposals that need these competences first."),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Proposals at once, at most"),
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("Automatic assignment stops there."),
    )

    class Meta:
        model = EvaluatorProfile
        fields = ["expertise", "capacity"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        concepts = Concept.objects.filter(scheme=Concept.Scheme.COMPETENCE)
        self.fields["expertise"].queryset = concepts.order_by("code", "pk")
