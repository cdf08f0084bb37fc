"""The lives of a network, of a partner in it, and of a funded project."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NetworkState(models.TextChoices):
    FORMING = "forming", _("Forming")
    SUBMITTED = "submitted", _("Facilitator review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


NETWORK_MOVES: dict[NetworkState, set[NetworkState]] = {
    NetworkState.FORMING: {NetworkState.SUBMITTED, NetworkState.WITHDRAWN},
    NetworkState.SUBMITTED: {
        NetworkState.APPROVED,
        NetworkState.CHANGES_REQUESTED,
        NetworkState.REFUSED,
        NetworkState.WITHDRAWN,
    },
    NetworkState.CHANGES_REQUESTED: {NetworkState.SUBMITTED, NetworkState.WITHDRAWN},
    NetworkState.APPROVED: set(),
    NetworkState.REFUSED: set(),
    NetworkState.WITHDRAWN: set(),
}

# While a network may still change: partners invited, texts edited.
EDITABLE = {NetworkState.FORMING, NetworkState.CHANGES_REQUESTED}


class PartnerState(models.TextChoices):
    INVITED = "invited", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Confirmed")
    DECLINED = "declined", _("Declined")


PARTNER_MOVES: dict[PartnerState, set[PartnerState]] = {
    PartnerState.INVITED: {PartnerState.ACCEPTED, PartnerState.DECLINED},
    PartnerState.ACCEPTED: set(),
    PartnerState.DECLINED: {PartnerState.INVITED},
}


class ProjectState(models.TextChoices):
    RUNNING = "running", _("Running")
    CONCLUDED = "concluded", _("Concluded")
    REVOKED = "revoked", _("Revoked")
