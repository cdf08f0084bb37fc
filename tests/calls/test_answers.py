"""Answers to questions about a call: who gives them, who is told, what happens when two do, and corrections."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from calls.desk import question_tasks
from calls.models import Call, Correction, Follow, Question
from calls.notifications.questions import people_who_answer
from calls.operations import questions as operations
from calls.operations.questions import AnswerTexts, StaleQuestion, answer_question, ask_question
from calls.states import QuestionState
from district_portal.accounts.models import Role, User
from district_portal.notifications.models import OutboxRow
from district_portal.notifications.outbox import NoLongerTrue
from district_portal.notifications.rendering import Renderer
from district_portal.shared.arrival import moment_of_arrival
from district_portal.shared.desk import tasks_for
from district_portal.shared.errors import DomainError
from tests.calls.told import emails, signed_in, told
from tests.factories import AppointmentFactory, DistrictFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.accounts import RegionFactory
from tests.factories.calls import CallFactory, InterestFactory, QuestionFactory

pytestmark = pytest.mark.django_db
ITALIAN = {"question_it": "Chi può guidare?", "answer_it": "Ogni impresa."}
BOTH = {**ITALIAN, "question_en": "Who may lead?", "answer_en": "Any enterprise."}
TEXTS = AnswerTexts(**BOTH)


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
    assert tasks_for(UserFactory(is_staff=True), timezone.now()) == []


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
