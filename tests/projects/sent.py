"""Networks that can be sent, and some that were."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from calls.models import Call
from projects.content import digest, snapshot
from projects.models import Network, Submission
from projects.operations import sending, signing
from projects.states import NetworkState
from tests.factories.calls import CallFactory
from tests.factories.proposals import lead_of, owner_of, whole_network


def call_of(*, review: bool = False, channel: str = "portal", **more) -> Call:
    """An open call that takes whatever it is sent."""
    rules = {"submission": {"channel": channel, "review": review}}
    return CallFactory(rules=rules | more.pop("rules", {}), **more)


def sign_all(network: Network) -> None:
    """Every confirmed partner agrees to what the proposal says now."""
    now = digest(snapshot(Network.objects.get(pk=network.pk)))
    for partner in network.partners.accepted().select_related("organisation"):
        signing.sign_off(partner, digest=now, actor=owner_of(partner))


def signed_network(*, review: bool = False, channel: str = "portal", partners: int = 2, **more) -> Network:
    """Lacks nothing, not even sign-offs; approved where the call asks for a review."""
    call = more.pop("call", None) or call_of(review=review, channel=channel)
    state = NetworkState.APPROVED if review else NetworkState.FORMING
    network = whole_network(call=call, partners=partners, state=state, **more)
    sign_all(network)
    return network


def send(network: Network, moment: datetime | None = None) -> Submission:
    return sending.send_proposal(network, actor=lead_of(network), moment=moment or timezone.now())


def close(call: Call, ago: timedelta = timedelta(hours=1)) -> None:
    """The call's deadline has passed since then."""
    Call.objects.filter(pk=call.pk).update(closes_at=timezone.now() - ago)
