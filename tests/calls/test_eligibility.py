"""The eligibility self-check: what is asked, what is filled in, what is said, what is kept and for whom."""

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone, translation

from calls.models import AidTable, Call, EligibilityAnswers
from calls.panels.eligibility import Check, check_of
from calls.rule_sets import rule_set
from enterprises.models import Organisation
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, InterestFactory

pytestmark = pytest.mark.django_db

YES = {"answer_minimum_members": "yes", "answer_maximum_members": "yes"}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def call() -> Call:
    """Three to six organisations."""
    call = CallFactory(slug="reti")
    call.rules.create(kind="minimum_members", parameters={"fewest": 3})
    call.rules.create(kind="maximum_members", parameters={"most": 6})
    return call


@pytest.fixture
def firm() -> Organisation:
    return OrganisationFactory(name="Novamed", slug="novamed", owner=UserFactory(email="nova@demo.example"))


def owner(firm: Organisation) -> Client:
    client = Client()
    client.force_login(firm.memberships.get().user)
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def checked(content: str) -> list[str]:
    """Ids of the chosen answers."""
    return re.findall(r'id="((?:yes|no)-\w+)" checked', content)


# --- Visitors ----------------------------------------------------------------------------------------------------


def test_a_visitor_finds_one_question_for_each_rule_none_of_them_answered(client: Client, call: Call) -> None:
    response = client.get("/en/calls/reti/")
    assert "At least 3 organisations take part, the lead included." in words(response)
    assert "2 questions, about 1 minute" in words(response)
    assert "0 of 2 requirements met, 2 not known yet." in words(response)
    assert "Nothing is saved unless you sign in" in words(response)
    assert checked(response.content.decode()) == []


def test_without_script_the_answers_go_by_the_address_and_come_back_with_the_verdict(
    client: Client, call: Call
) -> None:
    response = client.get("/en/calls/reti/eligibility/", YES | {"answer_minimum_members": "no"})
    assert checked(response.content.decode()) == ["no-minimum_members", "yes-maximum_members"]
    assert "1 of 2 requirements met." in words(response)
    assert "1 requirement is open, and you can still solve it before the deadline." in words(response)
    assert not EligibilityAnswers.objects.exists()


def test_all_met_is_said_but_never_that_one_is_eligible(client: Client, call: Call) -> None:
    said = words(client.get("/en/calls/reti/eligibility/", YES))
    assert "All 2 requirements met." in said
    assert "This check is guidance: it is not part of your application." in said
    assert "you are eligible" not in said.lower()


def test_only_one_open_requirement_of_several_is_almost_there() -> None:
    def check(*answers: bool | None) -> Check:
        question = type("Question", (), {})
        questions = []
        for answer in answers:
            questions.append(question())
            questions[-1].answer = answer
        return Check(Call(), questions, None, [], None)

    assert check(True, True, True, True, False).headline == "Almost there: 4 of 5 requirements met."
    assert check(True, False, False).headline == "1 of 3 requirements met."
    assert check(True, False, None).headline == "1 of 3 requirements met, 1 not known yet."
    assert check(True).headline == "The requirement is met."
    assert [check(*each).colour for each in ([True, True], [True, False], [True, None])] == ["ok", "soon", ""]


def test_not_yet_leads_to_those_who_are_interested_or_else_to_the_directory(client: Client, call: Call) -> None:
    not_yet = {"answer_minimum_members": "no"}
    page = client.get("/en/calls/reti/eligibility/", not_yet).content.decode()
    assert '<a href="/en/organisations/">Find organisations</a>' in page
    InterestFactory.create_batch(2, call=call)
    page = client.get("/en/calls/reti/eligibility/", not_yet).content.decode()
    assert '<a href="/en/calls/reti/#interest">2 organisations are interested in this call</a>' in page
    assert "more organisations are needed" not in page  # how many a visitor has is not known


def test_htmx_gets_the_verdict_and_the_hints_alone_and_the_way_back_the_whole_page(client: Client, call: Call) -> None:
    part = client.get("/en/calls/reti/eligibility/", {"answer_minimum_members": "no"}, headers=HTMX).content.decode()
    assert "<html" not in part
    assert "<input" not in part
    assert 'id="eligibility-result" role="status"' in part
    assert re.findall(r'id="(hint-\w+)" hx-swap-oob="true"', part) == ["hint-minimum_members", "hint-maximum_members"]
    back = client.get("/en/calls/reti/eligibility/", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in back.content.decode()


@pytest.mark.parametrize("query", [{"answer_minimum_members": "perhaps"}, {"answer_nothing": "yes"}])
def test_an_answer_that_nobody_could_choose_is_no_answer(query: dict, client: Client, call: Call) -> None:
    response = client.get("/en/calls/reti/eligibility/", query)
    assert response.status_code == 200
    assert checked(response.content.decode()) == []


@pytest.mark.parametrize("over", [{"closed": True}, {"assessed": True}, {"concluded": True}])
def test_a_call_that_is_over_asks_nothing(over: dict, client: Client) -> None:
    call = CallFactory(slug="past", **over)
    call.rules.create(kind="minimum_members", parameters={"fewest": 3})
    assert check_of(call, now=timezone.now()) is None
    assert "Eligibility self-check" not in words(client.get("/en/calls/past/"))
    assert "There is nothing to check" in words(client.get("/en/calls/past/eligibility/"))


def test_a_call_without_rules_asks_nothing(client: Client) -> None:
    CallFactory(slug="free")
    assert "Eligibility self-check" not in words(client.get("/en/calls/free/"))
    assert client.get("/en/calls/free/eligibility/").status_code == 200


@pytest.mark.parametrize(("code", "asked"), [
    ("call-1", ["roles", "legal_forms"]),
    ("call-2", ["smes_beside_large", "project_cost"]),
    ("sme-networks-2018", [
        "minimum_independent_smes", "legal_forms", "project_cost", "cost_share", "cost_limits", "staff",
    ]),
])  # fmt: skip
def test_of_the_real_calls_is_asked_what_people_can_answer(code: str, asked: list[str], client: Client) -> None:
    call = CallFactory(slug="real")
    for kind, parameters in rule_set(code).items():
        call.rules.create(kind=kind, parameters=parameters)
    assert [question.kind for question in check_of(call, now=timezone.now()).questions] == asked
    nobody_yet = {f"answer_{kind}": "no" for kind in asked}
    response = client.get("/en/calls/real/eligibility/", nobody_yet)
    assert f"0 of {len(asked)} requirements met." in words(response)


def test_a_rule_that_nobody_can_read_is_not_asked(client: Client, call: Call) -> None:
    call.rules.create(kind="from_another_time", parameters={})
    assert [question.kind for question in check_of(call, now=timezone.now()).questions] == [
        "minimum_members", "maximum_members",
    ]  # fmt: skip


# --- Organisations -----------------------------------------------------------------------------------------------


def test_what_is_known_of_the_organisation_is_filled_in_with_what_would_meet_the_rest(
    call: Call, firm: Organisation
) -> None:
    response = owner(firm).get("/en/calls/reti/")
    assert checked(response.content.decode()) == ["no-minimum_members", "yes-maximum_members"]
    said = words(response)
    assert "What the profile of Novamed says is filled in." in said
    assert "1 of 3 organisations. 2 more organisations are needed." in said
    assert not EligibilityAnswers.objects.exists()


def test_answers_are_kept_for_the_organisation_and_win_over_what_is_known(call: Call, firm: Organisation) -> None:
    client = owner(firm)
    response = client.post("/en/calls/reti/eligibility/", {"answer_minimum_members": "yes"}, follow=True)
    assert response.redirect_chain == [("/en/calls/reti/#eligibility", 302)]
    assert checked(response.content.decode()) == ["yes-minimum_members", "yes-maximum_members"]
    assert "Your answers are saved for Novamed" in words(response)
    kept = EligibilityAnswers.objects.get()
    assert (kept.organisation, kept.answers, kept.saved_by) == (
        firm, {"minimum_members": {"yes": True, "asked": {"fewest": 3}}}, firm.memberships.get().user,
    )  # fmt: skip


def test_an_answer_that_says_what_the_profile_says_is_not_kept_so_that_it_stays_current(
    call: Call, firm: Organisation
) -> None:
    client = owner(firm)
    client.post("/en/calls/reti/eligibility/", {"answer_minimum_members": "no", "answer_maximum_members": "yes"})
    assert not EligibilityAnswers.objects.exists()
    client.post("/en/calls/reti/eligibility/", YES)
    client.post("/en/calls/reti/eligibility/", {"answer_minimum_members": "no"})
    assert not EligibilityAnswers.objects.exists()


def test_an_answer_to_a_rule_that_has_changed_since_is_no_answer(call: Call, firm: Organisation) -> None:
    client = owner(firm)
    client.post("/en/calls/reti/eligibility/", YES)
    call.rules.filter(kind="minimum_members").update(parameters={"fewest": 5})
    assert checked(client.get("/en/calls/reti/").content.decode()) == ["no-minimum_members", "yes-maximum_members"]


def test_htmx_keeps_the_answers_too(call: Call, firm: Organisation) -> None:
    response = owner(firm).post("/en/calls/reti/eligibility/", YES, headers=HTMX)
    assert response.status_code == 200
    assert "All 2 requirements met." in words(response)
    assert "Your answers are saved for Novamed" in words(response)
    assert "Clear my answers" in words(response)
    assert list(EligibilityAnswers.objects.get().answers) == ["minimum_members"]


def test_answers_can_be_cleared(call: Call, firm: Organisation) -> None:
    client = owner(firm)
    client.post("/en/calls/reti/eligibility/", YES)
    response = client.post("/en/calls/reti/eligibility/clear/", {"organisation": "novamed"}, follow=True)
    assert not EligibilityAnswers.objects.exists()
    assert checked(response.content.decode()) == ["no-minimum_members", "yes-maximum_members"]
    assert "Clear my answers" not in words(response)


def test_who_acts_for_several_chooses_one_of_them(call: Call, firm: Organisation) -> None:
    other = OrganisationFactory(name="Secchia", slug="secchia", owner=firm.memberships.get().user)
    client = owner(firm)
    page = client.get("/en/calls/reti/?organisation=secchia")
    assert "What the profile of Secchia says" in words(page)
    assert 'href="/en/calls/reti/eligibility/?organisation=novamed"' in page.content.decode()
    response = client.post("/en/calls/reti/eligibility/", YES | {"organisation": "secchia"})
    assert response["Location"] == "/en/calls/reti/?organisation=secchia#eligibility"
    assert EligibilityAnswers.objects.get().organisation == other
    undecided = client.post("/en/calls/reti/eligibility/", YES)
    assert undecided.status_code == 422
    assert "Choose the organisation for which you act" in words(undecided)


def test_nobody_reads_or_writes_the_answers_of_others(call: Call, firm: Organisation) -> None:
    owner(firm).post("/en/calls/reti/eligibility/", YES)
    stranger = owner(OrganisationFactory(name="Valli", owner=UserFactory()))
    assert stranger.post("/en/calls/reti/eligibility/", YES | {"organisation": "novamed"}).status_code == 403
    assert stranger.post("/en/calls/reti/eligibility/clear/", {"organisation": "novamed"}).status_code == 403
    page = stranger.get("/en/calls/reti/?organisation=novamed")
    assert "Novamed" not in words(page)
    assert checked(page.content.decode()) == ["no-minimum_members", "yes-maximum_members"]
    assert list(EligibilityAnswers.objects.get().answers) == ["minimum_members"]


def test_visitors_and_people_without_organisation_save_nothing(client: Client, call: Call) -> None:
    assert "/accounts/login/" in client.post("/en/calls/reti/eligibility/", YES)["Location"]
    client.force_login(UserFactory())
    assert client.post("/en/calls/reti/eligibility/", YES).status_code == 403
    assert "Nothing is saved" in words(client.get("/en/calls/reti/eligibility/", YES))


def test_a_draft_asks_only_those_who_see_it(client: Client) -> None:
    call = CallFactory(slug="draft", draft=True)
    call.rules.create(kind="minimum_members", parameters={"fewest": 3})
    assert client.get("/en/calls/draft/eligibility/").status_code == 404
    client.force_login(UserFactory(is_staff=True))
    assert "Eligibility self-check" in words(client.get("/en/calls/draft/eligibility/"))


def test_the_number_of_queries_does_not_grow_with_the_rules(
    call: Call, firm: Organisation, django_assert_num_queries
) -> None:
    EligibilityAnswers.objects.create(
        call=call, organisation=firm, answers={"maximum_members": {"yes": False, "asked": {"most": 6}}}
    )
    for _turn in range(2):
        firm = Organisation.objects.get(pk=firm.pk)
        with django_assert_num_queries(6):  # rules, saved answers, the firm's size, place and district, interests
            check_of(call, now=timezone.now(), organisations=[firm])
        call.rules.filter(kind="maximum_members").delete()


# --- Rules in words ----------------------------------------------------------------------------------------------


def test_criteria_stand_in_a_table_with_their_weights_and_the_points_that_are_needed(client: Client) -> None:
    call = CallFactory(slug="graded")
    grid = [("Qualità", "Quality", 60), ("Impatto", "", 40)]
    rows = [{"code": it.lower(), "name_it": it, "name_en": en, "weight": weight} for it, en, weight in grid]
    call.rules.create(kind="criteria", parameters={"criteria": rows, "threshold": 60})
    said = words(client.get("/en/calls/graded/"))
    assert "Criterion Weight Quality 60 Impatto 40" in said
    assert "At least 60 of 100 points are needed." in said
    assert "Eligibility self-check" not in said  # criteria judge nobody


def test_shares_of_aid_stand_in_a_table_with_version_and_source(client: Client) -> None:
    table = AidTable.objects.create(
        code="version", name_it="Versione", name_en="Version of 2023", source="Official Journal",
        valid_from=date(2023, 7, 1), valid_to=date(2026, 12, 31),
        tables={
            "intensity": {"industrial_research": {"micro": "0.7", "small": "0.7", "medium": "0.6", "large": "0.5"}},
            "bonuses": {"collaboration": {"add": "0.15", "activities": ["industrial_research"]}},
            "cap": "0.8",
        },
    )  # fmt: skip
    call = CallFactory(slug="aided", aid_table=table)
    call.rules.create(kind="intensity_by_table", parameters={"activities": ["industrial_research"]})
    said = words(client.get("/en/calls/aided/"))
    assert "Eligibility self-check" not in said  # only the application can tell
    assert "Activity Micro Small Medium Large Industrial research 70% 70% 60% 50%" in said
    assert "never beyond 80%: Effective collaboration: +15%" in said
    assert "Version of 2023, valid until 31 Dec 2026. Source: Official Journal." in said
    assert "the shares are provisional" in said


@pytest.mark.parametrize(("kind", "parameters", "sentence"), [
    ("minimum_members", {"fewest": 3}, "Who takes part together At least 3 organisations take part"),
    ("flat_intensity", {"shares": [{"activity": "dissemination", "share": "1"}]}, "At most Dissemination 100%"),
    ("from_another_time", {}, "The call has one more rule, which can&#x27;t be shown here"),
])  # fmt: skip
def test_the_rules_stay_readable_when_the_call_is_over(
    kind: str, parameters: dict, sentence: str, client: Client
) -> None:
    CallFactory(slug="past", closed=True).rules.create(kind=kind, parameters=parameters)
    assert sentence in words(client.get("/en/calls/past/"))
