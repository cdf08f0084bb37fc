"""The lives of a network, of a partner in it, of its helpers, of its papers, and of a funded project."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NetworkState(models.TextChoices):
    FORMING = "forming", _("Forming")
    SUBMITTED = "submitted", _("Facilitator review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    SENT = "sent", _("Sent to the Region")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


NETWORK_MOVES: dict[NetworkState, set[NetworkState]] = {
    # Straight to the Region where the call asks for no review by the facilitator.
    NetworkState.FORMING: {NetworkState.SUBMITTED, NetworkState.SENT, NetworkState.WITHDRAWN},
    NetworkState.SUBMITTED: {
        NetworkState.FORMING,  # taken back by its lead
        NetworkState.APPROVED,
        NetworkState.CHANGES_REQUESTED,
        NetworkState.REFUSED,
        NetworkState.WITHDRAWN,
    },
    NetworkState.CHANGES_REQUESTED: {NetworkState.SUBMITTED, NetworkState.WITHDRAWN},
    # Opened again for changes, the approval is gone.
    NetworkState.APPROVED: {NetworkState.FORMING, NetworkState.SENT, NetworkState.WITHDRAWN},
    # The proposal is withdrawn before the deadline: it can be sent again, after changes or as it is.
    NetworkState.SENT: {NetworkState.FORMING, NetworkState.APPROVED, NetworkState.WITHDRAWN},
    NetworkState.REFUSED: set(),
    NetworkState.WITHDRAWN: set(),
}

# While a network may still change: partners invited, texts edited.
EDITABLE = {NetworkState.FORMING, NetworkState.CHANGES_REQUESTED}
# While partners may sign off what is to be sent.
SIGNABLE = {*EDITABLE, NetworkState.SUBMITTED, NetworkState.APPROVED}
# Of which a call that has closed may fund some.
FUNDABLE = {NetworkState.APPROVED, NetworkState.SENT}


class PartnerState(models.TextChoices):
    INVITED = "invited", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Confirmed")
    DECLINED = "declined", _("Declined")


PARTNER_MOVES: dict[PartnerState, set[PartnerState]] = {
    PartnerState.INVITED: {PartnerState.ACCEPTED, PartnerState.DECLINED},
    PartnerState.ACCEPTED: set(),
    PartnerState.DECLINED: {PartnerState.INVITED},
}


class HelperState(models.TextChoices):
    """Of a person who is asked to help to write."""

    INVITED = "invited", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Helps to write")
    DECLINED = "declined", _("Declined")
    ENDED = "ended", _("Has helped to write")


HELPER_MOVES: dict[HelperState, set[HelperState]] = {
    HelperState.INVITED: {HelperState.ACCEPTED, HelperState.DECLINED, HelperState.ENDED},
    HelperState.ACCEPTED: {HelperState.ENDED},
    HelperState.DECLINED: {HelperState.INVITED},
    HelperState.ENDED: {HelperState.INVITED},
}
# Whoever once helped to write neither decides nor evaluates, also after it ended.
HAS_HELPED = {HelperState.ACCEPTED, HelperState.ENDED}
# Who sees the network for the help that they give, or are asked for.
ASKED_TO_HELP = {HelperState.INVITED, HelperState.ACCEPTED}


class PaperState(models.TextChoices):
    """Of a document that a worker makes."""

    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")


class ProjectState(models.TextChoices):
    RUNNING = "running", _("Running")
    CONCLUDED = "concluded", _("Concluded")
    REVOKED = "revoked", _("Revoked")
