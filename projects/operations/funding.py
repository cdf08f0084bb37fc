"""From an approved network to a funded project."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from enterprises.models import SizeDeclaration
from projects.models import Award, Network, Project
from projects.states import FUNDABLE

# States of a call in which its networks can be funded: it takes no more of them.
FUNDING_STATES = {CallState.IN_ASSESSMENT, CallState.RANKED, CallState.CONCLUDED}

Amounts = Mapping[int, tuple[Decimal, Decimal]]
"""Cost and grant (EUR) by the partner's id."""


@transaction.atomic
def fund_network(network: Network, *, actor: User, acronym: str = "", amounts: Amounts | None = None) -> Project:
    """Make an approved network of an assessed call a funded project, with its confirmed partners as beneficiaries.

    The idea stays with the network: it was written for the facilitator, a project's page is public. Amounts that are
    not given, dates and state stay unknown (NULL) until staff enter them; with amounts the aid is awarded today. The
    size of an enterprise is that of its latest declaration.
    Raises `DomainError` if the network or its call is not that far, or if it has its project.
    """
    network = Network.objects.select_for_update(of=["self"]).select_related("call").get(pk=network.pk)
    _check(network)
    acronym = acronym.strip() or _acronym(network.title)
    project = Project.objects.create(
        slug=_free_slug(acronym),
        acronym=acronym,
        title=network.title,
        call=network.call,
        district_id=network.district_id,
        network=network,
        illustrative=network.illustrative,
    )
    partners = list(network.partners.accepted())
    sizes = _latest_sizes([partner.organisation_id for partner in partners])
    awarded = {partner.pk: amounts[partner.pk] for partner in partners if amounts and partner.pk in amounts}
    Award.objects.bulk_create(
        Award(
            project=project,
            organisation_id=partner.organisation_id,
            role=partner.role,
            size=sizes.get(partner.organisation_id, ""),
            cost=awarded[partner.pk][0] if partner.pk in awarded else None,
            grant=awarded[partner.pk][1] if partner.pk in awarded else None,
            awarded_on=timezone.localdate() if partner.pk in awarded else None,
        )
        for partner in partners
    )
    return project


def _check(network: Network) -> None:
    if network.state not in FUNDABLE:
        raise DomainError(
            _("“%(network)s” is not approved: only an approved network can be funded.") % {"network": network}
        )
    if network.call.state not in FUNDING_STATES:
        raise DomainError(
            _("The call of “%(network)s” is not in assessment yet. Move the call on first.") % {"network": network}
        )
    if Project.objects.filter(network=network).exists():
        raise DomainError(_("“%(network)s” is a funded project already.") % {"network": network})


def _acronym(title: str) -> str:
    """The whole title where it is short, else the first letters of its words; staff can change it."""
    if len(title) <= 20:
        return title
    return "".join(word[0] for word in title.split()).upper()[:40]


def _free_slug(acronym: str) -> str:
    wanted = slugify(acronym)[:70] or "project"
    taken = set(Project.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    if wanted not in taken:
        return wanted
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{wanted}-{number}") not in taken)


def _latest_sizes(organisations: list[int]) -> dict[int, str]:
    declared = SizeDeclaration.objects.filter(organisation__in=organisations).order_by("year")
    return dict(declared.values_list("organisation", "size"))
