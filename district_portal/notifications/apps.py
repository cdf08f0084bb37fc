from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "district_portal.notifications"
    label = "notifications"
