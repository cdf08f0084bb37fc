"""Addresses: pages below /it/ and /en/, machine addresses without language."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from calls.feeds import opendata, subscriptions
from calls.views import unsubscribing
from district_portal import desk, home, status
from district_portal.accounts import views as accounts

handler429 = "district_portal.shared.limits.too_many_requests"
# The administration's own sign-in page knows neither limits nor second factor: everybody signs in by the same door.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("calls/feed.atom", subscriptions.NewCallsFeed(), name="calls_feed"),
    path("calls/deadlines.ics", subscriptions.deadlines_calendar, name="calls_calendar"),
    path("calls/<slug:slug>/deadline.ics", subscriptions.call_calendar, name="call_calendar"),
    path("calendars/<slug:token>.ics", subscriptions.personal_calendar, name="personal_calendar"),
    path("alerts/off/<slug:token>/", unsubscribing.one_click, name="alerts_one_click"),
    path("opendata/calls.json", opendata.calls_json, name="opendata_calls_json"),
    path("opendata/calls.csv", opendata.calls_csv, name="opendata_calls_csv"),
    path("opendata/calls.jsonld", opendata.calls_jsonld, name="opendata_calls_jsonld"),
    path("opendata/call-import.schema.json", opendata.import_schema, name="opendata_import_schema"),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("privacy/", home.privacy, name="privacy"),
        path("accessibility/", home.accessibility, name="accessibility"),
        path("opendata/", opendata.opendata, name="opendata"),
        path("desk/", desk.desk, name="desk"),
        path("status/", status.overview, name="status"),
        path("status/messages/<int:pk>/retry/", status.retry_message, name="message_retry"),
        path("status/messages/<int:pk>/abandon/", status.abandon_message, name="message_abandon"),
        path("status/mail/", status.mail_list, name="status_mail"),
        path("status/mail/<int:pk>/", status.mail_detail, name="status_mail_detail"),
        path("accounts/profile/", accounts.account_profile, name="account_profile"),
        path("accounts/session/", accounts.account_session, name="account_session"),
        path("accounts/", include("allauth.urls")),
        path("inbox/", include("district_portal.notifications.urls")),
        path("reports/", include("district_portal.reports.urls")),
        path("calls/", include("calls.urls")),
        path("publishing/", include("calls.publishing_urls")),
        path("alerts/", include("calls.alerts_urls")),
        path("organisations/", include("enterprises.urls")),
        path("events/", include("events.urls")),
        path("", include("events.ticket_urls")),
        path("", include("projects.urls")),
        path("", include("assessment.urls")),
        path("admin/", admin.site.urls),
    ),
]
