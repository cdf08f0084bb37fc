"""Declarations that the call asks for, given for the network in the words that were read."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import sections
from projects.models import Declaration, Network
from projects.operations.changes import changing, note
from projects.wanted import declarations_wanted, holds


def give_declarations(network: Network, *, texts: Mapping[str, str], actor: User) -> list[Declaration]:
    """Give declarations: by code the words that the person has read. One that was given in them already stays.

    Raises `DomainError` where the call no longer asks for one, or in other words.
    """
    with changing(network, sections.DECLARATIONS, actor=actor) as locked:
        wanted = declarations_wanted(locked.call)
        before = {each.code: each for each in locked.declarations.all()}
        given = []
        for code, text in texts.items():
            if not holds(code, text, wanted):
                raise DomainError(
                    _("The call has changed the words of a declaration. Read it again before you give it.")
                )
            if code in before and before[code].text == text:
                continue
            values = {"text": text, "given_by": actor, "given_at": timezone.now()}
            declaration, _created = Declaration.objects.update_or_create(network=locked, code=code, defaults=values)
            given.append(declaration)
        if given:
            note(locked, "declarations_given", actor=actor, count=len(given))
    return given


def withdraw_declaration(declaration: Declaration, *, actor: User) -> None:
    """Take a declaration back; it can be given again. One that is gone stays so."""
    with changing(declaration.network, sections.DECLARATIONS, actor=actor) as network:
        gone, _rows = Declaration.objects.filter(pk=declaration.pk).delete()
        if gone:
            note(network, "declaration_withdrawn", actor=actor, name=declaration.text)
