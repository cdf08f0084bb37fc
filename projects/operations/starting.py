"""A network that does not start from nothing: from the organisation's interest in the call, or as a copy of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from calls.models import Call, Interest
from calls.procedure import questions_of
from district_portal.accounts.models import User
from enterprises.models import Organisation
from projects.models import Answer, Cover, Need, Network, Partner, WorkPackage
from projects.operations.networks import invite_partner, start_network
from projects.states import PartnerState


@transaction.atomic
def start_from_interest(interest: Interest, *, title: str, idea: str, actor: User, moment: datetime) -> Network:
    """A network whose needed competences are those that its lead offers (it leads them) and looks for (gaps).

    Raises `DomainError` like `start_network`.
    """
    organisation = interest.organisation
    network = start_network(
        interest.call, organisation=organisation, title=title, idea=idea, actor=actor, moment=moment
    )
    network.seeks = interest.seeks
    network.save(update_fields=["seeks"])
    lead = network.partners.get(role=Partner.Role.LEAD)
    offered = list(interest.offered.order_by("code"))
    sought = [each for each in interest.sought.order_by("code") if each not in offered]
    for order, concept in enumerate([*offered, *sought], 1):
        need = Need.objects.create(network=network, concept=concept, order=order)
        if concept in offered:
            Cover.objects.create(need=need, partner=lead, level=Cover.Level.LEADS)
    return network


@transaction.atomic
def copy_network(
    source: Network,
    call: Call,
    *,
    organisation: Organisation,
    title: str,
    idea: str,
    invite_again: bool,
    actor: User,
    moment: datetime,
) -> Network:
    """A new network with the texts, competences and work packages of an older one, without its budget and sign-offs.

    `organisation` led the older one. Answers are taken over for the questions that the new call asks, too, those of
    partners are not. With `invite_again` all who had confirmed get an invitation. Raises `DomainError`.
    """
    idea = idea or source.idea
    network = start_network(call, organisation=organisation, title=title, idea=idea, actor=actor, moment=moment)
    network.copied_from, network.seeks = source, source.seeks
    network.legal_form, network.duration_months = source.legal_form, source.duration_months
    network.save(update_fields=["copied_from", "seeks", "legal_form", "duration_months"])
    lead = network.partners.get(role=Partner.Role.LEAD)
    _copy_needs(source, network, lead)
    for package in source.work_packages.select_related("lead"):
        led = package.lead is not None and package.lead.organisation_id == organisation.pk
        WorkPackage.objects.create(
            network=network,
            number=package.number,
            title=package.title,
            aim=package.aim,
            lead=lead if led else None,
            starts_month=package.starts_month,
            ends_month=package.ends_month,
        )
    codes = [question.code for question in questions_of(call) if not question.per_partner]
    for answer in source.answers.filter(partner=None, question__in=codes):
        Answer.objects.create(network=network, question=answer.question, text=answer.text, edited_by=actor)
    if invite_again:
        former = source.partners.filter(state=PartnerState.ACCEPTED).exclude(organisation=organisation)
        for partner in former.select_related("organisation"):
            invite_partner(network, organisation=partner.organisation, actor=actor)
    return network


def _copy_needs(source: Network, network: Network, lead: Partner) -> None:
    """With what the lead did for each; the others say it again when they have joined."""
    for need in source.needs.prefetch_related("covers__partner"):
        copy = Need.objects.create(network=network, concept_id=need.concept_id, name=need.name, order=need.order)
        for cover in need.covers.all():
            if cover.partner.organisation_id == lead.organisation_id:
                Cover.objects.create(need=copy, partner=lead, level=cover.level)
