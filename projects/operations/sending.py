"""Sending a proposal to the Region, taking it back, and the Region's protocol number."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from calls.models import Call
from calls.operations.lifecycle import hold_dates, hold_open
from calls.procedure import procedure_of
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.models import Network, Protocol, Submission, SubmissionWithdrawal
from projects.notifications import sending as notifications
from projects.operations import listeners
from projects.operations.chain import add_to_chain, new_code
from projects.operations.changes import lock, move, note
from projects.operations.papers import order_first_papers
from projects.operations.readiness import readiness
from projects.operations.signing import missing_sign_offs
from projects.operations.versions import record_version
from projects.states import NetworkState

# States of a call in which a proposal can still be withdrawn; later its lead waives the aid.
WITHDRAWABLE = {CallState.PUBLISHED, CallState.IN_ASSESSMENT}


def standing_proposal(network: Network) -> Submission | None:
    """The proposal that counts: sent, and not withdrawn."""
    return network.submissions.proposals().standing().first()


@transaction.atomic
def send_proposal(network: Network, *, actor: User, moment: datetime) -> Submission:
    """Send the proposal to the Region. `moment` is when the request arrived. Sent already: the same submission.

    Raises `PermissionDenied` for anyone but the lead's people, `DomainError` when the call was not open at that moment,
    or with what is missing: everything must be known and met, and every confirmed partner have signed off this version.
    """
    network = lock(network)
    if not permissions.can_lead_network(actor, network):
        raise PermissionDenied
    if network.state == NetworkState.SENT and (sent := standing_proposal(network)):
        return sent
    call = hold_open(network.call, moment)
    check_stage(network, call)
    version = record_version(network, note="", actor=actor)
    if missing := [*_unready(network, call, moment), *_unsigned(network, version.digest)]:
        raise DomainError(_("Not ready to send yet. %(missing)s") % {"missing": " ".join(missing)})
    code = new_code()
    move(network, NetworkState.SENT, actor=actor, version=version)
    notifications.proposal_sent(network, code)
    files = files_of(version.content)
    # Last of all, for until the transaction ends all other submissions wait.
    submission = add_to_chain(
        network, version, kind=Submission.Kind.PROPOSAL, code=code, files=files, actor=actor, moment=moment
    )
    _order_papers(submission, call, actor)
    for listener in listeners.SENT:
        listener(submission)
    return submission


def check_stage(network: Network, call: Call) -> None:
    """Raises `DomainError` unless the network may be sent from its state as far as its call's procedure goes."""
    review = procedure_of(call).review
    if network.state == (NetworkState.APPROVED if review else NetworkState.FORMING):
        return
    if review and network.state in (NetworkState.FORMING, NetworkState.SUBMITTED, NetworkState.CHANGES_REQUESTED):
        raise DomainError(_("For this call a facilitator approves a proposal before it is sent."))
    if network.state == NetworkState.APPROVED:  # reviewed although the call does not ask for it any more
        return
    state = NetworkState(network.state).label
    raise DomainError(_("This network cannot be sent now: it is “%(state)s”.") % {"state": state})


def files_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """What a submission says of each attachment: name, size (bytes), SHA-256."""
    return [{key: each[key] for key in ("name", "size", "sha256")} for each in content["attachments"]]


@transaction.atomic
def withdraw_submission(network: Network, *, reason: str, actor: User, moment: datetime) -> SubmissionWithdrawal:
    """Take the proposal back. While the call is open it can be sent again, after it for good; the Region is told then.

    Raises `PermissionDenied` for anyone but the lead's people, `DomainError` when nothing is sent or it is too late.
    """
    network = lock(network)
    if not permissions.can_lead_network(actor, network):
        raise PermissionDenied
    sent = standing_proposal(network) if network.state == NetworkState.SENT else None
    if sent is None:
        raise DomainError(_("There is no proposal to withdraw: none is sent, or it was withdrawn already."))
    call = hold_dates(network.call)
    if call.state == CallState.CANCELLED:
        raise DomainError(_("This call was cancelled: there is nothing to withdraw from."))
    if call.state not in WITHDRAWABLE:
        raise DomainError(_("The ranking is published. To give the aid up, write to the Region."))
    again = call.is_open_at(moment)
    withdrawal = _withdraw(network, sent, reason=reason, actor=actor)
    target = _back_to(call) if again else NetworkState.WITHDRAWN
    move(network, target, actor=actor, reason=reason)
    notifications.submission_withdrawn(withdrawal, for_good=not again)
    for listener in listeners.WITHDRAWN:
        listener(sent)
    return withdrawal


@transaction.atomic
def record_protocol(submission: Submission, *, number: str, received_on: date, actor: User) -> Protocol:
    """Write down under which number the Region took the package in. Its lead once; corrections by the Region's staff.

    Raises `PermissionDenied`, or `DomainError` when there is a number already, or none is due.
    """
    network = lock(submission.network)
    staff = permissions.works_for_region_of(actor, network)
    if not permissions.can_record_protocol(actor, submission):
        raise PermissionDenied
    if standing_proposal(network) != submission:
        raise DomainError(_("This submission was withdrawn: it gets no protocol number."))
    if procedure_of(network.call).channel != "hand_over":
        raise DomainError(_("Proposals of this call are sent in the portal: there is no protocol number to record."))
    if not protocol_day_fits(submission, received_on):
        raise DomainError(_("The date of the protocol must be between the day of sending and today."))
    found = Protocol.objects.filter(submission=submission).first()
    if found and (found.number, found.received_on) == (number, received_on):
        return found
    if found and not staff:
        raise DomainError(_("The protocol number is recorded already. The Region's staff can correct it."))
    before = found.number if found else ""
    protocol = found or Protocol(submission=submission)
    protocol.number, protocol.received_on = number, received_on
    protocol.recorded_by, protocol.recorded_at = actor, timezone.now()
    protocol.save()
    note(network, "protocol_recorded", actor=actor, number=number, before=before)
    notifications.protocol_recorded(protocol)
    return protocol


def protocol_day_fits(submission: Submission, day: date) -> bool:
    """A protocol is of a day between sending and today, in Rome."""
    return timezone.localdate(submission.sent_at) <= day <= timezone.localdate()


def _withdraw(network: Network, sent: Submission, *, reason: str, actor: User) -> SubmissionWithdrawal:
    """The proposal and what completes it do not count any more."""
    withdrawal = SubmissionWithdrawal.objects.create(submission=sent, withdrawn_by=actor, reason=reason.strip())
    for more in network.submissions.standing().exclude(pk=sent.pk):
        SubmissionWithdrawal.objects.create(submission=more, withdrawn_by=actor, reason=reason.strip())
    return withdrawal


def _back_to(call: Call) -> NetworkState:
    return NetworkState.APPROVED if procedure_of(call).review else NetworkState.FORMING


def _unready(network: Network, call: Call, moment: datetime) -> list[str]:
    partners = network.partners.select_related("organisation")
    checks = readiness(network, call, partners, moment=moment, stage="sending")
    # Sign-offs are compared with the version itself, right after.
    return [str(check) for check in checks if check.blocks and check.key != "sign_offs"]


def _unsigned(network: Network, digest: str) -> list[str]:
    names = [partner.organisation.name for partner in missing_sign_offs(network, digest)]
    if not names:
        return []
    words = ngettext(
        "%(names)s has not signed off this version.", "%(names)s have not signed off this version.", len(names)
    )
    return [words % {"names": ", ".join(names)}]


def _order_papers(submission: Submission, call: Call, actor: User) -> None:
    kinds = ["receipt", "sent_proposal"]
    if procedure_of(call).channel == "hand_over":
        kinds.append("package")
    language = (get_language() or "it")[:2]
    order_first_papers(submission.network, kinds, about=str(submission.pk), language=language, actor=actor)
