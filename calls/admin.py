"""Programmes and calls are entered by staff. The state is moved by actions, each one operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import (
    Call,
    CallDeadline,
    CallDecision,
    CallDocument,
    CallFigure,
    CallMilestone,
    CallQuerySet,
    Programme,
    Theme,
)
from calls.operations import lifecycle as operations
from district_portal.shared.errors import DomainError
from enterprises.models import OrganisationKind


class CallForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Who may take part"),
        choices=OrganisationKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Kinds of organisation. None: all"),
    )
    deadline_note = forms.CharField(
        label=gettext_lazy("Why the deadline is moved"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Shown to everyone in the timeline of the call"),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    class Meta:
        model = Call
        fields = [
            "programme", "slug", "edition", "title_it", "title_en", "summary_it", "summary_en", "body_it", "body_en",
            "opens_at", "closes_at", "deadline_has_time", "deadline_note", "districts", "themes", "roles",
            "facilitator", "budget", "grant_share", "grant_max", "project_cost_min", "project_cost_max",
            "duration_months", "partners_min", "illustrative",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk and "closes_at" in self.cleaned_data:
            try:
                operations.check_promise(self.instance, self.cleaned_data["closes_at"])
            except DomainError as error:
                self.add_error("closes_at", error.message)
        return cleaned


class HistoryInline(admin.TabularInline):
    """What is written by operations and only read here."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CallDeadlineInline(HistoryInline):
    model = CallDeadline
    fields = ["closes_at", "has_time", "note", "set_at", "set_by"]


class CallDecisionInline(HistoryInline):
    model = CallDecision
    fields = ["at", "actor", "from_state", "to_state"]


class CallDocumentInline(admin.TabularInline):
    model = CallDocument
    extra = 0
    readonly_fields = ["size", "sha256"]


class CallMilestoneInline(admin.TabularInline):
    model = CallMilestone
    extra = 0


class CallFigureInline(admin.StackedInline):
    model = CallFigure
    extra = 0


def _move(operation: Callable[..., Call], description: Any) -> Callable[..., None]:
    """An admin action that calls one operation for each chosen call, and says which it refused and why."""

    @admin.action(description=description, permissions=["change"])
    def move(modeladmin: CallAdmin, request: HttpRequest, queryset: CallQuerySet) -> None:
        for call in queryset:
            try:
                moved = operation(call, actor=request.user)
            except DomainError as error:
                messages.error(request, f"{call}: {error.message}")
            else:
                modeladmin.log_change(request, moved, moved.get_state_display())
                words = {"call": call, "state": moved.get_state_display()}
                messages.success(request, _("%(call)s is now “%(state)s”") % words)

    move.__name__ = operation.__name__
    return move


@admin.register(Call)
class CallAdmin(admin.ModelAdmin):
    form = CallForm
    list_display = ["title_it", "state", "opens_at", "closes_at", "programme", "facilitator"]
    list_filter = ["state", "programme", "districts"]
    list_select_related = ["programme", "facilitator"]
    search_fields = ["title_it", "title_en", "slug"]
    prepopulated_fields = {"slug": ["title_it"]}
    readonly_fields = ["state"]
    raw_id_fields = ["facilitator"]
    filter_horizontal = ["districts", "themes"]
    inlines = [CallDeadlineInline, CallMilestoneInline, CallDocumentInline, CallFigureInline, CallDecisionInline]
    actions = [
        _move(operations.announce_call, gettext_lazy("Announce: show as opening soon")),
        _move(operations.publish_call, gettext_lazy("Publish")),
        _move(operations.start_assessment, gettext_lazy("Start the assessment")),
        _move(operations.publish_ranking, gettext_lazy("Publish the ranking")),
        _move(operations.conclude_call, gettext_lazy("Conclude")),
        _move(operations.cancel_call, gettext_lazy("Cancel the call")),
    ]

    def save_model(self, request: HttpRequest, obj: Call, form: forms.ModelForm, change: bool) -> None:
        operations.save_call(obj, actor=request.user, deadline_note=form.cleaned_data.get("deadline_note", ""))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What people read, and registered interest in, is cancelled; only drafts can be deleted."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == "draft")


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    list_display = ["name_it", "region"]
    search_fields = ["name_it", "name_en"]
    prepopulated_fields = {"slug": ["name_it"]}


@admin.register(Theme)
class ThemeAdmin(admin.ModelAdmin):
    list_display = ["name_it", "name_en"]
    prepopulated_fields = {"slug": ["name_it"]}
