from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from district_portal.shared import desk


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Networks and projects")

    def ready(self) -> None:
        from projects import notifications  # noqa: F401, PLC0415  (messages are declared on import)
        from projects.desk import invitations, networks_to_finish, networks_to_review  # noqa: PLC0415

        for provider in (invitations, networks_to_finish, networks_to_review):
            desk.register(provider)

        from district_portal.reports import registry  # noqa: PLC0415
        from projects.reports import FUNDING  # noqa: PLC0415

        registry.register(FUNDING)
