from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from district_portal.shared import desk


class ReportsConfig(AppConfig):
    name = "district_portal.reports"
    label = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from district_portal.reports import notifications  # noqa: F401  (messages are declared on import)
        from district_portal.reports.desk import stopped_reports

        desk.register(stopped_reports)
