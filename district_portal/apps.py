from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "district_portal"

    def ready(self) -> None:
        from district_portal import checks  # noqa: F401  (registers the system checks)
