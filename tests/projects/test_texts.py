"""Texts of a proposal: who writes them, autosave, stale saves, locks that expire."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.differences import text_difference
from projects.measures import Measure, measure
from projects.models import Answer, Network, SectionLock, SignOff
from projects.operations.locks import LEASE, take_lock, take_over_lock
from projects.operations.texts import StaleAnswer, save_answer
from projects.states import NetworkState
from tests.factories.accounts import UserFactory
from tests.factories.calls import CallFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.factories.proposals import AnswerFactory, HelperFactory, SignOffFactory
from tests.projects.people import editor, facilitator, lead_of, owner, viewer
from tests.projects.test_network_races import at_once

JSON = {"HTTP_ACCEPT": "application/json"}
QUESTIONS = {
    "questions": [
        {"name_it": "Novità?", "name_en": "What is new?", "limit": 100, "code": "novelty"},
        {"name_it": "Ruolo?", "name_en": "Your role?", "limit": 100, "per_partner": True, "code": "role"},
    ]
}


def forming(**more) -> Network:
    return NetworkFactory(call=CallFactory(rules={"questions": QUESTIONS}), **more)


def page(network: Network, key: str = "novelty", more: str = "") -> str:
    return f"/en/networks/{network.pk}/proposal/{key}/{more}"


def blank(network: Network) -> Answer:
    return Answer(network=network, question="novelty", version=0)


def save(network: Network, text: str, version: int, actor) -> Answer:
    return save_answer(blank(network), text=text, version=version, title="What is new?", actor=actor)


# --- Counting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", Measure(0, 0, 0)),
        ("Più d'un sensore", Measure(16, 3, 0)),
        ("a\u00a0b\ufeffc\u2003d\x1ce", Measure(9, 5, 0)),
        ("😀 ok", Measure(4, 2, 0)),
        ("x" * 125, Measure(125, 1, 1)),
        ("x" * 3750, Measure(3750, 1, 15)),
    ],
)
def test_characters_are_code_points_words_are_runs_and_pages_are_tenths(text: str, counted: Measure) -> None:
    assert measure(text) == counted


# --- Saving --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_autosave_answers_with_version_and_time_and_counts_a_line_end_once(client: Client) -> None:
    network = forming()
    client.force_login(owner(lead_of(network)))
    first = client.post(page(network), {"text": "One\r\ntwo", "version": 0}, **JSON).json()
    assert (first["version"], first["characters"], first["saved"][:9]) == (1, 7, "Saved at ")
    assert network.answers.get().text == "One\ntwo"
    again = client.post(page(network), {"text": "One\r\ntwo", "version": 0}, **JSON)
    assert (again.status_code, again.json()["version"]) == (200, 1)


@pytest.mark.django_db
def test_what_is_pasted_from_word_has_lines_and_no_control_characters(client: Client) -> None:
    network = forming()
    client.force_login(owner(lead_of(network)))
    said = client.post(page(network), {"text": "One\x0btwo\x07\tthree\x0c\u2019", "version": 0}, **JSON).json()
    assert network.answers.get().text == "One\ntwo\tthree\n\u2019"
    assert said["characters"] == 15


@pytest.mark.django_db
def test_a_draft_over_the_limit_is_saved_and_said_to_be_over(client: Client) -> None:
    network = forming()
    client.force_login(owner(lead_of(network)))
    answer = client.post(page(network), {"text": "x" * 130, "version": 0}, **JSON)
    assert (answer.status_code, answer.json()["over"]) == (200, 30)
    assert len(network.answers.get().text) == 130
    assert "30 over the limit" in client.get(f"/en/networks/{network.pk}/proposal/").content.decode()


@pytest.mark.django_db
def test_a_stale_autosave_overwrites_nothing_and_gets_both_texts(client: Client) -> None:
    network = forming()
    AnswerFactory(network=network, question="novelty", text="Theirs.", version=2, edited_by=UserFactory())
    client.force_login(owner(lead_of(network)))
    answer = client.post(page(network), {"text": "Mine.", "version": 1}, **JSON)
    said = answer.json()
    assert (answer.status_code, said["theirs"], said["yours"], said["version"]) == (409, "Theirs.", "Mine.", 2)
    assert network.answers.get().text == "Theirs."


@pytest.mark.django_db
def test_a_stale_form_shows_both_texts_and_puts_them_together(client: Client) -> None:
    network = forming()
    AnswerFactory(network=network, question="novelty", text="We measure flow.", version=2)
    client.force_login(owner(lead_of(network)))
    typed = {"text": "We measure heat.", "version": 1}
    stale = client.post(page(network), typed)
    assert stale.status_code == 409
    words = stale.content.decode()
    assert "We measure flow." in words and "We measure heat." in words
    merged = client.post(page(network), typed | {"merge": "1"}).context["form"]["text"].value()
    assert merged == "".join(piece.text for piece in text_difference("We measure flow.", "We measure heat."))
    assert client.post(page(network), {"text": merged, "version": 2}).status_code == 302
    assert network.answers.get().text == merged


@pytest.mark.django_db
def test_after_signing_out_the_autosave_is_told_so_as_json(client: Client) -> None:
    network = forming()
    client.force_login(owner(lead_of(network)))
    client.logout()
    answer = client.post(page(network), {"text": "Mine.", "version": 0}, **JSON)
    assert (answer.status_code, answer.json()) == (401, {"error": "You are signed out."})
    assert not network.answers.exists()


@pytest.mark.django_db
def test_an_autosave_costs_16_queries(client: Client) -> None:
    network = forming()
    client.force_login(owner(lead_of(network)))
    client.post(page(network), {"text": "One", "version": 0}, **JSON)
    with CaptureQueriesContext(connection) as asked:
        client.post(page(network), {"text": "One two", "version": 1}, **JSON)
    # Session, person, roles; network, rules, text, right, each asked again under the lock but the rules; two writes,
    # sign-offs, who else writes; two for each transaction.
    assert len(asked) == 16


# --- Who writes ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_partners_people_write_its_own_text_and_no_other_partners(client: Client) -> None:
    network = forming()
    one, two = PartnerFactory(network=network), PartnerFactory(network=network)
    client.force_login(editor(one.organisation))
    assert client.post(page(network, f"role:{one.pk}"), {"text": "Ours.", "version": 0}).status_code == 302
    assert client.post(page(network, f"role:{two.pk}"), {"text": "Ours.", "version": 0}).status_code == 403
    assert client.post(page(network), {"text": "Everyone's.", "version": 0}).status_code == 302
    assert set(network.answers.values_list("partner", flat=True)) == {one.pk, None}


@pytest.mark.django_db
def test_the_lead_and_helpers_write_every_partners_text(client: Client) -> None:
    network = forming()
    partner = PartnerFactory(network=network)
    for number, person in enumerate([owner(lead_of(network)), HelperFactory(network=network).user]):
        client.force_login(person)
        typed = {"text": f"Text {number}.", "version": number}
        assert client.post(page(network, f"role:{partner.pk}"), typed).status_code == 302


@pytest.mark.django_db
def test_viewers_and_facilitators_read_and_do_not_write(client: Client) -> None:
    network = forming()
    AnswerFactory(network=network, question="novelty", text="A sensor in the line.")
    for person in [viewer(lead_of(network)), facilitator(network.district)]:
        client.force_login(person)
        assert "A sensor in the line." in client.get(f"/en/networks/{network.pk}/proposal/").content.decode()
        assert client.post(page(network), {"text": "Mine.", "version": 1}).status_code == 403


@pytest.mark.django_db
def test_rights_are_asked_again_when_the_text_is_saved() -> None:
    network = forming()
    with pytest.raises(PermissionDenied):
        save(network, "Mine.", 0, UserFactory())


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["nothing", "novelty:1", "role", "role:0", "role:x", "role:²"])
def test_what_the_template_does_not_ask_is_not_found(client: Client, key: str) -> None:
    network = forming()
    client.force_login(owner(lead_of(network)))
    assert client.get(page(network, key)).status_code == 404


# --- When it can change --------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("state", [NetworkState.SUBMITTED, NetworkState.APPROVED, NetworkState.SENT])
def test_a_frozen_text_says_who_can_open_it_and_keeps_what_was_typed(client: Client, state: str) -> None:
    network = forming(state=state)
    client.force_login(owner(lead_of(network)))
    assert "The lead" in client.get(page(network)).content.decode().replace("the lead", "The lead")
    answer = client.post(page(network), {"text": "Typed meanwhile.", "version": 0})
    assert answer.status_code == 409 and "Typed meanwhile." in answer.content.decode()
    assert not network.answers.exists()


@pytest.mark.django_db
def test_a_change_voids_the_sign_off_of_another_text() -> None:
    network = forming()
    lead = network.partners.get()
    person = owner(lead.organisation)
    SignOffFactory(partner=lead, signed_by=person)
    save(network, "New.", 0, person)
    assert SignOff.objects.get().voided_by_section == "answer:novelty"


# --- Locks ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_second_editor_sees_who_writes_and_may_come_in_once_the_lock_is_over(client: Client) -> None:
    network = forming()
    one, two = owner(lead_of(network)), editor(lead_of(network))
    client.force_login(one)
    client.get(page(network))
    client.force_login(two)
    assert f"{one} is writing here now" in client.get(page(network)).content.decode()
    SectionLock.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "data-writing" in client.get(page(network)).content.decode()
    assert SectionLock.objects.get().holder == two


@pytest.mark.django_db
def test_a_lock_is_taken_over_after_being_asked_and_the_first_save_is_not_lost(client: Client) -> None:
    network = forming()
    one, two = owner(lead_of(network)), editor(lead_of(network))
    take_lock(network, "answer:novelty", actor=one, moment=timezone.now())
    client.force_login(two)
    assert str(one) in client.get(page(network, more="take-over/")).content.decode()
    assert client.post(page(network, more="take-over/")).status_code == 302
    client.force_login(one)
    said = client.post(page(network), {"text": "Mine.", "version": 0}, **JSON).json()
    assert said["writer"] == f"{two} is writing here, too." and network.answers.get().text == "Mine."


@pytest.mark.django_db
def test_a_lock_is_renewed_by_its_holder_only() -> None:
    network, now = forming(), timezone.now()
    one, two = UserFactory(), UserFactory()
    take_lock(network, "risks", actor=one, moment=now)
    assert take_lock(network, "risks", actor=two, moment=now + LEASE / 2).expires_at == now + LEASE
    assert take_lock(network, "risks", actor=one, moment=now + LEASE / 2).expires_at == now + LEASE * 1.5
    assert take_over_lock(network, "risks", actor=two, moment=now).holder == two


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_of_two_saves_at_once_exactly_one_wins_and_the_other_is_shown_it(attempt: int) -> None:
    network = forming()
    one, two = owner(lead_of(network)), editor(lead_of(network))
    shown: list[str] = []

    def write(text: str, person) -> None:
        try:
            save(network, text, 0, person)
        except StaleAnswer as stale:
            shown.append(stale.answer.text)
            raise

    assert at_once(lambda: write("One.", one), lambda: write("Two.", two)) == ["StaleAnswer", "done"]
    assert shown == [network.answers.get().text]


# --- The session ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_session_says_how_long_it_lasts_and_is_renewed(client: Client) -> None:
    client.force_login(UserFactory())
    session = client.session
    session.set_expiry(240)
    session.save()
    assert 200 < client.get("/en/accounts/session/", **JSON).json()["seconds"] <= 240
    renewed = client.post("/en/accounts/session/", **JSON).json()
    assert renewed["seconds"] == 240 and renewed["token"]
    client.logout()
    assert client.get("/en/accounts/session/", **JSON).status_code == 401
