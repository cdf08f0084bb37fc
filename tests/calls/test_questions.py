"""Questions about a call: asked until a moment, answered for all, without the name of who asked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from calls.desk import question_tasks
from calls.models import Call, Correction, Follow, Question
from calls.notifications.questions import people_who_answer
from calls.operations import questions as operations
from calls.operations.lifecycle import moment_of_arrival
from calls.operations.questions import AnswerTexts, StaleQuestion, answer_question, ask_question, why_not_askable
from calls.states import QuestionState
from district_portal.accounts.models import Role, User
from district_portal.notifications.models import OutboxRow
from district_portal.notifications.outbox import NoLongerTrue
from district_portal.notifications.rendering import Renderer
from district_portal.shared.errors import DomainError
from tests.factories import AppointmentFactory, DistrictFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.accounts import RegionFactory
from tests.factories.calls import CallFactory, InterestFactory, QuestionFactory

pytestmark = pytest.mark.django_db
ITALIAN = {"question_it": "Chi può guidare?", "answer_it": "Ogni impresa."}
BOTH = {**ITALIAN, "question_en": "Who may lead?", "answer_en": "Any enterprise."}
TEXTS = AnswerTexts(**BOTH)


@pytest.fixture
def asker() -> User:
    return UserFactory(given_name="Secret", family_name="Asker", email="secret@example.org")


@pytest.fixture
def facilitator() -> User:
    return UserFactory()


@pytest.fixture
def call(facilitator: User) -> Call:
    return CallFactory(slug="reti", title_en="District networks", facilitator=facilitator)


@pytest.fixture
def question(call: Call, asker: User) -> Question:
    return QuestionFactory(call=call, asked_by=asker, text="May my spin-off lead?")


def told(message: str) -> list[str]:
    """Who was told by mail."""
    rows = OutboxRow.objects.filter(channel="mail", message=f"calls/{message}")
    return sorted(rows.values_list("user__email", flat=True))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def emails(*people: User) -> list[str]:
    return sorted(person.email for person in people)


# --- Until when one may ask


@pytest.mark.parametrize("own_end", [True, False])
def test_the_last_microsecond_is_in_and_the_end_itself_is_out(asker: User, own_end: bool) -> None:
    end = timezone.now() + timedelta(days=5)
    call = CallFactory(questions_until=end) if own_end else CallFactory(closes_at=end)
    with pytest.raises(DomainError, match=r"Questions about this call ended on .*, \d\d:\d\d \(Rome time\)"):
        ask_question(call, actor=asker, text="May we?", arrived=end)
    assert not Question.objects.exists()
    last = end - timedelta(microseconds=1)
    assert ask_question(call, actor=asker, text="May we?", arrived=last).asked_at == last


def test_the_end_is_read_again_from_the_row_that_is_held(call: Call, asker: User) -> None:
    Call.objects.filter(pk=call.pk).update(questions_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(DomainError):
        ask_question(call, actor=asker, text="May we?", arrived=moment_of_arrival())


def test_the_row_of_the_call_is_held_for_share(call: Call, asker: User, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(20) as queries:
        ask_question(call, actor=asker, text="May we?", arrived=moment_of_arrival())
    assert any(query["sql"].endswith("FOR SHARE") for query in queries.captured_queries)


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        ({"draft": True}, "This call is not public yet"),
        ({"planned": True}, ""),
        ({"coming": True}, ""),
        ({}, ""),
        ({"closed": True}, "Questions about this call ended on"),
        ({"assessed": True}, "Questions about this call ended on"),
        ({"concluded": True}, "This call takes no more questions."),
        ({"state": "cancelled"}, "This call was cancelled: it takes no more questions."),
        ({"closed": True, "deadline_has_time": False}, "Questions about this call ended on"),
    ],
)
def test_each_state_says_whether_one_may_ask(trait: dict, words: str) -> None:
    found = why_not_askable(CallFactory(**trait), timezone.now())
    assert found.startswith(words) and bool(found) == bool(words)
    assert (":" in found) is False or trait.get("deadline_has_time", True)


def test_too_late_is_409_with_the_sentence_and_the_page_says_so_before(asker: User) -> None:
    CallFactory(slug="late", questions_until=timezone.now() - timedelta(minutes=1))
    client = signed_in(asker)
    for sent in ({"text": "May we?"}, {"text": ""}):
        answer = client.post("/en/calls/late/questions/ask/", sent)
        assert answer.status_code == 409
        assert "Questions about this call ended on" in answer.content.decode()
    for path in ("questions/", "questions/ask/", ""):
        page = client.get(f"/en/calls/late/{path}").content.decode()
        assert "Questions about this call ended on" in page
        assert 'name="text"' not in page
    assert not Question.objects.exists()


# --- Asking


def test_a_question_waits_unseen_by_others_and_those_who_answer_are_told(
    call: Call, asker: User, facilitator: User, client
) -> None:
    answer = signed_in(asker).post("/en/calls/reti/questions/ask/", {"text": "May my spin-off lead?"})
    assert (answer.status_code, answer["Location"]) == (302, "/en/calls/reti/questions/")
    question = Question.objects.get()
    assert (question.asked_by, question.state, question.on_behalf) == (asker, QuestionState.ASKED, False)
    assert told("question_asked") == [facilitator.email]
    assert "May my spin-off lead?" in signed_in(asker).get("/en/calls/reti/questions/").content.decode()
    for reader in (client, signed_in(UserFactory())):
        for path in ("", "questions/", "questions/?format=json"):
            assert "spin-off" not in reader.get(f"/en/calls/reti/{path}").content.decode()


def test_the_same_words_sent_twice_are_one_question_and_one_message(call: Call, asker: User) -> None:
    for _click in range(2):
        assert signed_in(asker).post("/en/calls/reti/questions/ask/", {"text": "May we?"}).status_code == 302
    assert Question.objects.count() == 1
    assert len(told("question_asked")) == 1
    ask_question(call, actor=UserFactory(), text="May we?", arrived=moment_of_arrival())
    assert Question.objects.count() == 2


def test_an_empty_or_too_long_question_comes_back_as_it_was_typed(call: Call, asker: User) -> None:
    client = signed_in(asker)
    assert client.post("/en/calls/reti/questions/ask/", {"text": "  "}).status_code == 422
    answer = client.post("/en/calls/reti/questions/ask/", {"text": "x" * 2001})
    assert answer.status_code == 422
    assert "x" * 2001 in answer.content.decode()
    assert not Question.objects.exists()


def test_only_those_who_answer_ask_on_behalf_of_others(call: Call, asker: User, facilitator: User) -> None:
    sent = {"text": "A firm asks: may we?", "on_behalf": "on"}
    for person, on_behalf in ((asker, False), (facilitator, True)):
        page = signed_in(person).get("/en/calls/reti/questions/ask/").content.decode()
        assert ('name="on_behalf"' in page) is on_behalf
        signed_in(person).post("/en/calls/reti/questions/ask/", sent)
        assert Question.objects.get(asked_by=person).on_behalf is on_behalf
    assert told("question_asked") == [facilitator.email], "who asks is not told of the own question"


def test_visitors_sign_in_and_come_back_to_the_form(client, call: Call) -> None:
    answer = client.get("/en/calls/reti/questions/ask/")
    assert answer["Location"] == "/en/accounts/login/?next=/en/calls/reti/questions/ask/"
    assert 'href="/en/calls/reti/questions/ask/"' in client.get("/en/calls/reti/questions/").content.decode()


def test_a_flood_of_questions_is_stopped(settings, call: Call, asker: User) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"question": "2/h/user"}
    client = signed_in(asker)
    statuses = [
        client.post("/en/calls/reti/questions/ask/", {"text": f"May we, {number}?"}).status_code for number in range(3)
    ]
    assert statuses == [302, 302, 429]
    assert client.get("/en/calls/reti/questions/ask/").status_code == 200
    assert signed_in(UserFactory()).post("/en/calls/reti/questions/ask/", {"text": "May I?"}).status_code == 302


def test_without_the_csrf_token_nothing_happens(question: Question, asker: User, facilitator: User) -> None:
    for person, path in [
        (asker, "questions/ask/"),
        (asker, f"questions/{question.pk}/withdraw/"),
        (facilitator, f"questions/{question.pk}/answer/"),
        (facilitator, f"questions/{question.pk}/set-aside/"),
        (asker, "follow/"),
    ]:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(person)
        answer = strict.post(f"/en/calls/reti/{path}", {"text": "x", "reason": "x", "changes": 0, **BOTH})
        assert answer.status_code == 403
    assert list(Question.objects.values_list("state", flat=True)) == ["asked"]
    assert not Follow.objects.exists()


# --- Whose answer is waited for


def test_who_answers_is_told_and_whoever_is_told_may_answer() -> None:
    home, other = DistrictFactory(), DistrictFactory()
    away = DistrictFactory(region=RegionFactory(nuts="ITC4", slug="lombardia"))
    region = {"district": None, "region": home.region}
    actuator = OrganisationFactory()
    named, of_district = UserFactory(), AppointmentFactory(district=home).user
    of_region = AppointmentFactory(**region).user
    staff = AppointmentFactory(role=Role.REGIONAL_STAFF, **region).user
    acting = AppointmentFactory(district=away).user
    MembershipFactory(organisation=actuator, user=acting)
    strangers = [
        AppointmentFactory(district=other).user,
        AppointmentFactory(district=away).user,
        AppointmentFactory(role=Role.EVALUATOR, **region).user,
        AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=away.region).user,
        AppointmentFactory(district=home, valid_from="2020-01-01", valid_to="2020-12-31").user,
        MembershipFactory(organisation=actuator).user,
    ]
    administrator = UserFactory(is_staff=True)
    first = CallFactory(tier="actuators")
    call = CallFactory(districts=[home], facilitator=named, tier="networks", first_tier=first, actuator=actuator)
    everywhere = CallFactory()
    people = [named, of_district, of_region, staff, acting]
    assert sorted(person.pk for person in people_who_answer(call)) == sorted(person.pk for person in people)
    assert administrator not in people_who_answer(call)
    for asked in (call, everywhere):
        answering = set(people_who_answer(asked))
        for person in [*people, *strangers]:
            person = User.objects.get(pk=person.pk)
            assert Call.objects.answered_by(person).filter(pk=asked.pk).exists() == (person in answering)
    assert Call.objects.answered_by(administrator).filter(pk=call.pk).exists()


def test_waiting_questions_stand_on_the_desk_with_their_age(django_assert_num_queries) -> None:
    district = DistrictFactory()
    call = CallFactory(slug="reti", title_en="District networks", districts=[district])
    asked = timezone.now() - timedelta(days=3)
    QuestionFactory(call=call, asked_at=asked)
    QuestionFactory(call=call)
    QuestionFactory(call=call, answered=True)
    QuestionFactory(call=CallFactory(districts=[DistrictFactory()]))
    person = AppointmentFactory(district=district).user
    person.current_appointments  # noqa: B018  (read once for each request)
    with django_assert_num_queries(2):
        tasks = list(question_tasks(person, timezone.now()))
    assert [(task.title, task.url, task.created) for task in tasks] == [
        ("Answer 2 questions", "/en/calls/reti/questions/waiting/", asked)
    ]
    assert tasks[0].context.startswith("District networks, waiting since")
    assert list(question_tasks(UserFactory(is_staff=True), timezone.now())) == []


# --- Answering


def test_a_published_answer_is_read_by_all_and_the_asker_by_nobody(
    question: Question, asker: User, facilitator: User, client
) -> None:
    answering = signed_in(facilitator)
    assert "Secret Asker" in answering.get("/en/calls/reti/questions/waiting/").content.decode()
    answer = answering.post(f"/en/calls/reti/questions/{question.pk}/answer/", {"changes": 0, **BOTH})
    assert (answer.status_code, answer["Location"]) == (302, f"/en/calls/reti/questions/{question.pk}/")
    for reader in (client, signed_in(UserFactory()), signed_in(asker)):
        for path in ("", "questions/", "questions/?format=json"):
            page = reader.get(f"/en/calls/reti/{path}").content.decode()
            assert "Who may lead?" in page and "Any enterprise." in page
    italian = client.get("/it/calls/reti/questions/").content.decode()
    assert "Chi può guidare?" in italian and "Who may lead?" not in italian
    for path in ("", "questions/", "questions/?format=json", "questions/?format=csv"):
        page = b"".join(client.get(f"/en/calls/reti/{path}")).decode()
        assert all(word not in page for word in ("Secret", "spin-off", "secret@"))


def test_without_english_the_italian_text_is_shown_and_marked(call: Call, client) -> None:
    QuestionFactory(call=call, answered=True, question_en="", answer_en="")
    page = client.get("/en/calls/reti/questions/").content.decode()
    assert '<span lang="it">Chi può guidare?</span>' in page
    assert '<span lang="it">Ogni impresa.</span>' in page


def test_followers_owners_of_the_interested_and_who_asked_are_told_of_an_answer(
    question: Question, call: Call, asker: User, facilitator: User
) -> None:
    follower, owner = UserFactory(), UserFactory()
    for user in (follower, facilitator, asker):
        Follow.objects.create(user=user, call=call)
    InterestFactory(call=call, organisation=OrganisationFactory(owner=owner))
    UserFactory()
    answer_question(question, actor=facilitator, texts=TEXTS, changes=0)
    assert told("question_answered") == emails(follower, owner)
    assert told("your_question_answered") == [asker.email]
    colleague = UserFactory()
    corrected = operations.correct_answer(
        question, actor=colleague, texts=AnswerTexts("Chi?", "Tutti."), note="Universities too", changes=1
    )
    assert corrected is not None
    assert told("answer_corrected") == emails(follower, owner, asker, facilitator)


def test_of_two_who_answer_the_second_gets_409_with_both_texts(
    question: Question, facilitator: User, call: Call
) -> None:
    colleague = signed_in(UserFactory(is_staff=True))
    path = f"/en/calls/reti/questions/{question.pk}/answer/"
    signed_in(facilitator).post(path, {"changes": 0, **ITALIAN})
    answer = colleague.post(path, {"changes": 0, **ITALIAN, "answer_it": "Solo una PMI."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ogni impresa." in page and "Solo una PMI." in page
    assert f'action="/en/calls/reti/questions/{question.pk}/correct/"' in page
    assert Question.objects.get().answer_it == "Ogni impresa."
    assert not Correction.objects.exists()
    saved = colleague.post(path.replace("answer", "correct"), {"changes": 1, **ITALIAN, "answer_it": "Solo una PMI."})
    assert saved.status_code == 422, "a correction needs a note"


def test_who_sets_aside_what_was_answered_meanwhile_gets_409_with_the_answer(
    question: Question, facilitator: User
) -> None:
    answer_question(question, actor=UserFactory(), texts=TEXTS, changes=0)
    sent = {"changes": 0, "reason": "It is in the call text."}
    answer = signed_in(facilitator).post(f"/en/calls/reti/questions/{question.pk}/set-aside/", sent)
    page = answer.content.decode()
    assert (answer.status_code, "Any enterprise." in page, "It is in the call text." in page) == (409, True, True)
    assert told("question_set_aside") == []


def test_english_needs_question_and_answer_or_neither(question: Question, facilitator: User) -> None:
    path = f"/en/calls/reti/questions/{question.pk}/answer/"
    for field in ("question_en", "answer_en"):
        answer = signed_in(facilitator).post(path, {"changes": 0, **ITALIAN, field: "Only this"})
        assert answer.status_code == 422
        assert "Only this" in answer.content.decode()
    empty = signed_in(facilitator).post(path, {"changes": 0})
    assert (empty.status_code, "Write the answer" in empty.content.decode()) == (422, True)
    assert Question.objects.get().state == QuestionState.ASKED


def test_a_corrected_answer_keeps_what_it_said_before_with_moment_and_note(
    question: Question, facilitator: User, client
) -> None:
    answer_question(question, actor=facilitator, texts=TEXTS, changes=0)
    answered = Question.objects.get().answered_at
    path = f"/en/calls/reti/questions/{question.pk}/correct/"
    new = {**BOTH, "answer_en": "Universities too.", "note": "The law has changed", "changes": 1}
    assert signed_in(facilitator).post(path, new).status_code == 302
    page = client.get("/en/calls/reti/questions/").content.decode()
    assert all(
        words in page for words in ("Universities too.", "Any enterprise.", "The law has changed", "Corrected on")
    )
    question.refresh_from_db()
    assert (question.answered_at, question.changes, question.corrections.get().answer_en) == (
        answered, 2, "Any enterprise.",
    )  # fmt: skip
    again = signed_in(facilitator).post(path, {**new, "changes": 2})
    assert (again.status_code, Correction.objects.count(), len(told("answer_corrected"))) == (302, 1, 1)


def test_a_question_set_aside_tells_who_asked_only_and_can_be_answered_later(
    question: Question, call: Call, asker: User, facilitator: User, client
) -> None:
    Follow.objects.create(user=UserFactory(), call=call)
    reason = {"changes": 0, "reason": "Page 3 of the call text says it."}
    answer = signed_in(facilitator).post(f"/en/calls/reti/questions/{question.pk}/set-aside/", reason)
    assert answer.status_code == 302
    assert OutboxRow.objects.filter(channel="mail").count() == 1
    assert told("question_set_aside") == [asker.email]
    assert "Page 3" in signed_in(asker).get("/en/calls/reti/questions/").content.decode()
    for reader in (client, signed_in(UserFactory())):
        assert "Page 3" not in reader.get("/en/calls/reti/questions/").content.decode()
    answer_question(question, actor=facilitator, texts=TEXTS, changes=1)
    row = Question.objects.get()
    assert (row.state, row.reason) == (QuestionState.ANSWERED, "")


def test_who_asked_withdraws_until_it_is_answered(question: Question, asker: User, facilitator: User) -> None:
    path = f"/en/calls/reti/questions/{question.pk}/withdraw/"
    assert signed_in(asker).get(path).status_code == 200
    assert [signed_in(asker).post(path).status_code for _click in range(2)] == [302, 302]
    with pytest.raises(DomainError, match="has withdrawn it"):
        answer_question(question, actor=facilitator, texts=TEXTS, changes=0)
    answered = QuestionFactory(call=question.call, asked_by=asker, answered=True)
    assert signed_in(asker).post(path.replace(str(question.pk), str(answered.pk))).status_code == 409
    assert question_tasks(facilitator, timezone.now()) is not None


def test_nobody_else_withdraws_answers_or_reads(question: Question, call: Call, asker: User) -> None:
    stranger, other = signed_in(UserFactory()), CallFactory(slug="other")
    for what in ("withdraw", "answer", "set-aside", "correct"):
        assert stranger.post(f"/en/calls/reti/questions/{question.pk}/{what}/").status_code == 404
        assert signed_in(asker).post(f"/en/calls/other/questions/{question.pk}/{what}/").status_code == 404
    for what in ("answer", "set-aside", "correct"):
        assert signed_in(asker).post(f"/en/calls/reti/questions/{question.pk}/{what}/").status_code == 403
    assert stranger.get("/en/calls/reti/questions/waiting/").status_code == 403
    assert other.questions.count() == 0


def test_a_draft_has_no_questions_for_others(asker: User) -> None:
    CallFactory(slug="draft", draft=True)
    client = signed_in(asker)
    assert client.get("/en/calls/draft/questions/").status_code == 404
    assert client.post("/en/calls/draft/questions/ask/", {"text": "May we?"}).status_code == 404


def test_the_page_of_a_question_is_read_by_all_once_it_is_answered(
    question: Question, asker: User, facilitator: User, client
) -> None:
    path = f"/en/calls/reti/questions/{question.pk}/"
    assert [reader.get(path).status_code for reader in (client, signed_in(UserFactory()))] == [404, 404]
    assert f'href="{path}withdraw/"' in signed_in(asker).get(path).content.decode()
    assert f'href="{path}answer/"' in signed_in(facilitator).get(path).content.decode()
    operations.set_question_aside(question, actor=facilitator, reason="See page 3.", changes=0)
    assert "See page 3." in signed_in(asker).get(path).content.decode()
    answer_question(question, actor=facilitator, texts=TEXTS, changes=1)
    page = client.get(path).content.decode()
    assert "Any enterprise." in page and "See page 3." not in page and "spin-off" not in page


# --- The list of answers


def test_search_finds_words_without_their_accents_in_the_language_that_is_read(call: Call, client) -> None:
    QuestionFactory(call=call, answered=True, question_it="Possono partecipare le università?", question_en="Schools?")
    QuestionFactory(call=call, answered=True, question_it="Quali costi?", question_en="", answer_en="")

    def found(path: str) -> list[str]:
        return [row["question"] for row in client.get(f"{path}&format=json").json()["results"]]

    assert found("/it/calls/reti/questions/?q=universita") == ["Possono partecipare le università?"]
    assert found("/en/calls/reti/questions/?q=school") == ["Schools?"]
    assert found("/en/calls/reti/questions/?q=costi") == ["Quali costi?"]
    assert found("/en/calls/reti/questions/?q=universita") == []
    assert len(found("/en/calls/reti/questions/?q=%00")) == 2
    page = client.get("/en/calls/reti/questions/?q=nothing").content.decode()
    assert "No answer has these words" in page


def test_the_newest_answer_comes_first_page_by_page(call: Call, client) -> None:
    start = timezone.now() - timedelta(days=30)
    for number in range(25):
        QuestionFactory(call=call, answered=True, answered_at=start + timedelta(hours=number))
    first = client.get("/en/calls/reti/questions/?format=json").json()
    second = client.get(first["next"]).json()
    moments = [row["answered_at"] for row in first["results"] + second["results"]]
    assert (first["count"], len(moments), second["next"]) == (25, 25, None)
    assert moments == sorted(moments, reverse=True)
    lines = client.get("/en/calls/reti/questions/?format=csv").getvalue().decode().splitlines()
    assert (lines[0], len(lines)) == ("id,question,answer,answered_at,corrected_at", 26)
    newest = client.get("/en/calls/reti/").content.decode()
    assert "See all 25 answers" in newest and newest.count('class="dn-qa"') == 3


@pytest.mark.parametrize("rows", [1, 30])
def test_the_lists_take_the_same_number_of_queries(
    call: Call, facilitator: User, rows: int, django_assert_num_queries
) -> None:
    for question in QuestionFactory.create_batch(rows, call=call, answered=True):
        Correction.objects.create(question=question, note="Better", question_it="Chi?", answer_it="Tutti.")
    QuestionFactory.create_batch(rows, call=call)
    QuestionFactory.create_batch(rows, call=call, asked_by=facilitator, set_aside=True)
    client = signed_in(facilitator)
    with django_assert_num_queries(12):
        client.get("/en/calls/reti/questions/")
    with django_assert_num_queries(9):
        client.get("/en/calls/reti/questions/waiting/")


# --- The messages as they are read


def written(message: str) -> tuple[str, str]:
    """Subject and text of the newest mail."""
    row = OutboxRow.objects.filter(channel="mail", message=f"calls/{message}").select_related("user").latest("pk")
    mail = Renderer().mail(row)
    return mail.subject, mail.body


def test_each_message_says_what_happened_and_links_to_it(
    question: Question, call: Call, asker: User, facilitator: User
) -> None:
    with translation.override("en"):
        mine = ask_question(call, actor=asker, text="May we export?", arrived=moment_of_arrival())
        subject, body = written("question_asked")
        assert subject == "A question about District networks"
        assert "Secret Asker asks" in body and "May we export?" in body
        assert f"/en/calls/reti/questions/{mine.pk}/answer/" in body
        Follow.objects.create(user=UserFactory(), call=call)
        answer_question(mine, actor=facilitator, texts=TEXTS, changes=0)
        for message in ("question_answered", "your_question_answered"):
            subject, body = written(message)
            assert "Any enterprise." in body and f"/en/calls/reti/questions/{mine.pk}/" in body
            assert "Secret" not in body.replace("Secret Asker,", "")
        operations.correct_answer(
            mine, actor=facilitator, texts=AnswerTexts("Chi?", "Tutti.", "Who?", "All."), note="Wider now", changes=1
        )
        subject, body = written("answer_corrected")
        assert "Wider now" in body and "All." in body
        operations.set_question_aside(question, actor=facilitator, reason="See page 3.", changes=0)
        subject, body = written("question_set_aside")
        assert "See page 3." in body and "May my spin-off lead?" in body


def test_who_would_answer_is_not_bothered_with_what_was_withdrawn_meanwhile(call: Call, asker: User) -> None:
    question = ask_question(call, actor=asker, text="May we?", arrived=moment_of_arrival())
    operations.withdraw_question(question, actor=asker)
    with pytest.raises(NoLongerTrue):
        written("question_asked")


def test_a_stale_answer_names_the_question_as_it_is_now(question: Question, facilitator: User) -> None:
    answer_question(question, actor=facilitator, texts=TEXTS, changes=0)
    with pytest.raises(StaleQuestion) as caught:
        answer_question(question, actor=facilitator, texts=AnswerTexts("Chi?", "Io."), changes=0)
    assert caught.value.question.answer_it == "Ogni impresa."
