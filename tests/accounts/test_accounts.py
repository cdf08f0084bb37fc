"""Sign-up asks for names, people change them, roles follow appointments and memberships."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from district_portal.accounts.models import Role, User
from tests.factories import PASSWORD, AppointmentFactory, DistrictFactory, MembershipFactory, RegionFactory, UserFactory

pytestmark = pytest.mark.django_db

SIGNUP = {"email": "New@Example.org", "password1": "a-long-secret-4", "password2": "a-long-secret-4"}
NAMES = {"given_name": "Giulia", "family_name": "Neri"}


@pytest.mark.parametrize("language", ["it", "en"])
def test_sign_up_keeps_the_names_and_the_language_of_the_page(language: str, client: Client) -> None:
    assert client.post(f"/{language}/accounts/signup/", {**SIGNUP, **NAMES}).status_code == 302
    person = User.objects.get()
    assert (person.email, str(person), person.language) == ("new@example.org", "Giulia Neri", language)
    assert not EmailAddress.objects.get(user=person).verified


def test_sign_up_asks_for_the_names_first(client: Client) -> None:
    form = client.get("/en/accounts/signup/").context["form"]
    assert list(form.fields)[:3] == ["given_name", "family_name", "email"]
    response = client.post("/en/accounts/signup/", SIGNUP)
    assert set(response.context["form"].errors) == {"given_name", "family_name"}
    assert not User.objects.exists()


def test_a_person_changes_name_and_language_and_is_answered_in_it(client: Client) -> None:
    person = UserFactory(language="it")
    client.force_login(person)
    response = client.post("/it/accounts/profile/", {**NAMES, "language": "en"})
    assertRedirects(response, "/en/accounts/profile/")
    person.refresh_from_db()
    assert (str(person), person.language) == ("Giulia Neri", "en")
    assert client.get("/calls/")["Location"] == "/en/calls/"


def test_a_refused_profile_changes_nothing_and_keeps_what_was_typed(client: Client) -> None:
    person = UserFactory(given_name="Anna", family_name="Rossi")
    client.force_login(person)
    response = client.post("/en/accounts/profile/", {"given_name": "", "family_name": "Neri", "language": "xx"})
    assertContains(response, 'value="Neri"', status_code=422)
    assertContains(response, "Anna Rossi", status_code=422)
    assert User.objects.get().family_name == "Rossi"


def test_visitors_have_no_profile(client: Client) -> None:
    assert client.get("/en/accounts/profile/")["Location"] == "/en/accounts/login/?next=/en/accounts/profile/"


def test_an_address_belongs_to_one_person_however_it_is_written() -> None:
    UserFactory(email="anna@example.org")
    with pytest.raises(IntegrityError):
        UserFactory(email="Anna@Example.org")


def test_people_sign_in_with_their_address_however_it_is_written(client: Client) -> None:
    UserFactory(email="anna@example.org")
    response = client.post("/en/accounts/login/", {"login": "ANNA@example.org", "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"] == "/en/desk/"


def test_roles_follow_what_holds_today() -> None:
    person = UserFactory()
    yesterday, tomorrow = (timezone.localdate() + timedelta(days=days) for days in (-1, 1))
    AppointmentFactory(user=person, role=Role.EVALUATOR, valid_from=yesterday, valid_to=yesterday)
    AppointmentFactory(user=person, role=Role.ORGANISER, valid_from=tomorrow)
    AppointmentFactory(user=person, role=Role.FACILITATOR, valid_to=timezone.localdate())
    MembershipFactory(user=person, role="viewer")
    assert User.objects.get(pk=person.pk).roles == {"facilitator", "enterprise"}
    assert UserFactory(is_staff=True).roles == {"admin"}
    assert UserFactory().roles == frozenset()


def test_an_appointment_reaches_its_district_or_its_whole_region() -> None:
    region, elsewhere = RegionFactory(), RegionFactory(nuts="ITC4")
    district, neighbour = DistrictFactory(region=region), DistrictFactory(region=region)
    one = AppointmentFactory(district=district)
    whole = AppointmentFactory(district=None, region=region)
    assert [one.reaches(row.pk, region.pk) for row in (district, neighbour)] == [True, False]
    assert [whole.reaches(row.pk, region.pk) for row in (district, neighbour)] == [True, True]
    assert not whole.reaches(DistrictFactory(region=elsewhere).pk, elsewhere.pk)


def test_the_administration_adds_and_shows_people(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    person = AppointmentFactory().user
    for address in ["user/", f"user/{person.pk}/change/", "user/add/", "region/", "district/", "appointment/"]:
        assert client.get(f"/en/admin/accounts/{address}").status_code == 200, address
    data = {"email": "new@example.org", **NAMES, "usable_password": "true", "appointments-TOTAL_FORMS": "0"}
    data |= {"password1": "a-long-secret-4", "password2": "a-long-secret-4", "appointments-INITIAL_FORMS": "0"}
    assert client.post("/en/admin/accounts/user/add/", data).status_code == 302
    assert User.objects.get(email="new@example.org").check_password("a-long-secret-4")


def test_the_first_administrator_is_made_by_command() -> None:
    names = {"given_name": "Giulia", "family_name": "Neri"}
    call_command("createsuperuser", interactive=False, verbosity=0, email="admin@example.org", **names)
    person = User.objects.get_by_natural_key("admin@example.org")
    assert (person.is_staff, person.is_superuser, person.has_usable_password()) == (True, True, False)
