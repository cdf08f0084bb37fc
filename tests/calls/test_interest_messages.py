"""A facilitator writes to some of the interested: to exactly whom, once, and never to anybody else."""

import re
import uuid

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from calls.models import Call, InterestMessage
from calls.operations.interest_messages import send_interest_message
from district_portal.accounts.models import User
from district_portal.notifications import delivery
from district_portal.notifications.models import InboxItem, OutboxRow
from district_portal.shared.errors import DomainError
from enterprises.models import MembershipRole, Organisation
from tests.factories import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, InterestFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/en/calls/reti/interests/message/"


@pytest.fixture
def call() -> Call:
    writer = UserFactory(given_name="Marco", family_name="Ferri", email="marco@example.org")
    return CallFactory(slug="reti", title_en="District networks", facilitator=writer)


@pytest.fixture
def facilitator(client: Client, call: Call) -> Client:
    client.force_login(call.facilitator)
    return client


@pytest.fixture
def firms(call: Call) -> list[Organisation]:
    """Three that are interested, each with an owner and an editor."""
    made = []
    for name in ("alfa", "beta", "gamma"):
        firm = OrganisationFactory(name=name.title(), slug=name, owner=UserFactory(email=f"{name}@example.org"))
        MembershipFactory(organisation=firm, role=MembershipRole.EDITOR)
        InterestFactory(call=call, organisation=firm)
        made.append(firm)
    return made


def filled(*organisations: str, **changes: object) -> dict[str, object]:
    words = {"key": str(uuid.uuid4()), "subject": "Info day", "text": "We meet on Friday.\n\nCome along."}
    return words | {"organisation": list(organisations)} | changes


def told() -> list[str]:
    rows = OutboxRow.objects.filter(message="calls/interest_message", channel="mail")
    return sorted(rows.values_list("user__email", flat=True))


def test_the_owners_of_the_chosen_are_told_and_nobody_else(
    facilitator: Client, call: Call, firms: list[Organisation]
) -> None:
    answer = facilitator.post(f"{ADDRESS}send/", filled("alfa", "beta"))
    assert (answer.status_code, answer["Location"]) == (302, "/en/calls/reti/interests/")
    assert told() == ["alfa@example.org", "beta@example.org"]
    message = InterestMessage.objects.get()
    assert (message.call, message.sender, set(message.organisations.all())) == (call, call.facilitator, {*firms[:2]})
    page = facilitator.get("/en/calls/reti/interests/").content.decode()
    assert "Sent to 2 organisations" in page
    assert "We meet on Friday." in page
    assert "Alfa, Beta" in page


def test_the_mail_names_who_writes_and_answers_reach_them(facilitator: Client, firms: list[Organisation]) -> None:
    facilitator.post(f"{ADDRESS}send/", filled("alfa"))
    User.objects.filter(email="alfa@example.org").update(language="en")
    delivery.deliver_waiting()
    sent = [one for one in mail.outbox if one.subject == "Info day"]
    assert [one.to for one in sent] == [["alfa@example.org"]]
    assert sent[0].extra_headers["Reply-To"] == "marco@example.org"
    html = sent[0].alternatives[0][0]
    for text in (sent[0].body, html):
        assert "Marco Ferri, who accompanies the call “District networks”" in text
        assert "We meet on Friday." in text
        assert "marco@example.org" in text
        assert "/en/calls/reti/" in text
    item = InboxItem.objects.get(user__email="alfa@example.org")
    assert (item.title_en, item.path) == ("Info day", "/calls/reti/")
    assert "Come along." in item.text_en


def test_markup_in_a_message_is_text(facilitator: Client, firms: list[Organisation]) -> None:
    words = filled("alfa", subject="<b>Info</b>\r\nBcc: x@example.org", text="<script>1</script>")
    page = facilitator.post(f"{ADDRESS}preview/", words).content.decode()
    assert "<script>1" not in page
    assert "<b>Info</b>" not in page
    facilitator.post(f"{ADDRESS}send/", words)
    delivery.deliver_waiting()
    sent = next(one for one in mail.outbox if one.to == ["alfa@example.org"])
    assert sent.subject == "<b>Info</b> Bcc: x@example.org"
    assert "<script>" not in sent.alternatives[0][0]


def test_the_same_form_twice_is_one_message(facilitator: Client, call: Call, firms: list[Organisation]) -> None:
    words = filled("alfa")
    first, second = (facilitator.post(f"{ADDRESS}send/", words) for _each in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    # Once more, with others: what the first one said stands.
    facilitator.post(f"{ADDRESS}send/", words | {"organisation": ["beta"], "text": "Another"})
    assert (InterestMessage.objects.count(), told()) == (1, ["alfa@example.org"])
    facilitator.post(f"{ADDRESS}send/", filled("alfa"))
    assert InterestMessage.objects.count() == 2


def test_a_form_of_somebody_else_is_refused(facilitator: Client, call: Call, firms: list[Organisation]) -> None:
    words = filled("alfa")
    facilitator.post(f"{ADDRESS}send/", words)
    other = AppointmentFactory().user
    facilitator.force_login(other)
    assert facilitator.post(f"{ADDRESS}send/", words).status_code == 409
    assert InterestMessage.objects.count() == 1


def test_the_preview_says_to_how_many_and_sends_nothing(facilitator: Client, firms: list[Organisation]) -> None:
    lonely = OrganisationFactory(name="Lonely", slug="lonely")
    InterestFactory(call=Call.objects.get(), organisation=lonely)
    words = filled("alfa", "gamma", "lonely")
    answer = facilitator.post(f"{ADDRESS}preview/", words)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Send this message to 3 organisations" in page
    assert "2 people read it" in page
    assert "which have no owner on the portal: Lonely" in page
    assert not InterestMessage.objects.exists()
    assert re.findall(r'name="organisation" value="([^"]+)"', page) == ["alfa", "gamma", "lonely"]
    assert f'value="{words["key"]}"' in page
    again = facilitator.post(f"{ADDRESS}preview/", words | {"change": "1"}).content.decode()
    assert "We meet on Friday." in again
    assert "Look at it" in again


def test_nobody_outside_of_the_call_can_be_written_to(
    facilitator: Client, call: Call, firms: list[Organisation]
) -> None:
    stranger = OrganisationFactory(slug="stranger", owner=UserFactory())
    InterestFactory(organisation=stranger)
    gone = OrganisationFactory(slug="gone", owner=UserFactory())
    InterestFactory(call=call, organisation=gone, withdrawn_at=timezone.now())
    for slug in ("stranger", "gone", "nobody", "\0"):
        for step in ("preview/", "send/"):
            answer = facilitator.post(f"{ADDRESS}{step}", filled("alfa", slug))
            assert answer.status_code == 422
            assert "is not interested in this call, or not any more" in answer.content.decode()
    for other in (stranger, gone):
        with pytest.raises(DomainError):
            send_interest_message(
                call, actor=call.facilitator, key=uuid.uuid4(), subject="x", text="x", organisations=[firms[0], other]
            )
    assert (InterestMessage.objects.count(), told()) == (0, [])


def test_only_facilitators_of_the_call_write(client: Client, call: Call, firms: list[Organisation]) -> None:
    elsewhere = CallFactory(slug="elsewhere", facilitator=UserFactory())
    for user in (elsewhere.facilitator, firms[0].memberships.owners().get().user, UserFactory(is_staff=True)):
        client.force_login(user)
        statuses = [
            client.get(ADDRESS),
            *(client.post(f"{ADDRESS}{step}/", filled("alfa")) for step in ("preview", "send")),
        ]
        assert [answer.status_code for answer in statuses] == [403, 403, 403]
    client.force_login(elsewhere.facilitator)
    assert client.post("/en/calls/elsewhere/interests/message/send/", filled("alfa")).status_code == 422
    assert told() == []


def test_what_is_missing_is_said_at_its_field(facilitator: Client, firms: list[Organisation]) -> None:
    page = facilitator.post(f"{ADDRESS}preview/", filled(subject=" ", text="", key="x"))
    words = page.content.decode()
    assert page.status_code == 422
    for sentence in ("Choose at least one organisation", "Write what it is about", "Write your message"):
        assert sentence in words
    long = facilitator.post(f"{ADDRESS}preview/", filled("alfa", subject="x" * 151, text="Kept words"))
    assert (long.status_code, "Kept words" in long.content.decode()) == (422, True)


def test_the_chosen_rows_of_the_list_or_all_under_its_filters(facilitator: Client, firms: list[Organisation]) -> None:
    def ticked(query: str) -> list[str]:
        page = facilitator.get(f"{ADDRESS}{query}").content.decode()
        return re.findall(r'name="organisation" value="([^"]+)"[^>]* checked', page)

    assert ticked("?organisation=beta") == ["beta"]
    assert ticked("?organisation=beta&organisation=stranger") == ["beta"]
    assert ticked("?everyone=1") == ["alfa", "beta", "gamma"]
    assert ticked("?everyone=1&q=alfa") == ["alfa"]
    assert ticked("") == []


def test_twenty_a_day(facilitator: Client, firms: list[Organisation]) -> None:
    rates = {"interest_message": "2/d/user"}
    with override_settings(ACCOUNT_RATE_LIMITS=rates):
        statuses = [facilitator.post(f"{ADDRESS}send/", filled("alfa")).status_code for _each in range(3)]
        assert facilitator.post(f"{ADDRESS}preview/", filled("alfa")).status_code == 200
    assert statuses == [302, 302, 429]


def test_the_history_is_read_by_facilitators_of_the_call(call: Call, firms: list[Organisation]) -> None:
    send_interest_message(
        call, actor=call.facilitator, key=uuid.uuid4(), subject="x", text="x", organisations=firms[:1]
    )
    readers = {call.facilitator: 1, AppointmentFactory().user: 1, UserFactory(is_staff=True): 0}
    for reader, number in readers.items():
        assert InterestMessage.objects.visible_to(reader).count() == number
