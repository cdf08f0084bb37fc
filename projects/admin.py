"""Administration: funded projects, their awards and payments are entered here; networks are looked at, not edited."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district_portal.shared.errors import DomainError
from projects.models import Award, Decision, Network, Partner, Payment, Project
from projects.operations.funding import fund_network

# Letter, two digits of the year, letter, eleven digits (the national system of project codes).
CUP = re.compile(r"[A-Z]\d{2}[A-Z]\d{11}")


class LookOnly:
    """What the workspace and its operations change, administrators only look at."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PartnerInline(LookOnly, admin.TabularInline):
    model = Partner
    fields = ["organisation", "role", "state", "invited_at", "answered_at"]


class DecisionInline(LookOnly, admin.TabularInline):
    model = Decision
    fields = ["at", "actor", "from_state", "to_state", "reason"]


@admin.register(Network)
class NetworkAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["title", "call", "district", "state", "submitted_at", "decided_at"]
    list_filter = ["state", "call", "district"]
    list_select_related = ["call", "district"]
    search_fields = ["title", "partners__organisation__name"]
    inlines = [PartnerInline, DecisionInline]
    actions = ["fund"]

    @admin.action(description=gettext_lazy("Make it a funded project"), permissions=["fund"])
    def fund(self, request: HttpRequest, queryset: QuerySet[Network]) -> HttpResponseRedirect | None:
        """Each chosen network by itself: a refusal of one does not undo the others."""
        funded = []
        for network in queryset:
            try:
                funded.append(fund_network(network, actor=request.user))
            except DomainError as error:
                self.message_user(request, error.message, messages.ERROR)
        for project in funded:
            words = _("%(project)s is a funded project now. Enter its amounts and dates.")
            self.message_user(request, words % {"project": project}, messages.SUCCESS)
        if len(funded) == 1 and len(queryset) == 1:
            return HttpResponseRedirect(reverse("admin:projects_project_change", args=[funded[0].pk]))
        return None

    def has_fund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("projects.add_project")


class AwardInline(admin.TabularInline):
    model = Award
    extra = 0
    autocomplete_fields = ["organisation"]
    show_change_link = True


class ProjectForm(forms.ModelForm):
    """What a project and its network must have in common."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        network, call = cleaned.get("network"), cleaned.get("call")
        if network and call and network.call_id != call.pk:
            self.add_error("network", _("This network belongs to another call."))
        if network and cleaned.get("district") and network.district_id != cleaned["district"].pk:
            self.add_error("district", _("The network is of another district."))
        return cleaned

    def clean_cup(self) -> str | None:
        cup = self.cleaned_data["cup"]
        if cup and not CUP.fullmatch(cup):
            raise forms.ValidationError(_("Enter a CUP of 15 letters and digits, like E44E20000140007."))
        return cup


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    form = ProjectForm
    list_display = ["acronym", "title", "call", "district", "state", "starts_on", "illustrative"]
    list_filter = ["call", "district", "state", "illustrative"]
    list_select_related = ["call", "district"]
    search_fields = ["acronym", "title", "cup", "awards__organisation__name"]
    prepopulated_fields = {"slug": ["acronym"]}
    inlines = [AwardInline]


class PaymentInline(admin.TabularInline):
    model = Payment
    extra = 1


@admin.register(Award)
class AwardAdmin(admin.ModelAdmin):
    """One award with its payments."""

    list_display = ["project", "organisation", "role", "cost", "grant", "awarded_on"]
    list_filter = ["project__call", "project__district", "size"]
    list_select_related = ["project", "organisation"]
    search_fields = ["project__acronym", "organisation__name"]
    autocomplete_fields = ["project", "organisation"]
    inlines = [PaymentInline]
