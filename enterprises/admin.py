"""Organisations and vocabularies in the administration pages."""

from django.contrib import admin
from django.db import models

from enterprises.models import (
    Competence,
    Concept,
    Membership,
    MembershipInvitation,
    Municipality,
    Organisation,
    SizeDeclaration,
)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


class CompetenceInline(admin.TabularInline):
    model = Competence
    extra = 0
    autocomplete_fields = ["concept"]


class SizeDeclarationInline(admin.TabularInline):
    model = SizeDeclaration
    extra = 0
    raw_id_fields = ["declared_by"]


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "municipality", "district", "listed", "illustrative"]
    list_filter = ["kind", "district", "listed", "illustrative"]
    list_select_related = ["municipality", "district"]
    search_fields = ["name", "vat_number", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["municipality", "ateco"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = [MembershipInline, CompetenceInline, SizeDeclarationInline]


@admin.register(MembershipInvitation)
class MembershipInvitationAdmin(admin.ModelAdmin):
    """To read only: an invitation is sent by its operation."""

    list_display = ["organisation", "email", "role", "expires_at", "accepted_at", "revoked_at"]
    list_select_related = ["organisation"]
    exclude = ["token"]

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Concept)
class ConceptAdmin(admin.ModelAdmin):
    list_display = ["code", "name_it", "name_en", "scheme", "version"]
    list_filter = ["scheme", "version"]
    search_fields = ["code", "name_it", "name_en"]
    autocomplete_fields = ["parent"]


@admin.register(Municipality)
class MunicipalityAdmin(admin.ModelAdmin):
    list_display = ["name", "province", "nuts", "istat"]
    list_filter = ["province"]
    search_fields = ["name", "istat"]
