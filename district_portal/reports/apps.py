from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "district_portal.reports"
    label = "reports"
