"""Proposals that networks of the demonstration have written: `data/proposals.json`, texts in Italian, all made up.

By network: `starts_after` (days from the deadline to the planned start), partners (tasks, planned share, person-months,
graduates), needs (concept or own words, levels by partner), answers, packages (title, aim, lead, months, milestones,
deliverables), risks, indicators, budget cells ("work package, category, activity, EUR"), attachments, codes of the
declarations given, comments (section, who, days ago, text, replies) and the last change after the first submission.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from calls.models import Call
from district_portal.accounts.models import User
from district_portal.management.demo.dates import days
from district_portal.management.demo.files import pdf
from district_portal.management.demo.organisations import Firms
from enterprises.models import Concept
from projects.content import digest, snapshot
from projects.models import (
    Answer,
    Attachment,
    BudgetLine,
    Comment,
    Cover,
    Decision,
    Declaration,
    Deliverable,
    ExpectedIndicator,
    Look,
    Milestone,
    Need,
    Network,
    Partner,
    ProposalVersion,
    Risk,
    SignOff,
    Submission,
    WorkPackage,
)
from projects.operations import listeners
from projects.operations.chain import add_to_chain, new_code
from projects.operations.sending import files_of
from projects.states import NetworkState
from projects.wanted import declarations_wanted

PROPOSALS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "proposals.json").read_text(encoding="utf-8")
)
DAYS_TO_REPLY = 6

Spec = Mapping[str, Any]
Partners = Mapping[str, Partner]
"""By slug of the organisation; "" and None are nobody."""


def make(users: Mapping[str, User], firms: Firms, calls: Mapping[str, Call], moment: datetime) -> None:
    for spec in PROPOSALS:
        network = Network.objects.select_related("call").get(call=calls[spec["call"]], title=spec["title"])
        write(network, spec, firms)
        _comment(network, spec, users, moment)
        version = _submitted_version(network)
        if spec["looked_at"]:
            Look.objects.create(network=network, user=users["facilitator"], version=version, at=version.at + days(1))
        _change_after(network, spec, moment)
        if network.state == NetworkState.SENT:
            _send(network, version, firms)


def write(network: Network, spec: Spec, firms: Firms) -> None:
    """All that the network's partners say together."""
    closes = network.call.closes_at or network.created_at
    network.legal_form, network.bonuses = spec["legal_form"], spec["bonuses"]
    network.starts_on = (closes + days(spec["starts_after"])).date().replace(day=1)
    network.duration_months = spec["months"]
    network.save()
    partners = {each.organisation.slug: each for each in network.partners.select_related("organisation")}
    for slug, (tasks, share, person_months, graduates) in spec["partners"].items():
        each = partners[slug]
        each.tasks, each.planned_share, each.person_months = tasks, Decimal(share), Decimal(person_months)
        each.graduates_hired = graduates
    Partner.objects.bulk_update(
        [partners[slug] for slug in spec["partners"]], ["tasks", "planned_share", "person_months", "graduates_hired"]
    )
    _cover(network, spec, partners)
    _answer(network, spec, partners, firms)
    _plan(network, spec, partners)
    _papers(network, spec, partners, firms)


def _cover(network: Network, spec: Spec, partners: Partners) -> None:
    codes = [code for code, _name, _levels in spec["needs"] if code]
    concepts = {each.code: each for each in Concept.objects.filter(scheme=Concept.Scheme.COMPETENCE, code__in=codes)}
    covers = []
    for order, (code, name, levels) in enumerate(spec["needs"]):
        need = Need.objects.create(network=network, concept=concepts[code] if code else None, name=name, order=order)
        covers += [Cover(need=need, partner=partners[slug], level=level) for slug, level in levels.items()]
    Cover.objects.bulk_create(covers)


def _answer(network: Network, spec: Spec, partners: Partners, firms: Firms) -> None:
    lead, at = network.created_by, network.created_at + days(8)
    rows = []
    for code, answer in spec["answers"].items():
        for slug, text in answer.items() if isinstance(answer, dict) else [("", answer)]:
            writer = firms.owners[slug] if slug else lead
            row = Answer(network=network, question=code, partner=partners.get(slug), text=text, edited_by=writer)
            row.edited_at = at
            rows.append(row)
    Answer.objects.bulk_create(rows)


def _plan(network: Network, spec: Spec, partners: Partners) -> None:
    packages, milestones, deliverables = [], [], []
    for number, (title, aim, lead, starts, ends, reached, handed_in) in enumerate(spec["packages"], 1):
        package = WorkPackage(network=network, number=number, title=title, aim=aim, lead=partners[lead])
        package.starts_month, package.ends_month = starts, ends
        packages.append(package)
        milestones += [Milestone(work_package=package, title=name, month=month) for name, month in reached]
        deliverables += [
            Deliverable(work_package=package, title=name, description=text, month=month, responsible=partners[who])
            for name, text, month, who in handed_in
        ]
    WorkPackage.objects.bulk_create(packages)
    Milestone.objects.bulk_create(milestones)
    Deliverable.objects.bulk_create(deliverables)
    Risk.objects.bulk_create(
        Risk(network=network, title=title, likelihood=likely, impact=bad, response=response, owner=partners[who])
        for title, likely, bad, response, who in spec["risks"]
    )
    ExpectedIndicator.objects.bulk_create(
        ExpectedIndicator(network=network, code=code, name=name, unit=unit, baseline=baseline, target=Decimal(target))
        for code, name, unit, baseline, target in spec["indicators"]
    )
    lines = []
    for slug, cells in spec["budget"].items():
        for number, category, activity, amount in (cell.split() for cell in cells):
            line = BudgetLine(network=network, partner=partners[slug], work_package=packages[int(number) - 1])
            line.category, line.activity, line.amount = category, activity, Decimal(amount)
            lines.append(line)
    BudgetLine.objects.bulk_create(lines)


def _papers(network: Network, spec: Spec, partners: Partners, firms: Firms) -> None:
    at = network.created_at + days(10)
    wanted = declarations_wanted(network.call)
    Declaration.objects.bulk_create(
        Declaration(network=network, code=code, text=wanted[code][0], given_by=network.created_by, given_at=at)
        for code in spec["declared"]
    )
    for kind, title, slug, name in spec["attachments"]:
        content = pdf(title, ["Documento illustrativo, fatto per la dimostrazione del portale.", network.title])
        Attachment.objects.create(
            network=network,
            partner=partners.get(slug),
            kind=kind,
            title=title,
            file=ContentFile(content, name),
            name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            uploaded_by=firms.owners[slug] if slug else network.created_by,
            uploaded_at=at,
        )


def _comment(network: Network, spec: Spec, users: Mapping[str, User], moment: datetime) -> None:
    keys = {each.organisation.slug: str(each.pk) for each in network.partners.select_related("organisation")}
    for section, who, ago, text, replies in spec["comments"]:
        kind, colon, about = section.partition(":")
        key = f"{kind}{colon}{keys.get(about, about)}"
        at = moment - days(ago)
        first = Comment.objects.create(network=network, section=key, author=users[who], text=text, at=at)
        for replier, reply in replies:
            Comment.objects.create(
                network=network,
                section=key,
                author=users[replier],
                text=reply,
                at=at + timedelta(hours=2),
                reply_to=first,
            )


def _submitted_version(network: Network) -> ProposalVersion:
    """The version that was submitted for review."""
    submitted = network.decisions.get(to_state=NetworkState.SUBMITTED)
    content = snapshot(network)
    version = ProposalVersion.objects.create(
        network=network, number=1, content=content, digest=digest(content), author=submitted.actor, at=submitted.at
    )
    Decision.objects.filter(network=network, at__gte=submitted.at).update(version=version)
    asked = network.decisions.filter(to_state=NetworkState.CHANGES_REQUESTED)
    for decision in asked:
        decision.reply_by = (decision.at + days(DAYS_TO_REPLY)).date()
        decision.save(update_fields=["reply_by"])
    return version


def _change_after(network: Network, spec: Spec, moment: datetime) -> None:
    """What came after the facilitator's answer: late invitations, and a change of one answer."""
    late = network.partners.filter(organisation__slug__in=spec["invited_late"])
    late.update(invited_at=moment - timedelta(hours=5))
    if spec["last_change"]:
        code, more = spec["last_change"]
        answer = network.answers.get(question=code, partner=None)
        answer.text, answer.version, answer.edited_at = answer.text + more, 2, moment - timedelta(hours=3)
        answer.save()


def _send(network: Network, version: ProposalVersion, firms: Firms) -> None:
    """Every partner has signed off the version that was approved; the Region has it."""
    sent = network.decisions.get(to_state=NetworkState.SENT)
    SignOff.objects.bulk_create(
        SignOff(
            network=network,
            partner=each,
            version=version,
            digest=version.digest,
            signed_by=firms.owners[each.organisation.slug],
            signed_at=sent.at - timedelta(hours=6),
        )
        for each in network.partners.accepted().select_related("organisation")
    )
    submission = add_to_chain(
        network,
        version,
        kind=Submission.Kind.PROPOSAL,
        code=new_code(),
        files=files_of(version.content),
        actor=sent.actor,
        moment=sent.at,
    )
    for listener in listeners.SENT:
        listener(submission)
