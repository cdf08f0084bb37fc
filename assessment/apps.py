from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from district_portal.shared import desk


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = _("Assessment")

    def ready(self) -> None:
        from assessment import notifications  # noqa: F401  (messages are declared on import)
        from assessment.desk import proposals_to_score, rejections_to_answer, selections_to_run
        from assessment.operations import receiving
        from district_portal.accounts.models import Role
        from projects.operations import listeners

        listeners.SENT.append(receiving.receive)
        listeners.WITHDRAWN.append(receiving.withdraw)
        listeners.INTEGRATED.append(receiving.integrated)
        from assessment.desk_ranking import panels_to_decide, rankings_to_publish

        desk.register(rejections_to_answer, roles=["enterprise"])
        desk.register(proposals_to_score, panels_to_decide, roles=[Role.EVALUATOR])
        desk.register(selections_to_run, roles=[Role.REGIONAL_STAFF, Role.FACILITATOR, "admin"])
        desk.register(rankings_to_publish, roles=[Role.REGIONAL_STAFF, Role.FACILITATOR])

        from assessment.panels.outcome import outcome_of
        from projects.panels import outcome

        outcome.register(outcome_of)

        from assessment.letters import KINDS
        from projects.papers.registry import register

        for kind in KINDS:
            register(kind)
