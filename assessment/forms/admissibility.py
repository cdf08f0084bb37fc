"""What the Region types about admissibility, and what a network answers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import AdmissibilityCheck
from assessment.operations.admissibility import Found
from assessment.words import SHORT
from calls.procedure import ChecklistItem, questions_of
from projects import sections
from projects.models import Network

Finding = AdmissibilityCheck.Finding


class FindingField(forms.ChoiceField):
    """Asked for in the end, but may be left for later."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)


class ChecksForm(forms.Form):
    """One stage of the checklist: for each line what was found, and why where it is not met. Lines may stay open."""

    use_required_attribute = False

    def __init__(self, *args: Any, lines: list[tuple[ChecklistItem, AdmissibilityCheck | None]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for number, (item, check) in enumerate(lines, 1):
            self.fields[f"finding_{item.code}"] = FindingField(
                label=format_lazy("{}. {}", number, item.text),
                choices=Finding.choices,
                widget=forms.RadioSelect,
                initial=check.finding if check else None,
            )
            self.fields[f"note_{item.code}"] = forms.CharField(
                label=gettext_lazy("Reason, where it is not met"),
                max_length=1000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=check.note if check else "",
            )

    @property
    def rows(self) -> list[tuple[Any, Any, AdmissibilityCheck | None]]:
        """Bound fields of each line, and what is saved."""
        return [(self[f"finding_{item.code}"], self[f"note_{item.code}"], check) for item, check in self.lines]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for item, _check in self.lines:
            finding, note = given.get(f"finding_{item.code}"), given.get(f"note_{item.code}", "")
            if finding and finding != Finding.MET and not note:
                self.add_error(f"note_{item.code}", _("Say why this is not met: the network reads it."))
            if note and not finding:
                self.add_error(f"finding_{item.code}", _("Choose what you found."))
        return given

    @property
    def found(self) -> dict[str, Found]:
        """Lines on which something was found, by their codes."""
        given = self.cleaned_data
        return {
            item.code: Found(given[f"finding_{item.code}"], given[f"note_{item.code}"])
            for item, _check in self.lines
            if given[f"finding_{item.code}"]
        }


# What a line of our own list is about; lines of a call's own list are not known beforehand.
SECTIONS_OF_LINES = {
    "complete": [sections.ATTACHMENTS, sections.DECLARATIONS],
    "who": [sections.PARTNERS],
    "subject": [sections.SUMMARY],
}


class IntegrationForm(forms.Form):
    """What the network is asked to complete, and until when."""

    sections = forms.MultipleChoiceField(
        label=gettext_lazy("Sections that the network may change"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one section.")},
    )
    text = forms.CharField(
        label=gettext_lazy("What is asked for"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("The network reads exactly this. It is asked only once."),
        error_messages={"required": gettext_lazy("Write what is asked for.")},
    )
    answer_by = forms.DateField(
        label=gettext_lazy("Answer by"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Until the end of this day, Rome time."),
        error_messages={"required": gettext_lazy("Enter a day that is to come.")},
    )

    def __init__(self, *args: Any, network: Network, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sections"].choices = section_choices(network)

    def clean_answer_by(self) -> datetime:
        day = self.cleaned_data["answer_by"]
        if day <= timezone.localdate():
            raise forms.ValidationError(_("Enter a day that is to come."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def integration_initial(
    network: Network, lines: list[tuple[ChecklistItem, AdmissibilityCheck | None]], days: int
) -> dict[str, Any]:
    """Text and sections from the lines that can be cured, and the call's days to answer."""
    curable = [(item, check) for item, check in lines if check is not None and check.finding == Finding.CURABLE]
    chosen = {section for item, _check in curable for section in SECTIONS_OF_LINES.get(item.code, [])}
    if any(item.code == "costs" for item, _check in curable):
        chosen |= {sections.budget_key(partner.pk) for partner in network.partners.accepted()}
    return {
        "text": "\n\n".join(f"{item.text}\n{check.note}" for item, check in curable),
        "sections": sorted(chosen),
        "answer_by": (timezone.localdate() + timedelta(days=days)).isoformat(),
    }


def section_choices(network: Network) -> list[tuple[str, str]]:
    """Every section of the proposal with its name, in the order of the proposal."""
    partners = list(network.partners.accepted().select_related("organisation"))
    found = [
        (sections.SUMMARY, _("Summary: title, idea, legal form, duration")),
        (sections.PARTNERS, _("Partners, their tasks and personnel")),
        (sections.COVERAGE, _("Competences needed and who covers them")),
    ]
    for question in questions_of(network.call):
        if question.per_partner:
            found += [
                (sections.answer_key(question.code, partner.pk), f"{question.text} – {partner.organisation.name}")
                for partner in partners
            ]
        else:
            found.append((sections.answer_key(question.code), question.text))
    found += [
        (sections.PLAN, _("Work plan")),
        (sections.RISKS, _("Risks")),
        (sections.INDICATORS, _("Expected indicators")),
    ]
    found += [
        (sections.budget_key(partner.pk), _("Budget of %(name)s") % {"name": partner.organisation.name})
        for partner in partners
    ]
    return [*found, (sections.DECLARATIONS, _("Declarations")), (sections.ATTACHMENTS, _("Attachments"))]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Those concerned read it, and it stays in the journal."),
        error_messages={"required": gettext_lazy("Give the reason.")},
    )


class RejectionForm(ReasonForm):
    """The reason that the list of exclusions shows to everyone."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=format_lazy(
            gettext_lazy(
                "It is published with the ranking: everyone reads the first {length} characters, the network reads all "
                "of it. Write no names of people and nothing personal about them."
            ),
            length=SHORT,
        ),
        error_messages={"required": gettext_lazy("Give the reason.")},
    )


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Say why the proposal should not be rejected. You can answer once."),
        error_messages={"required": gettext_lazy("Write your answer.")},
    )
