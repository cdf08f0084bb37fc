"""Everything that changes the coverage matrix: the competences that are needed, and what each partner does for them."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from enterprises.models import Concept
from projects.models import Cover, Need, Network
from projects.operations.changes import changing, note
from projects.sections import COVERAGE
from projects.states import PartnerState

MOST = 40
"""Competences of one network: more is a mistake, or a trap."""


def add_need(network: Network, *, concept: Concept | None, name: str, actor: User) -> Need:
    """A competence of the vocabulary, or one in the network's own words. The same again: the one that is there.

    Raises `DomainError` when there are too many, or the network can't change now.
    """
    with changing(network, COVERAGE, actor=actor) as locked:
        needs = locked.needs.all()
        same = needs.filter(concept=concept) if concept else needs.filter(concept=None, name__iexact=name.strip())
        if found := same.first():
            return found
        if needs.count() >= MOST:
            raise DomainError(_("A network names at most %(most)s competences. Take one out first.") % {"most": MOST})
        last = needs.aggregate(last=Max("order"))["last"] or 0
        need = Need.objects.create(
            network=locked, concept=concept, name="" if concept else name.strip(), order=last + 1
        )
        note(locked, "need_added", actor=actor, name=str(need))
    return need


def remove_need(need: Need, *, actor: User) -> None:
    """Take a competence out, with what the partners do for it."""
    with changing(need.network, COVERAGE, actor=actor) as locked:
        locked.needs.filter(pk=need.pk).delete()
        note(locked, "need_removed", actor=actor, name=str(need))


def move_need(need: Need, *, up: bool, actor: User) -> None:
    """Change places with the one before it (`up`) or after it; the first and the last one stay where they are."""
    with changing(need.network, COVERAGE, actor=actor) as locked:
        rows = list(locked.needs.all())
        at = next((number for number, row in enumerate(rows) if row.pk == need.pk), None)
        other = None if at is None else at - 1 if up else at + 1
        if at is None or other is None or not 0 <= other < len(rows):
            return
        rows[at], rows[other] = rows[other], rows[at]
        for number, row in enumerate(rows, 1):
            row.order = number
        Need.objects.bulk_update(rows, ["order"])


def set_cover(network: Network, *, need: int, partner: int, level: str, actor: User) -> None:
    """What a partner does for a competence (`Cover.Level`); "" is nothing. Raises `DomainError`."""
    with changing(network, COVERAGE, actor=actor) as locked:
        row = locked.needs.filter(pk=need).first()
        who = locked.partners.exclude(state=PartnerState.DECLINED).filter(pk=partner).first()
        if row is None or who is None or level not in ("", *Cover.Level.values):
            raise DomainError(_("This competence or this partner is not there any more. Reload the page."))
        if level:
            Cover.objects.update_or_create(need=row, partner=who, defaults={"level": level})
        else:
            Cover.objects.filter(need=row, partner=who).delete()
