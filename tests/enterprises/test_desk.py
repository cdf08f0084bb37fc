"""What waits for a person about organisations."""

from datetime import timedelta

import pytest
from django.utils import timezone

from district_portal.accounts.models import User
from district_portal.shared.desk import tasks_for
from enterprises.models import Organisation
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


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def waiting(user: User) -> list[tuple[str, str]]:
    user = User.objects.get(pk=user.pk)
    return [(task.title, task.url.removeprefix("/en")) for task in tasks_for(user, timezone.now())]


def complete(firm: Organisation) -> None:
    firm.description_it, firm.ateco = "Tubi", AtecoFactory()
    firm.save()
    CompetenceFactory(organisation=firm)
    SizeDeclarationFactory(organisation=firm)


def test_a_profile_asks_only_for_what_is_missing() -> None:
    owner = UserFactory()
    firm = OrganisationFactory(name="Novamed", slug="novamed", owner=owner)
    title = "Complete the profile of Novamed"
    assert waiting(owner) == [(title, "/organisations/novamed/edit/")]
    context = tasks_for(User.objects.get(pk=owner.pk), timezone.now())[0].context
    assert context == "Still missing: a description, what you offer, the activity, the size."
    complete(firm)
    assert waiting(owner) == []
    firm.competences.all().delete()
    assert waiting(owner) == [(title, "/organisations/novamed/competences/")]


def test_a_laboratory_needs_neither_activity_nor_size() -> None:
    owner = UserFactory()
    lab = OrganisationFactory(kind="laboratory", owner=owner, description_it="Ricerca")
    CompetenceFactory(organisation=lab)
    assert waiting(owner) == []


def test_viewers_are_not_asked_to_complete_a_profile() -> None:
    assert waiting(MembershipFactory(role="viewer").user) == []


def test_an_open_invitation_waits_for_the_person_of_its_address() -> None:
    person = UserFactory()
    invitation = InvitationFactory(organisation__name="Novamed", email=person.email.upper())
    assert waiting(person) == [("Answer the invitation of Novamed", f"/organisations/invitations/{invitation.token}/")]
    invitation.expires_at = timezone.now() - timedelta(seconds=1)
    invitation.save()
    assert waiting(person) == []


def test_an_invitation_to_an_address_that_is_not_confirmed_does_not_show() -> None:
    person = UserFactory(verified=False)
    InvitationFactory(email=person.email)
    assert waiting(person) == []


def test_one_organisation_and_ten_take_the_same_number_of_queries(
    django_assert_num_queries, django_assert_max_num_queries
) -> None:
    owner = UserFactory()
    OrganisationFactory(owner=owner)
    InvitationFactory(email=owner.email)
    with django_assert_max_num_queries(13) as few:
        tasks_for(User.objects.get(pk=owner.pk), timezone.now())
    for _n in range(9):
        OrganisationFactory(owner=owner)
        InvitationFactory(email=owner.email)
    with django_assert_num_queries(len(few)):
        tasks_for(User.objects.get(pk=owner.pk), timezone.now())
