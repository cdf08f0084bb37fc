"""Programmes, families, themes and published figures are entered here. Calls are only read: they have pages of their
own, with a second person's approval, and there is no second way."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import (
    Approval,
    Call,
    CallDeadline,
    CallDecision,
    CallDocument,
    CallFamily,
    CallFigure,
    CallMilestone,
    Programme,
    Theme,
)


class ReadOnly:
    """What is written by operations and only read here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    extra = 0
    can_delete = False


class CallDeadlineInline(ReadOnlyInline):
    model = CallDeadline
    fields = ["closes_at", "has_time", "note", "set_at", "set_by"]


class CallDecisionInline(ReadOnlyInline):
    model = CallDecision
    fields = ["at", "actor", "from_state", "to_state", "reason"]


class ApprovalInline(ReadOnlyInline):
    model = Approval
    fields = ["asked_at", "asked_by", "target", "state", "answered_by", "answered_at", "reason"]


class CallDocumentInline(ReadOnlyInline):
    model = CallDocument
    fields = ["title_it", "title_en", "language", "size", "sha256", "published_on"]
    readonly_fields = ["size", "sha256"]


class CallMilestoneInline(ReadOnlyInline):
    model = CallMilestone


@admin.register(Call)
class CallAdmin(ReadOnly, admin.ModelAdmin):
    fields = [
        "publishing_page", "state", "programme", "slug", "family", "edition", "tier", "first_tier", "actuator",
        "title_it", "title_en", "opens_at", "closes_at", "questions_until", "published_at", "districts", "themes",
        "facilitator", "budget", "illustrative",
    ]  # fmt: skip
    readonly_fields = ["publishing_page"]
    list_display = ["title_it", "state", "opens_at", "closes_at", "programme", "publishing_page"]
    list_filter = ["state", "programme"]
    list_select_related = ["programme"]
    search_fields = ["title_it", "title_en", "slug"]
    inlines = [ApprovalInline, CallDecisionInline, CallDeadlineInline, CallMilestoneInline, CallDocumentInline]

    @admin.display(description=gettext_lazy("change, approve, publish"))
    def publishing_page(self, call: Call) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("publishing:detail", args=[call.slug]), _("Publishing page"))


@admin.register(CallFigure)
class CallFigureAdmin(admin.ModelAdmin):
    list_display = ["name_it", "value", "unit", "as_of", "call"]
    list_select_related = ["call"]
    raw_id_fields = ["call"]


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    list_display = ["name_it", "region"]
    search_fields = ["name_it", "name_en"]
    prepopulated_fields = {"slug": ["name_it"]}


@admin.register(CallFamily)
class CallFamilyAdmin(admin.ModelAdmin):
    list_display = ["name_it", "programme"]
    list_select_related = ["programme"]
    search_fields = ["name_it", "name_en"]


@admin.register(Theme)
class ThemeAdmin(admin.ModelAdmin):
    list_display = ["name_it", "name_en"]
    prepopulated_fields = {"slug": ["name_it"]}
