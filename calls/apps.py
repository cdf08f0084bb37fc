from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from calls.desk import tasks
        from district_portal.shared import desk

        desk.register(tasks)
