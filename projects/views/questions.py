"""What is asked before something happens to a network: one confirmation page, different words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.states import NetworkState


@dataclass(frozen=True)
class Question:
    """A confirmation page: what is about to happen, its button, the route it is sent to, the state it leads to."""

    title: str | Promise
    text: str | Promise
    button: str | Promise
    name: str
    target: NetworkState | None = None
    danger: bool = False


ACCEPT = Question(
    _("Accept the invitation?"),
    _("Your organisation becomes a partner of this network."),
    _("Accept"),
    "network_accept",
)
DECLINE = Question(
    _("Decline the invitation?"),
    _("The lead gets a message. You see the network again only if you are invited again."),
    _("Decline"),
    "network_decline",
)
REMOVE = Question(
    _("Take %(name)s out of the network?"),
    _(
        "What it has planned, written and budgeted for itself goes with it. Its owners are told; you can invite it "
        "again."
    ),
    _("Take out"),
    "partner_remove",
    danger=True,
)
TAKE_BACK_INVITATION = Question(
    _("Take the invitation of %(name)s back?"),
    _("It does not see the network any more. Its owners are told; you can invite it again."),
    _("Take the invitation back"),
    "partner_remove",
)
LEAVE = Question(
    _("Leave this network?"),
    _("What your organisation has planned, written and budgeted for itself goes with it. The lead is told."),
    _("Leave the network"),
    "partner_leave",
    danger=True,
)
OFFER_LEAD = Question(
    _("Offer the lead to %(name)s?"),
    _("Its owners decide. You lead until they accept; then your organisation stays as a partner."),
    _("Offer the lead"),
    "lead_offer",
)
TAKE_LEAD = Question(
    _("Take the lead of this network?"),
    _("Your organisation then invites, edits, submits and sends, and answers to the Region. Every member is told."),
    _("Take the lead"),
    "lead_take",
)
HELP = Question(
    _("Help this network to write?"),
    _(
        "You see all and write with the partners, but you neither lead nor sign off. From now on you cannot decide on "
        "this network nor evaluate it, also when your help has ended."
    ),
    _("Help to write"),
    "helper_accept",
)
END_HELP = Question(
    _("End the help of %(name)s?"),
    _("The network is not seen any more. Whoever has helped still neither decides on it nor evaluates it."),
    _("End the help"),
    "helper_end",
)
TAKE_BACK = Question(
    _("Take the network back from the review?"),
    _("It can be changed again. The facilitators and every member are told; you submit it again when it is ready."),
    _("Take back"),
    "network_take_back",
    NetworkState.FORMING,
)
REOPEN = Question(
    _("Open the network again for changes?"),
    _("Its approval is gone: it needs a new one before it can be sent. The facilitators and every member are told."),
    _("Open again"),
    "network_reopen",
    NetworkState.FORMING,
    danger=True,
)
SUBMIT = Question(
    _("Submit the network for review?"),
    _("The facilitator of the district reads it. Nothing can be changed until the answer."),
    _("Submit for review"),
    "network_submit",
    NetworkState.SUBMITTED,
)
WITHDRAW = Question(
    _("Withdraw the network?"),
    _("Every member is told. A withdrawn network cannot be taken up again."),
    _("Withdraw the network"),
    "network_withdraw",
    NetworkState.WITHDRAWN,
    danger=True,
)
APPROVE = Question(
    _("Approve this network?"),
    _("Every member is told. The lead can then send the proposal to the Region."),
    _("Approve"),
    "network_approve",
    NetworkState.APPROVED,
)
REQUEST_CHANGES = Question(
    _("Ask for changes?"),
    _("The network goes back to its lead, who can change it and submit it again. Every member is told."),
    _("Ask for changes"),
    "network_request_changes",
    NetworkState.CHANGES_REQUESTED,
)
REFUSE = Question(
    _("Refuse this network?"),
    _("Every member is told. A refusal cannot be taken back."),
    _("Refuse"),
    "network_refuse",
    NetworkState.REFUSED,
    danger=True,
)
