"""Everything that changes what an organisation declares of its de minimis aid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from enterprises.models import Organisation
from projects.models import DeMinimisAid, DeMinimisStatement

MOST = 200


@transaction.atomic
def declare_aid(
    organisation: Organisation, *, granted_on: date, amount: Decimal, authority: str, actor: User
) -> DeMinimisAid:
    """Aid granted elsewhere. The same entry again changes nothing. Raises `DomainError` beyond `MOST` entries."""
    Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    same = organisation.de_minimis.filter(granted_on=granted_on, amount=amount, authority=authority).first()
    if same:
        return same
    if organisation.de_minimis.count() >= MOST:
        raise DomainError(_("At most %(most)s entries fit here. Remove old ones first.") % {"most": MOST})
    return DeMinimisAid.objects.create(
        organisation=organisation, granted_on=granted_on, amount=amount, authority=authority, declared_by=actor
    )


@transaction.atomic
def remove_aid(aid: DeMinimisAid) -> None:
    """Take an entry out, which was wrong."""
    aid.delete()


@transaction.atomic
def state_complete(organisation: Organisation, *, actor: User) -> DeMinimisStatement:
    """State that the list is complete; again: as of now."""
    statement, _new = DeMinimisStatement.objects.update_or_create(
        organisation=organisation, defaults={"stated_by": actor, "stated_at": timezone.now()}
    )
    return statement
