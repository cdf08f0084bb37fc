"""Addresses of tickets: the secret in the address is the key."""

from django.urls import path

from events.views import tickets

app_name = "tickets"

urlpatterns = [
    path("tickets/<slug:token>.ics", tickets.calendar, name="ics"),
    path("tickets/<slug:token>/", tickets.detail, name="detail"),
    path("tickets/<slug:token>/cancel/", tickets.cancel, name="cancel"),
]
