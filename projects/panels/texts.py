"""The texts of a proposal and its discussion, as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from calls.procedure import TemplateQuestion, questions_of
from district_portal.accounts.models import User
from projects import permissions, sections
from projects.measures import Measure, measure
from projects.models import Answer, Comment, Network, Partner
from projects.operations.changes import unlocked_sections
from projects.operations.comments import people_of
from projects.panels.frame import frame
from projects.sections import answer_key
from projects.states import NetworkState


@dataclass(frozen=True)
class Text:
    """One section: a question of the call, of the whole network or of one partner."""

    question: TemplateQuestion
    answer: Answer
    """A row, or one that is not saved yet."""
    may_write: bool = False
    """By right and by state."""
    writer: User | None = None
    """Somebody else who is writing now."""
    comments: int = 0
    """Threads that are not resolved."""

    @property
    def section(self) -> str:
        return answer_key(self.question.code, self.answer.partner_id)

    @property
    def title(self) -> str:
        partner = self.answer.partner
        return f"{self.question.text} – {partner.organisation.name}" if partner else self.question.text

    @property
    def key(self) -> str:
        """Of its address."""
        return self.section.removeprefix("answer:")

    @property
    def url(self) -> str:
        return reverse("projects:answer_edit", args=[self.answer.network_id, self.key])

    @property
    def measure(self) -> Measure:
        return measure(self.answer.text)

    @property
    def over(self) -> int:
        """Characters over the limit."""
        return max(0, len(self.answer.text) - self.question.limit)


def proposal(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of the proposal's page: each question with its texts."""
    groups = texts_of(network, user, now)
    written = [text for _question, texts in groups for text in texts]
    return frame(network, user, "proposal", now) | {
        "groups": groups,
        "written": sum(bool(text.answer.text.strip()) and not text.over for text in written),
        "wanted": len(written),
        "why_frozen": why_frozen(network),
    }


def texts_of(network: Network, user: User, now: datetime) -> list[tuple[TemplateQuestion, list[Text]]]:
    """Every question with its one text, or one of each confirmed partner; a fixed number of queries."""
    partners = list(network.partners.accepted().select_related("organisation"))
    answers = {(each.question, each.partner_id): each for each in network.answers.select_related("edited_by")}
    writers = {each.section: each.holder for each in network.locks.held_at(now).select_related("holder")}
    threads = network.comments.filter(reply_to=None, resolved_at=None).values_list("section", flat=True)
    open_threads = list(threads)
    unlocked = unlocked_sections(network)
    everywhere, own = _rights(network, user)
    found = []
    for question in questions_of(network.call):
        whose: list[Partner | None] = [*partners] if question.per_partner else [None]
        texts = []
        for partner in whose:
            answer = answers.get((question.code, partner.pk if partner else None))
            answer = answer or Answer(network=network, question=question.code, version=0)
            answer.network, answer.partner = network, partner
            key = answer_key(question.code, answer.partner_id)
            writer = writers.get(key)
            may = (everywhere or (partner.pk in own if partner else bool(own))) and (
                network.editable or key in unlocked
            )
            texts.append(Text(question, answer, may, writer if writer != user else None, open_threads.count(key)))
        found.append((question, texts))
    return found


def _rights(network: Network, user: User) -> tuple[bool, set[int]]:
    """Whether the person writes all texts, and of which partners its own."""
    everywhere = permissions.can_lead_network(user, network) or permissions.helps_to_write(user, network)
    own = Partner.objects.of(user).accepted().filter(network=network).values_list("pk", flat=True)
    return everywhere, set(own)


def why_frozen(network: Network) -> str:
    """Why texts cannot be changed now, and who can open them; empty where they can."""
    words = {
        NetworkState.SUBMITTED: _(
            "The facilitator is reading the proposal, so it cannot change now. The lead can take it back."
        ),
        NetworkState.APPROVED: _(
            "The proposal is approved, so it cannot change now. The lead can open it again; the approval is gone then."
        ),
        NetworkState.SENT: _(
            "The proposal is sent, so it cannot change now. Until the deadline the lead can withdraw what was sent; "
            "afterwards only what the Region asks for opens again."
        ),
        NetworkState.REFUSED: _("The network was refused: its texts can be read, and not changed."),
        NetworkState.WITHDRAWN: _("The network is withdrawn: its texts can be read, and not changed."),
    }
    return words.get(NetworkState(network.state), "")


# --- The discussion ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Thread:
    comment: Comment
    replies: list[Comment]
    title: str
    """Of the section."""

    @property
    def last(self) -> int:
        """Whose author may still delete it."""
        return self.replies[-1].pk if self.replies else self.comment.pk


WHOLE_BUDGET = "budget"
"""Where the budget as a whole is discussed; it is written partner by partner."""


def threads_of(network: Network, *, section: str = "", unresolved: bool = False) -> list[Thread]:
    """Threads (of a section), oldest first; those not resolved before the others."""
    rows = network.comments.select_related("author", "resolved_by").order_by("pk")
    replies: dict[int, list[Comment]] = {}
    first = []
    for row in rows.filter(section=section) if section else rows:
        if row.reply_to_id is None:
            first.append(row)
        else:
            replies.setdefault(row.reply_to_id, []).append(row)
    # On the page of one section its name is known, and costs nothing.
    titles = {} if section else section_titles(network)
    found = [Thread(row, replies.get(row.pk, []), titles.get(row.section, row.section)) for row in first]
    if unresolved:
        found = [thread for thread in found if thread.comment.resolved_at is None]
    return sorted(found, key=lambda thread: thread.comment.resolved_at is not None)


def section_titles(network: Network) -> dict[str, str]:
    """What each section is called, by its key, in the reader's language."""
    titles = {
        sections.SUMMARY: _("The network as a whole"),
        sections.PARTNERS: _("Partners"),
        sections.COVERAGE: _("Competences"),
        sections.PLAN: _("Work plan"),
        sections.RISKS: _("Risks"),
        sections.INDICATORS: _("Expected indicators"),
        sections.ATTACHMENTS: _("Documents"),
        sections.DECLARATIONS: _("Declarations"),
    }
    partners = list(network.partners.select_related("organisation"))
    for question in questions_of(network.call):
        titles[answer_key(question.code)] = question.text
        for partner in partners:
            titles[answer_key(question.code, partner.pk)] = f"{question.text} – {partner.organisation.name}"
    titles[WHOLE_BUDGET] = pgettext("proposal", "Budget")
    for partner in partners:
        titles[sections.budget_key(partner.pk)] = f"{pgettext('proposal', 'Budget')} – {partner.organisation.name}"
    return titles


def comments(network: Network, section: str, user: User) -> dict[str, Any]:
    """Context of `projects/_comments.html` for one section."""
    return {
        "network": network,
        "section": section,
        "threads": threads_of(network, section=section),
        "people": people_of(network),
        "may_comment": may_comment(network),
        "user": user,
    }


def may_comment(network: Network) -> bool:
    return network.state != NetworkState.WITHDRAWN
