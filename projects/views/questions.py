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
    _("Take the partner out?"),
    _("It does not see the network any more. You can invite it again."),
    _("Take out"),
    "partner_remove",
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
