"""People around a selection, and proposals that have come some way."""

from django.utils import timezone

from assessment.models import Assessment
from assessment.operations.admissibility import Found, save_checks
from calls.procedure import admissibility_of
from district_portal.accounts.models import User
from projects.models import Partner
from tests.factories.enterprises import MembershipFactory

REASON = "The annex is missing."
TEXT = "The plan says who does what, and by when."


def lead_owner(assessment: Assessment) -> User:
    partner = assessment.network.partners.get(role=Partner.Role.LEAD)
    return MembershipFactory(organisation=partner.organisation).user


def checked(assessment: Assessment, actor: User, **findings: str) -> Assessment:
    """Every line met, but for those named (`complete="not_met"`; - is written _)."""
    for stage in ("formal", "substantive"):
        lines = [item.code for item in admissibility_of(assessment.network.call) if item.stage == stage]
        given = {code: findings.get(code.replace("-", "_"), "met") for code in lines}
        found = {code: Found(finding, "" if finding == "met" else REASON) for code, finding in given.items()}
        save_checks(assessment, stage=stage, found=found, actor=actor, moment=timezone.now())
        if stage == "formal" and "not_met" in given.values():
            break
    assessment.refresh_from_db()
    return assessment
