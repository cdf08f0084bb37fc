"""The administration: programmes, families, themes and figures are entered there; calls are read there, no more."""

import pytest

from calls.models import Call, CallFamily, CallFigure
from tests.factories import UserFactory
from tests.factories.calls import CallFactory, ProgrammeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def test_calls_are_read_only_and_lead_to_their_publishing_page(client, staff) -> None:
    call = CallFactory(draft=True)
    page = client.get(f"/en/admin/calls/call/{call.pk}/change/").content.decode()
    assert f'href="/en/publishing/{call.slug}/"' in page
    assert 'name="_save"' not in page


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_there_is_no_second_way_to_make_or_delete_a_call(client, staff, page: str) -> None:
    call = CallFactory(draft=True)
    assert client.post(f"/en/admin/calls/call/{page.format(pk=call.pk)}", {"post": "yes"}).status_code == 403
    assert list(Call.objects.all()) == [call]


def test_there_is_no_second_way_to_change_or_publish_a_call(client, staff) -> None:
    call = CallFactory(draft=True)
    assert client.post(f"/en/admin/calls/call/{call.pk}/change/", {"title_it": "Other"}).status_code == 403
    client.post("/en/admin/calls/call/", {"action": "publish_call", "_selected_action": [call.pk]})
    client.post("/en/admin/calls/call/", {"action": "delete_selected", "_selected_action": [call.pk], "post": "yes"})
    again = Call.objects.get()
    assert (again.title_it, again.state) == (call.title_it, "draft")


def test_families_and_figures_are_entered_here(client, staff) -> None:
    call = CallFactory()
    family = {"programme": ProgrammeFactory().pk, "name_it": "Reti", "name_en": "Networks"}
    assert client.post("/en/admin/calls/callfamily/add/", family).status_code == 302
    words = {f"{part}_{language}": "x" for part in ("name", "scope", "source") for language in ("it", "en")}
    figure = words | {"call": call.pk, "value": "35", "as_of": "2012"}
    assert client.post("/en/admin/calls/callfigure/add/", figure).status_code == 302
    assert (CallFamily.objects.count(), CallFigure.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "page",
    ["call/", "programme/", "programme/add/", "theme/", "theme/add/", "callfamily/", "callfamily/add/", "callfigure/"],
)
def test_the_pages_of_the_administration_answer(client, staff, page: str) -> None:
    CallFactory()
    assert client.get(f"/en/admin/calls/{page}").status_code == 200
