"""What the page of a network's documents shows: attachments by type, declarations, what the portal made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from calls.rules import words
from district_portal.accounts.models import User
from projects import permissions, sections
from projects.models import Attachment, Declaration, Network, Paper
from projects.operations.attachments import OTHER
from projects.panels.frame import frame
from projects.panels.plan import may_write_sections
from projects.panels.texts import comments
from projects.wanted import Wordings, declarations_wanted, documents_wanted, holds

PAPERS = 10


@dataclass(frozen=True)
class Type:
    """Documents of one type that the call asks for, or all others."""

    code: str
    title: str
    wanted: bool
    attachments: list[Attachment]

    @property
    def status(self) -> str:
        return "check:met" if self.attachments else "check:open"


@dataclass(frozen=True)
class Asked:
    """A declaration that the call asks for."""

    code: str
    text: str
    """As it has to be declared now, in the reader's language."""
    given: Declaration | None
    current: bool
    """Given in words that the call still uses."""

    @property
    def status(self) -> str:
        return "check:met" if self.current else "check:open"


def documents(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/documents.html`."""
    wanted = declarations_wanted(network.call)
    given = list(network.declarations.select_related("given_by"))
    asked = _asked(wanted, given)
    around = frame(network, user, "documents", now)
    may = may_write_sections(network, user, around, sections.ATTACHMENTS, sections.DECLARATIONS)
    types = _types(network)
    return {
        **around,
        **may,
        **comments(network, sections.ATTACHMENTS, user),
        "may_declare": may["may_write_declarations"] and permissions.can_lead_network(user, network),
        "types": types,
        "wanted_count": sum(each.wanted for each in types),
        "there_count": sum(each.wanted and bool(each.attachments) for each in types),
        "asked": asked,
        "given_count": sum(each.current for each in asked),
        "open_declarations": [each for each in asked if not each.current],
        "unasked": [each for each in given if each.code not in wanted],
        "papers": Paper.objects.visible_to(user).filter(network=network).order_by("-requested_at")[:PAPERS],
    }


def _types(network: Network) -> list[Type]:
    """What the call asks for, in its order, then everything else: also of types that it no longer asks for."""
    rows = list(network.attachments.current().select_related("partner__organisation", "uploaded_by"))
    wanted = documents_wanted(network.call)
    types = [
        Type(code, capfirst(title), True, [row for row in rows if row.kind == code]) for code, title in wanted.items()
    ]
    others = [row for row in rows if row.kind not in wanted]
    title = _("Other documents") if wanted else _("Documents")
    return [*types, Type(OTHER, title, False, others)]


def _asked(wanted: Wordings, given: Iterable[Declaration]) -> list[Asked]:
    by_code = {each.code: each for each in given}
    return [
        Asked(
            code,
            words.named(names),
            by_code.get(code),
            code in by_code and holds(code, by_code[code].text, wanted),
        )
        for code, names in wanted.items()
    ]
