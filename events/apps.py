from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from district_portal.accounts.models import Role
        from district_portal.shared import desk
        from events import notifications  # noqa: F401  (messages are declared on import)
        from events.desk import tasks

        desk.register(tasks, roles=[Role.ORGANISER])
