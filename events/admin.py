"""Events and their programme are entered by staff. Places are changed by the operation, which tells who gets one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from events import operations
from events.forms import EventForm
from events.models import Event, EventFigure, Session


class SessionInline(admin.TabularInline):
    model = Session
    extra = 1


class EventFigureInline(admin.TabularInline):
    model = EventFigure
    extra = 0


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    form = EventForm
    list_display = ["title_it", "starts_at", "district", "capacity", "taken", "published"]
    list_filter = ["published", "district"]
    search_fields = ["title_it", "title_en", "slug"]
    prepopulated_fields = {"slug": ["title_it"]}
    autocomplete_fields = ["previous"]
    raw_id_fields = ["municipality"]
    readonly_fields = ["taken"]
    inlines = [SessionInline, EventFigureInline]

    def save_model(self, request: HttpRequest, obj: Event, form: EventForm, change: bool) -> None:
        if change and "capacity" in form.changed_data:
            operations.change_capacity(obj, actor=request.user, capacity=obj.capacity)
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.readonly_fields if obj else []
