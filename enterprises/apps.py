from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from district_portal.shared import desk


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        from enterprises import notifications  # noqa: F401  (messages are declared on import)
        from enterprises.desk import invitations, profiles_to_complete

        desk.register(invitations)
        desk.register(profiles_to_complete, roles=["enterprise"])
