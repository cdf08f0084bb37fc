"""Saving the texts of a proposal. Versions decide: nobody's text is overwritten by somebody who has not seen it."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.measures import normalised
from projects.models import Answer
from projects.operations.changes import changing, note
from projects.operations.locks import hold_lock
from projects.sections import answer_key
from projects.states import PartnerState

SITTING = timedelta(minutes=30)
"""Saves of one person within this time are one entry in the list of activity."""


class StaleAnswer(DomainError):
    """Somebody else saved the text meanwhile; `answer` holds theirs."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(_("Somebody else has saved this text meanwhile. Nothing of yours is lost: compare both."))
        self.answer = answer


def save_answer(answer: Answer, *, text: str, version: int, title: str, actor: User) -> Answer:
    """Save the text of the section that `answer` stands for (a row, or one not saved yet), and renew its lock.

    `version` is the one that was edited, 0 where there was none. A text over the question's limit is saved: sending
    refuses it. The same text again changes nothing. `title` names the section in the list of activity.

    Raises `StaleAnswer` when `version` is not the newest any more, `DomainError` when the section cannot change now.
    """
    text, section, moment = normalised(text), answer_key(answer.question, answer.partner_id), timezone.now()
    with changing(answer.network, section, actor=actor) as network:
        found = network.answers.select_related("edited_by").filter(question=answer.question, partner=answer.partner_id)
        now = found.first() or Answer(
            network=network, question=answer.question, partner=answer.partner, version=0, edited_by=None
        )
        _check_may(now, actor)
        hold_lock(network, section, actor=actor, moment=moment)
        if now.text == text:
            return now
        if now.version != version:
            raise StaleAnswer(now)
        sits = now.edited_by == actor and now.version and moment - now.edited_at < SITTING
        now.text, now.version, now.edited_by, now.edited_at = text, now.version + 1, actor, moment
        now.save()
        if not sits:
            note(network, "text_changed", actor=actor, name=title)
    return now


def _check_may(answer: Answer, actor: User) -> None:
    """Again, under the network's lock: partners are taken out, and people leave, while others write."""
    if answer.partner is not None:
        answer.partner.refresh_from_db(fields=["state"])
        if answer.partner.state != PartnerState.ACCEPTED:
            raise DomainError(_("This partner is not in the network any more: its text cannot be changed."))
    if not permissions.can_write_answer(actor, answer):
        raise PermissionDenied
