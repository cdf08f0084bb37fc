from django.urls import path

from calls.views import alerts, unsubscribing

app_name = "alerts"

urlpatterns = [
    path("", alerts.alert_list, name="list"),
    path("searches/new/", alerts.search_new, name="search_new"),
    path("searches/<int:pk>/", alerts.search_change, name="search_change"),
    path("searches/<int:pk>/pause/", alerts.search_pause, name="search_pause"),
    path("searches/<int:pk>/resume/", alerts.search_resume, name="search_resume"),
    path("searches/<int:pk>/delete/", alerts.search_delete, name="search_delete"),
    path("follows/<int:pk>/remove/", alerts.unfollow, name="unfollow"),
    path("reminders/", alerts.reminders, name="reminders"),
    path("calendar/", alerts.calendar_new, name="calendar_new"),
    path("calendar/revoke/", alerts.calendar_revoke, name="calendar_revoke"),
    path("off/<slug:token>/", unsubscribing.off, name="off"),
    path("on/<slug:token>/", unsubscribing.on, name="on"),
]
