"""After the ranking: waivers, and the funded networks that become projects."""

from __future__ import annotations

import json
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from assessment.models import Assessment, Ranking, Waiver
from assessment.notifications import ranking as notifications
from assessment.operations import journal, moves
from assessment.operations.ranking import lock_call
from assessment.rules.points import share_out
from assessment.states import AssessmentState, RankingState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects.models import Project
from projects.operations.funding import Amounts, fund_network
from projects.states import ProjectState


@transaction.atomic
def record_waiver(assessment: Assessment, *, reason: str, actor: User) -> Waiver:
    """A funded network gives its funding back (*rinuncia*): its grant is free for those further down.

    Its project, where there is one, is revoked. Raises `DomainError` unless it is funded, or where it was paid.
    """
    lock_call(assessment.network.call)
    if not reason.strip():
        raise DomainError(_("Say why the network gives its funding back."))
    project = Project.objects.filter(network=assessment.network).first()
    if project is not None and project.awards.filter(payments__isnull=False).exists():
        raise DomainError(_("Something was paid to this project already: it is revoked as a project."))
    locked = moves.move(assessment, AssessmentState.WAIVED, actor=actor, reason=reason.strip())
    waiver = Waiver.objects.create(assessment=locked, reason=reason.strip(), recorded_by=actor)
    if project is not None:
        project.state = ProjectState.REVOKED
        project.save(update_fields=["state"])
    notifications.waived(waiver)
    return waiver


@transaction.atomic
def make_projects(ranking: Ranking, *, actor: User) -> list[Project]:
    """Projects of all networks that the published ranking funds and that have none: with cost and grant per partner.

    A step of its own after the publication: a grant is awarded (*concessione*) when the checks on the beneficiaries
    are done. Again: only those that are missing. Raises `DomainError` for a ranking that is not the published one.
    """
    call = lock_call(ranking.call)
    if not Ranking.objects.filter(pk=ranking.pk, state=RankingState.PUBLISHED).exists():
        raise DomainError(_("Projects are made from the published ranking only."))
    rows = Assessment.objects.filter(network__call=call, state=AssessmentState.FUNDED, network__project=None)
    made = []
    for assessment in rows.select_related("network__call", "network__district", "submission").order_by("received_at"):
        amounts = amounts_of(assessment)
        project = fund_network(assessment.network, actor=actor, amounts=amounts)
        journal.write(call, "project_made", actor=actor, assessment=assessment, project=project.pk)
        made.append(project)
    return made


def amounts_of(assessment: Assessment) -> Amounts:
    """Cost and grant of each partner (by its id), EUR, as they were sent.

    Where the grant is not the sum of what the partners asked for (it was cut, or their parts are not known), it is
    shared out in proportion, to the cent. Empty where nothing was sent of the costs: the amounts stay unknown.
    """
    content = json.loads(assessment.submission.content)
    costs: dict[str, Decimal] = {}
    for slug, *_cell, amount in content["budget"]:
        costs[slug] = costs.get(slug, Decimal(0)) + Decimal(amount)
    if not costs or assessment.grant is None:
        return {}
    asked = {slug: Decimal(content.get("aid", {}).get(slug, 0)) for slug in costs}
    if sum(asked.values()) != assessment.grant:
        asked = share_out(assessment.grant, asked if any(asked.values()) else costs)
    partners = dict(assessment.network.partners.accepted().values_list("organisation__slug", "pk"))
    return {partners[slug]: (cost, min(asked[slug], cost)) for slug, cost in costs.items() if slug in partners}
