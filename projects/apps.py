from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from district_portal.shared import desk


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Networks and projects")

    def ready(self) -> None:
        from district_portal.accounts.models import Role
        from projects import notifications  # noqa: F401  (messages are declared on import)
        from projects.desk import invitations, networks_to_finish, networks_to_review
        from projects.desk_forming import help_asked, lead_offers
        from projects.desk_sending import integrations_to_answer, proposals_to_send, sign_offs_to_give

        desk.register(invitations, lead_offers, networks_to_finish, roles=["enterprise"])
        desk.register(integrations_to_answer, proposals_to_send, sign_offs_to_give, roles=["enterprise"])
        desk.register(networks_to_review, roles=[Role.FACILITATOR, Role.REGIONAL_STAFF])
        desk.register(help_asked)

        from district_portal.reports import registry
        from projects.reports import FUNDING

        registry.register(FUNDING)

        from projects.papers.kinds import KINDS
        from projects.papers.registry import register

        for kind in KINDS:
            register(kind)
