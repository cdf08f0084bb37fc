from django.urls import path

from district_portal.reports import views

app_name = "reports"

urlpatterns = [
    path("", views.run_list, name="list"),
    path("<uuid:pk>/", views.run_detail, name="detail"),
    path("<uuid:pk>/download/", views.run_download, name="download"),
    path("<uuid:pk>/cancel/", views.run_cancel, name="cancel"),
    path("<uuid:pk>/retry/", views.run_retry, name="retry"),
]
