"""What waits for facilitators, and how the messages read."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from calls.operations.interests import InterestDetails, register_interest, withdraw_interest
from district_portal.notifications.models import OutboxRow
from district_portal.notifications.rendering import Renderer
from district_portal.shared.arrival import moment_of_arrival
from district_portal.shared.desk import tasks_for
from tests.factories import AppointmentFactory, DistrictFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, InterestFactory

pytestmark = pytest.mark.django_db


def test_facilitators_meet_who_became_interested_this_week() -> None:
    now, district = timezone.now(), DistrictFactory()
    call = CallFactory(title_en="District networks", slug="reti", districts=[district])
    InterestFactory.create_batch(2, call=call)
    InterestFactory(call=call, registered_at=now - timedelta(days=8))
    InterestFactory(call=call, withdrawn_at=now)
    InterestFactory(call=CallFactory(districts=[DistrictFactory()]))
    with translation.override("en"):
        found = tasks_for(AppointmentFactory(district=district).user, timezone.now())
    assert [(task.title, task.context, task.url) for task in found] == [
        ("Meet 2 organisations that are newly interested", "District networks", "/en/calls/reti/interests/")
    ]


def test_others_have_nothing_of_it() -> None:
    InterestFactory(call=CallFactory(facilitator=(former := UserFactory())))
    assert tasks_for(former, timezone.now()) == []


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_messages_read_well_in_text_and_html(language: str) -> None:
    call = CallFactory(
        slug="reti", title_it="R&D in rete", title_en="R&D networks", facilitator=UserFactory(language=language)
    )
    firm = OrganisationFactory(name="Novamed <srl>", owner=UserFactory(language=language))
    told = InterestDetails(offers="Clean room", seeks="Tests & trials", note="Call me", wants_to_lead=True)
    register_interest(
        call, actor=firm.memberships.get().user, organisation=firm, arrived=moment_of_arrival(), details=told
    )
    withdraw_interest(call, actor=firm.memberships.get().user, organisation=firm)
    renderer = Renderer()
    registered = OutboxRow.objects.filter(
        message="calls/interest_registered", channel="mail", user=call.facilitator
    ).get()
    mail = renderer.mail(registered)
    title = {"en": "R&D networks", "it": "R&D in rete"}[language]
    assert "Novamed <srl>" in mail.subject
    assert title in mail.subject
    assert all(words in mail.body for words in ("Clean room", "Tests & trials", "Call me", f"/{language}/calls/reti/"))
    assert "Novamed &lt;srl&gt;" in mail.alternatives[0].content
    withdrawn = OutboxRow.objects.get(message="calls/interest_withdrawn", channel="inbox")
    item = renderer.inbox(withdrawn)
    assert item["path"] == "/calls/reti/"
    assert "Novamed <srl>" in item["title_en"]
