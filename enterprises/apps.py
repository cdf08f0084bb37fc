from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        from district_portal.shared import desk as shared_desk
        from enterprises import desk

        shared_desk.register(desk.tasks)
