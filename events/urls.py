"""Addresses of events. Tickets are in ticket_urls.py."""

from django.urls import path

from events.views import organisers, public

app_name = "events"

urlpatterns = [
    path("", public.event_list, name="list"),
    path("<slug:slug>/", public.detail, name="detail"),
    path("<slug:slug>/event.ics", public.calendar, name="calendar"),
    path("<slug:slug>/register/", public.register, name="register"),
    path("<slug:slug>/check-in/", organisers.checkin, name="checkin"),
    path("<slug:slug>/participants/", organisers.participants, name="participants"),
    path("<slug:slug>/participants/<int:pk>/arrive/", organisers.arrive, name="arrive"),
    path("<slug:slug>/participants/<int:pk>/undo/", organisers.arrive_undo, name="arrive_undo"),
    path("<slug:slug>/statistics/", organisers.statistics, name="statistics"),
]
