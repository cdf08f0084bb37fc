"""People, regions, districts and appointments in the administration pages."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import Appointment, District, Region, User


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "given_name", "family_name"]
        field_classes: dict = {}


class AppointmentInline(admin.TabularInline):
    model = Appointment
    extra = 0
    autocomplete_fields = ["district"]


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    add_form = PersonCreationForm
    ordering = ["family_name", "given_name", "pk"]
    list_display = ["email", "given_name", "family_name", "language", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "appointments__role"]
    search_fields = ["email", "given_name", "family_name"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ["groups", "user_permissions"]
    inlines = [AppointmentInline]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Person"), {"fields": ["given_name", "family_name", "language"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["email", "given_name", "family_name", "usable_password", "password1", "password2"],
            },
        )
    ]


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    list_display = ["name_it", "nuts", "country"]
    search_fields = ["name_it", "name_en", "nuts"]
    prepopulated_fields = {"slug": ["name_it"]}


@admin.register(District)
class DistrictAdmin(admin.ModelAdmin):
    list_display = ["name_it", "name_en", "region", "seat", "nuts"]
    list_filter = ["region"]
    list_select_related = ["region"]
    search_fields = ["name_it", "name_en", "slug"]
    prepopulated_fields = {"slug": ["name_it"]}


@admin.register(Appointment)
class AppointmentAdmin(admin.ModelAdmin):
    list_display = ["user", "role", "region", "district", "valid_from", "valid_to"]
    list_filter = ["role", "region", "district"]
    list_select_related = ["user", "region", "district"]
    search_fields = ["user__email", "user__given_name", "user__family_name"]
    autocomplete_fields = ["user", "district"]
