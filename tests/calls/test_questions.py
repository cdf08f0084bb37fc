"""Questions about a call: asked until a moment, read with their answers by all, without the name of who asked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Call, Correction, Follow, Question
from calls.operations.questions import AnswerTexts, ask_question, why_not_askable
from calls.states import QuestionState
from district_portal.accounts.models import User
from district_portal.shared.arrival import moment_of_arrival
from district_portal.shared.errors import DomainError
from tests.calls.told import signed_in, told
from tests.factories import UserFactory
from tests.factories.calls import CallFactory, QuestionFactory

pytestmark = pytest.mark.django_db
ITALIAN = {"question_it": "Chi può guidare?", "answer_it": "Ogni impresa."}
BOTH = {**ITALIAN, "question_en": "Who may lead?", "answer_en": "Any enterprise."}
TEXTS = AnswerTexts(**BOTH)


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
