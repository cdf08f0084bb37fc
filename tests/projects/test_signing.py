"""Sign-offs: a partner's delegate agrees to exactly what is sent, and to nothing else."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from district_portal.shared.errors import DomainError
from projects import sections
from projects.content import digest, snapshot
from projects.models import Network, Partner
from projects.operations import signing
from projects.operations.changes import changing
from projects.states import NetworkState, PartnerState
from tests.factories.projects import PartnerFactory
from tests.factories.proposals import HelperFactory, lead_of, owner_of, whole_network
from tests.projects.people import editor, facilitator, owner, regional_staff, told

pytestmark = pytest.mark.django_db


def now(network: Network) -> str:
    return digest(snapshot(Network.objects.get(pk=network.pk)))


def partners_of(network: Network) -> list[Partner]:
    return list(network.partners.select_related("organisation"))


def sign(partner: Partner) -> None:
    signing.sign_off(partner, digest=now(partner.network), actor=owner_of(partner))


def change(network: Network, section: str = sections.SUMMARY, **fields: object) -> None:
    with changing(network, section, actor=lead_of(network)) as locked:
        Network.objects.filter(pk=locked.pk).update(**(fields or {"idea": "Another idea."}))
        locked.refresh_from_db()


def test_an_owner_signs_off_the_version_that_the_proposal_says_now() -> None:
    network = whole_network(partners=2)
    lead, partner = partners_of(network)
    given = signing.sign_off(partner, digest=now(network), actor=owner_of(partner))
    assert (given.version.number, given.digest, given.version.digest) == (1, now(network), now(network))
    assert [each.organisation for each in signing.missing_sign_offs(network, now(network))] == [lead.organisation]


def test_signing_again_is_the_same_sign_off() -> None:
    network = whole_network(partners=1)
    [lead] = partners_of(network)
    first = signing.sign_off(lead, digest=now(network), actor=owner_of(lead))
    assert signing.sign_off(lead, digest=now(network), actor=owner_of(lead)) == first
    assert network.sign_offs.count() == 1


@pytest.mark.parametrize("who", ["editor", "lead", "helper", "facilitator", "regional_staff"])
def test_nobody_but_an_owner_of_the_partner_signs_off(who: str) -> None:
    network = whole_network(partners=2)
    lead, partner = partners_of(network)
    person = {
        "editor": lambda: editor(partner.organisation),
        "lead": lambda: owner_of(lead),
        "helper": lambda: HelperFactory(network=network).user,
        "facilitator": lambda: facilitator(network.district),
        "regional_staff": lambda: regional_staff(network),
    }[who]()
    with pytest.raises(PermissionDenied):
        signing.sign_off(partner, digest=now(network), actor=person)
    assert not network.sign_offs.exists()


def test_a_change_voids_every_sign_off_and_says_where_who_and_when() -> None:
    network = whole_network(partners=2)
    lead, partner = partners_of(network)
    sign(lead)
    sign(partner)
    change(network)
    voided = list(network.sign_offs.all())
    assert [each.voided_by_section for each in voided] == ["summary", "summary"]
    assert {each.voided_by for each in voided} == {owner_of(lead)}
    assert not network.sign_offs.standing().exists()
    assert told("projects/sign_offs_voided") == {owner_of(lead).email, owner_of(partner).email}


def test_a_change_that_changes_nothing_voids_nothing() -> None:
    network = whole_network(partners=1)
    [lead] = partners_of(network)
    sign(lead)
    change(network, idea=network.idea)
    assert network.sign_offs.standing().count() == 1


def test_an_old_digest_is_refused_with_both_versions_and_nothing_is_signed() -> None:
    network = whole_network(partners=1)
    [lead] = partners_of(network)
    shown = signing.version_to_sign(network, actor=owner_of(lead))
    change(network)
    with pytest.raises(signing.StaleSignOff) as refusal:
        signing.sign_off(lead, digest=shown.digest, actor=owner_of(lead))
    assert (refusal.value.shown, refusal.value.now.number) == (shown, 2)
    assert not network.sign_offs.exists()


@pytest.mark.parametrize("state", [NetworkState.SENT, NetworkState.WITHDRAWN, NetworkState.REFUSED])
def test_nothing_is_signed_off_when_nothing_is_to_be_sent(state: NetworkState) -> None:
    network = whole_network(partners=1, state=state)
    [lead] = partners_of(network)
    with pytest.raises(DomainError, match="nothing to sign off"):
        sign(lead)


def test_a_partner_who_was_taken_out_cannot_sign_off_any_more() -> None:
    network = whole_network(partners=2)
    _lead, partner = partners_of(network)
    Partner.objects.filter(pk=partner.pk).update(state=PartnerState.DECLINED)
    with pytest.raises(DomainError, match="not in the network any more"):
        sign(partner)


def test_a_sign_off_can_be_taken_back_once_and_the_lead_is_told() -> None:
    network = whole_network(partners=2)
    lead, partner = partners_of(network)
    sign(partner)
    signing.withdraw_sign_off(partner, actor=owner_of(partner))
    assert not network.sign_offs.standing().exists()
    assert told("projects/sign_off_withdrawn") == {owner_of(lead).email}
    with pytest.raises(DomainError, match="has not signed off"):
        signing.withdraw_sign_off(partner, actor=owner_of(partner))


def test_the_lead_asks_those_who_have_not_signed_off() -> None:
    network = whole_network(partners=3)
    lead, one, other = partners_of(network)
    sign(one)
    assert signing.ask_for_sign_offs(network, actor=owner_of(lead)) == [lead, other]
    assert told("projects/sign_off_asked") == {owner_of(lead).email, owner_of(other).email}
    with pytest.raises(PermissionDenied):
        signing.ask_for_sign_offs(network, actor=owner_of(one))


def test_an_invited_partner_does_not_sign() -> None:
    network = whole_network(partners=1)
    invited = PartnerFactory(network=network, invited=True)
    owner(invited.organisation)
    assert [each.pk for each in signing.missing_sign_offs(network, now(network))] == [
        network.partners.get(role=Partner.Role.LEAD).pk
    ]


# --- Pages ---------------------------------------------------------------------------------------------------------


def page_of(partner: Partner, path: str = "") -> str:
    return f"/en/networks/{partner.network_id}/sign-off/{partner.pk}/{path}"


def test_the_page_shows_the_digest_the_costs_and_posts_the_digest_back(client: Client) -> None:
    network = whole_network(partners=2)
    _lead, partner = partners_of(network)
    client.force_login(owner_of(partner))
    page = client.get(page_of(partner))
    assert page.context["cost"] == sum(line.amount for line in partner.budget_lines.all())
    assert f'value="{now(network)}"' in page.content.decode()
    answer = client.post(page_of(partner), {"digest": now(network)})
    assert answer["Location"] == f"/en/networks/{network.pk}/sign-off/"
    assert network.sign_offs.standing().get().partner == partner


def test_a_change_while_reading_is_409_with_what_changed_and_the_new_digest(client: Client) -> None:
    network = whole_network(partners=1)
    [lead] = partners_of(network)
    client.force_login(owner_of(lead))
    shown = client.get(page_of(lead)).context["version"].digest
    change(network, idea="A line that heals.")
    answer = client.post(page_of(lead), {"digest": shown})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "A line that heals." in text and f'value="{now(network)}"' in text
    assert client.post(page_of(lead), {"digest": now(network)}).status_code == 302


def test_without_a_digest_nothing_is_signed(client: Client) -> None:
    network = whole_network(partners=1)
    [lead] = partners_of(network)
    client.force_login(owner_of(lead))
    assert client.post(page_of(lead)).status_code == 422
    assert not network.sign_offs.exists()


def test_the_tab_has_as_many_queries_for_many_partners_as_for_few(client: Client) -> None:

    counts = []
    for number in (2, 12):
        network = whole_network(partners=number)
        for partner in partners_of(network):
            sign(partner)
        client.force_login(lead_of(network))
        address = f"/en/networks/{network.pk}/sign-off/"
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
