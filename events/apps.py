from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from district_portal.shared import desk
        from events.desk import tasks

        desk.register(tasks)
