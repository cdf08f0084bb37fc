from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"
    verbose_name = _("Calls")

    def ready(self) -> None:
        from calls import notifications  # noqa: F401  (messages are declared on import)
        from calls.desk import publishing_tasks, question_tasks, tasks
        from district_portal.accounts.models import Role
        from district_portal.shared import desk

        desk.register(tasks, roles=[Role.FACILITATOR])
        desk.register(question_tasks, roles=[Role.FACILITATOR, Role.REGIONAL_STAFF])
        desk.register(publishing_tasks, roles=[Role.FACILITATOR, Role.REGIONAL_STAFF, "admin"])
