"""What people are told about submissions. Templates: `templates/projects/emails/<name>.*`."""

from __future__ import annotations

from calls.procedure import procedure_of
from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, path_of
from enterprises.models import Organisation
from projects.models import Network, Partner, Protocol, Submission, SubmissionWithdrawal
from projects.notifications.recipients import facilitators_of, members_of, regional_staff_of
from projects.states import NetworkState


def receipt_path(submission: Submission) -> str:
    return path_of("projects:receipt", submission.network_id, submission.number)


def lead_of(network: Network) -> Organisation:
    return Organisation.objects.get(partnerships__network=network, partnerships__role=Partner.Role.LEAD)


def _load_sent(about: str) -> Content:
    """`about`: the verification code, which is known before the submission's place in the chain."""
    sent = Submission.objects.select_related("network__call", "sent_by").get(code=about)
    network = sent.network
    context = {
        "submission": sent,
        "network": network,
        "call": network.call,
        "lead": lead_of(network),
        "hand_over": procedure_of(network.call).channel == "hand_over",
    }
    return Content(path=receipt_path(sent), context=context)


def _load_withdrawal(about: str) -> Content:
    withdrawal = SubmissionWithdrawal.objects.select_related("submission__network__call", "withdrawn_by").get(pk=about)
    sent = withdrawal.submission
    context = {
        "withdrawal": withdrawal,
        "submission": sent,
        "network": sent.network,
        "call": sent.network.call,
        "lead": lead_of(sent.network),
        # As it was decided, by when the request arrived; the mail is written later.
        "again": sent.network.state != NetworkState.WITHDRAWN,
    }
    return Content(path=path_of("projects:sending", sent.network_id), context=context)


def _load_protocol(about: str) -> Content:
    protocol = Protocol.objects.select_related("submission__network__call", "recorded_by").get(pk=about)
    sent = protocol.submission
    context = {"protocol": protocol, "submission": sent, "network": sent.network, "call": sent.network.call}
    return Content(path=receipt_path(sent), context=context)


PROPOSAL_SENT = Message("projects/proposal_sent", load=_load_sent)
SUBMISSION_WITHDRAWN = Message("projects/submission_withdrawn", load=_load_withdrawal)
PROTOCOL_RECORDED = Message("projects/protocol_recorded", load=_load_protocol)


def proposal_sent(network: Network, code: str) -> None:
    """To all members and the facilitators of the district."""
    announce(PROPOSAL_SENT, about=code, key=code, users=_all(network))


def submission_withdrawn(withdrawal: SubmissionWithdrawal, *, for_good: bool) -> None:
    """To all members and the facilitators; to the Region's staff, too, where it is for good."""
    network = withdrawal.submission.network
    people = [*_all(network), *(regional_staff_of(network) if for_good else [])]
    announce(SUBMISSION_WITHDRAWN, about=withdrawal.pk, key=str(withdrawal.pk), users=people)


def protocol_recorded(protocol: Protocol) -> None:
    """To all members and the facilitators, once for each number."""
    key = f"{protocol.pk}:{protocol.recorded_at.isoformat()}"
    announce(PROTOCOL_RECORDED, about=protocol.pk, key=key, users=_all(protocol.submission.network))


def _all(network: Network) -> list[User]:
    return [*members_of(network), *facilitators_of(network)]
