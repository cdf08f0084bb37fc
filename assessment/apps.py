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
        from projects.operations import listeners

        listeners.SENT.append(receiving.receive)
        listeners.WITHDRAWN.append(receiving.withdraw)
        listeners.INTEGRATED.append(receiving.integrated)
        from assessment.desk_ranking import panels_to_decide, rankings_to_publish

        for provider in (
            rejections_to_answer,
            proposals_to_score,
            selections_to_run,
            panels_to_decide,
            rankings_to_publish,
        ):
            desk.register(provider)

        from assessment.letters import KINDS
        from projects.papers.registry import register

        for kind in KINDS:
            register(kind)
