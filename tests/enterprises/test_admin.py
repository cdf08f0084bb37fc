"""The administration pages of this room open, save, and do not slow down with rows."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from tests.factories import (
    AtecoFactory,
    CompetenceFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    SizeDeclarationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_lists_and_forms_open(admin: Client) -> None:
    firm = OrganisationFactory(name="Novamed")
    (
        MembershipFactory(organisation=firm),
        CompetenceFactory(organisation=firm),
        SizeDeclarationFactory(organisation=firm),
    )
    InvitationFactory(organisation=firm), AtecoFactory()
    for model in ["organisation", "membershipinvitation", "concept", "municipality"]:
        assert admin.get(f"/en/admin/enterprises/{model}/").status_code == 200
        assert admin.get(f"/en/admin/enterprises/{model}/?q=x").status_code == 200 or model == "membershipinvitation"
    assertContains(admin.get(f"/en/admin/enterprises/organisation/{firm.pk}/change/"), "Novamed")
    assert admin.get("/en/admin/enterprises/organisation/add/").status_code == 200


def test_the_secret_of_an_invitation_is_not_shown(admin: Client) -> None:
    invitation = InvitationFactory()
    response = admin.get(f"/en/admin/enterprises/membershipinvitation/{invitation.pk}/change/")
    assertContains(response, invitation.email)
    assert invitation.token not in response.content.decode()
    assert admin.get("/en/admin/enterprises/membershipinvitation/add/").status_code == 403
