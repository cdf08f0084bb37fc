"""The rules of a call are entered, shown in both languages, changed with a note, taken over from others."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from calls.models import Call, CallVersion
from calls.rules import RULES
from district_portal.accounts.models import Role
from tests.factories import AppointmentFactory, UserFactory
from tests.factories.calls import CallFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
RULES_PAGE = "/en/publishing/reti/rules/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def draft() -> Call:
    return CallFactory(slug="reti", draft=True)


@pytest.fixture
def officer(client: Client, draft: Call) -> Client:
    """Regional staff of the call's region."""
    region = draft.programme.region
    client.force_login(AppointmentFactory(role=Role.REGIONAL_STAFF, region=region, district=None).user)
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def criteria(*weights: Any) -> dict[str, Any]:
    rows = {f"criteria-{number}-name_it": f"Criterio {number}" for number in range(len(weights))}
    return rows | {f"criteria-{number}-weight": weight for number, weight in enumerate(weights)}


def test_a_rule_is_entered_and_said_in_both_languages(officer: Client, draft: Call) -> None:
    response = officer.post(f"{RULES_PAGE}minimum_members/", {"fewest": "3"}, follow=True)
    assert response.redirect_chain == [(RULES_PAGE, 302)]
    assert "At least 3 organisations take part, the lead included." in words(response)
    assert '<p class="m-0 small muted" lang="it">' in response.content.decode()
    assert draft.rules.get().parameters == {"fewest": 3}
    draft.refresh_from_db()
    assert draft.partners_min == 3


def test_shares_are_entered_as_percentages_with_comma_or_point(officer: Client, draft: Call) -> None:
    officer.post(f"{RULES_PAGE}cost_share/", {"lowest": "10", "highest": "62,5"})
    officer.post(f"{RULES_PAGE}project_cost/", {"lowest": "150.000", "highest": "€ 300,000"})
    assert {row.kind: row.parameters for row in draft.rules.all()} == {
        "cost_share": {"lowest": "0.1", "highest": "0.625"},
        "project_cost": {"lowest": "150000", "highest": "300000"},
    }
    page = officer.get("/it/publishing/reti/rules/cost_share/").content.decode()
    assert 'value="62,5"' in page


def test_weights_that_do_not_add_up_are_refused_at_their_field_with_what_was_typed(
    officer: Client, draft: Call
) -> None:
    response = officer.post(f"{RULES_PAGE}criteria/", criteria(60, 30))
    assert response.status_code == 422
    assert response.context["form"].errors == {"criteria": ["The weights add up to 90: they must add up to 100."]}
    page = response.content.decode()
    assert '<a href="#id_criteria_0">Criteria: The weights add up to 90' in page
    assert 'value="Criterio 1"' in page
    assert not draft.rules.exists()
    assert officer.post(f"{RULES_PAGE}criteria/", criteria(60, 40)).status_code == 302


def test_declarations_are_rows_and_empty_ones_are_left_out(officer: Client, draft: Call) -> None:
    rows = {"declarations-0-name_it": "Nessun aiuto da restituire", "declarations-2-name_it": "Nessuna difficoltà"}
    assert officer.post(f"{RULES_PAGE}declarations/", rows).status_code == 302
    entered = draft.rules.get().parameters["declarations"]
    assert [row["name_it"] for row in entered] == ["Nessun aiuto da restituire", "Nessuna difficoltà"]


def test_the_sentence_is_shown_before_anything_is_saved(officer: Client, draft: Call) -> None:
    part = officer.post(f"{RULES_PAGE}minimum_members/preview/", {"fewest": "4"}, headers=HTMX)
    assert "<html" not in part.content.decode()
    assert "At least 4 organisations take part, the lead included." in words(part)
    assert re.findall(r'lang="(\w\w)"', part.content.decode()) == ["it", "en"]
    page = officer.post(f"{RULES_PAGE}minimum_members/preview/", {"fewest": "4"})
    assert "At least 4 organisations" in words(page)
    assert 'value="4"' in page.content.decode()
    assert not draft.rules.exists()


def test_the_note_of_a_public_call_is_not_asked_for_before_the_rule_is_saved(officer: Client, draft: Call) -> None:
    CallFactory(slug="open", programme=draft.programme)
    page = officer.post("/en/publishing/open/rules/minimum_members/preview/", {"fewest": "4"})
    assert page.status_code == 200
    assert "At least 4 organisations" in words(page)
    assert "Check one answer" not in words(page)


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_the_preview_of_a_form_that_is_not_complete_says_so(headers: dict, officer: Client) -> None:
    response = officer.post(f"{RULES_PAGE}minimum_members/preview/", {"fewest": ""}, headers=headers)
    assert response.status_code == 422
    assert "The sentence stands here when the form is complete." in words(response)


def test_a_rule_is_removed_after_a_question_that_says_it(officer: Client, draft: Call) -> None:
    draft.rules.create(kind="minimum_members", parameters={"fewest": 3})
    page = officer.get(f"{RULES_PAGE}minimum_members/remove/")
    assert "Remove the rule “Fewest members”?" in words(page)
    assert "At least 3 organisations take part" in words(page)
    officer.post(f"{RULES_PAGE}minimum_members/remove/")
    assert not draft.rules.exists()
    assert officer.get(f"{RULES_PAGE}minimum_members/remove/").status_code == 404


def test_a_rule_that_nobody_can_read_is_shown_and_can_only_be_removed(officer: Client, draft: Call) -> None:
    draft.rules.create(kind="from_another_time", parameters={"x": 1})
    page = officer.get(RULES_PAGE)
    assert "The call has one more rule, which can&#x27;t be shown here" in words(page)
    assert "from_another_time/remove/" in page.content.decode()
    assert officer.get(f"{RULES_PAGE}from_another_time/").status_code == 404
    assert officer.post(f"{RULES_PAGE}from_another_time/remove/").status_code == 302
    assert not draft.rules.exists()


def test_parameters_that_a_kind_no_longer_understands_are_entered_afresh(officer: Client, draft: Call) -> None:
    draft.rules.create(kind="minimum_members", parameters={"least": 3})
    assert officer.get(f"{RULES_PAGE}minimum_members/").status_code == 200
    assert officer.post(f"{RULES_PAGE}minimum_members/", {"fewest": "3"}).status_code == 302
    assert draft.rules.get().parameters == {"fewest": 3}


def test_rules_that_contradict_each_other_are_refused_and_nothing_is_saved(officer: Client, draft: Call) -> None:
    draft.rules.create(kind="maximum_members", parameters={"most": 2})
    response = officer.post(f"{RULES_PAGE}minimum_members/", {"fewest": "3"})
    assert response.status_code == 409
    assert [row.kind for row in draft.rules.all()] == ["maximum_members"]


@pytest.mark.parametrize(("code", "kind"), [("call-1", "flat_intensity"), ("call-2", "smes_beside_large"),
                                            ("sme-networks-2018", "minimum_independent_smes")])  # fmt: skip
def test_the_rules_of_a_real_call_are_looked_at_and_taken_over_whole(
    code: str, kind: str, officer: Client, draft: Call
) -> None:
    draft.rules.create(kind="criteria", parameters={})
    address = f"{RULES_PAGE}start/?source=set:{code}"
    assert "The one rule that this call has is replaced by these:" in words(officer.get(address))
    assert draft.rules.count() == 1
    response = officer.post(address, follow=True)
    assert response.redirect_chain == [(RULES_PAGE, 302)]
    entered = {row.kind for row in draft.rules.all()}
    assert kind in entered
    assert "criteria" not in entered


def test_the_rules_of_another_call_that_one_prepares_are_taken_over(officer: Client, draft: Call) -> None:
    first = CallFactory(slug="first", title_en="First edition", programme=draft.programme)
    first.rules.create(kind="minimum_members", parameters={"fewest": 5})
    assert "First edition" in words(officer.get(RULES_PAGE))
    officer.post(f"{RULES_PAGE}start/?source=call:first")
    assert draft.rules.get().parameters == {"fewest": 5}


@pytest.mark.parametrize("source", ["call:strange", "set:none", "call:", "x", ""])
def test_rules_that_one_may_not_choose_are_not_taken_over(source: str, officer: Client, draft: Call) -> None:
    strange = CallFactory(slug="strange", programme__slug="elsewhere", programme__region__slug="elsewhere",
                          programme__region__nuts="ITC4")  # fmt: skip
    strange.rules.create(kind="minimum_members", parameters={"fewest": 5})
    assert officer.post(f"{RULES_PAGE}start/?source={source}").status_code == 422
    assert not draft.rules.exists()


def test_a_call_that_everyone_reads_is_changed_with_a_note_which_makes_a_version(officer: Client, draft: Call) -> None:
    call = CallFactory(slug="open", programme=draft.programme)
    address = "/en/publishing/open/rules/minimum_members/"
    response = officer.post(address, {"fewest": "3"})
    assert response.status_code == 422
    assert response.context["form"].errors == {"note": ["Say in one sentence what changed, and why."]}
    assert "At least 3 organisations take part" in words(response)
    assert not call.rules.exists()
    assert officer.post(address, {"fewest": "3", "note": "Three, as the programme says"}).status_code == 302
    assert officer.post(f"{address}remove/").status_code == 422
    assert officer.post("/en/publishing/open/rules/start/?source=set:call-2").status_code == 422
    assert [version.note for version in CallVersion.objects.filter(call=call)] == ["Three, as the programme says", ""]
    assert call.rules.get().parameters == {"fewest": 3}


def test_what_no_rule_speaks_of_yet_is_said(officer: Client, draft: Call) -> None:
    draft.rules.create(kind="minimum_members", parameters={"fewest": 3})
    said = words(officer.get(RULES_PAGE))
    assert "Nothing says how proposals are scored." in said
    assert "Nothing says how many take part together." not in said


@pytest.mark.parametrize("kind", sorted(RULES))
def test_every_kind_of_rule_has_a_page_in_both_languages(kind: str, officer: Client) -> None:
    for language in ("it", "en"):
        assert officer.get(f"/{language}/publishing/reti/rules/{kind}/").status_code == 200


def test_only_those_who_prepare_the_call_see_and_change_its_rules(client: Client, draft: Call) -> None:
    assert "/accounts/login/" in client.get(RULES_PAGE)["Location"]
    client.force_login(UserFactory())
    assert client.get(RULES_PAGE).status_code == 404
    CallFactory(slug="open", programme=draft.programme)
    paths = ["", "start/", "minimum_members/"]
    assert [client.get(f"/en/publishing/open/rules/{path}").status_code for path in paths] == [403, 403, 403]
    assert client.post("/en/publishing/open/rules/minimum_members/", {"fewest": "3"}).status_code == 403


def test_one_rule_and_many_take_the_same_number_of_queries(
    officer: Client, draft: Call, django_assert_max_num_queries
) -> None:
    for turn in range(2):
        with django_assert_max_num_queries(14):
            officer.get(RULES_PAGE)
        if not turn:
            officer.post(f"{RULES_PAGE}start/?source=set:sme-networks-2018")
