"""What publishing puts on the desk, and how its messages read."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from calls.models import Call, Follow
from calls.operations import lifecycle
from calls.operations.publishing import approve_call, ask_for_approval, edit_call, fingerprint, return_call
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.notifications.models import OutboxRow
from district_portal.notifications.rendering import Renderer
from district_portal.shared.desk import tasks_for
from tests.calls.people import regional
from tests.factories import (
    UserFactory,
)
from tests.factories.calls import (
    CallFactory,
    whole_draft,
)

pytestmark = pytest.mark.django_db


# --- Desk ----------------------------------------------------------------------------------------------------------


def titles(user: User) -> list[str]:
    return [task.title for task in tasks_for(User.objects.get(pk=user.pk), timezone.now())]


def test_an_approval_waits_on_the_desk_of_those_who_can_give_it() -> None:
    author, asker, second = regional(), regional(), regional()
    call = whole_draft()
    edit_call(call, actor=author, values={"title_it": "Reti"}, seen=fingerprint(call))
    approval = ask_for_approval(call, actor=asker, target=CallState.PUBLISHED)
    assert [titles(user) for user in (author, asker, second)] == [[], [], ["Approve a call, or send it back"]]
    return_call(approval, actor=second, reason="The budget is missing.")
    back = ["Change a call that was sent back"]
    assert [titles(user) for user in (author, asker, second)] == [back, back, []]
    approval = ask_for_approval(call, actor=asker, target=CallState.PUBLISHED)
    assert titles(asker) == []
    approve_call(approval, actor=second)
    assert [titles(user) for user in (author, asker, second)] == [[], [], []]


# --- Messages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_messages_read_well_in_text_and_html(language: str) -> None:
    author, second, follower = regional(), regional(), UserFactory()
    call = whole_draft(title_it="R&D in rete", title_en="R&D networks", slug="reti")
    approval = ask_for_approval(call, actor=author, target=CallState.PUBLISHED, note="In time for <May>")
    return_call(approval, actor=second, reason="The <budget> is missing")
    approval = ask_for_approval(call, actor=author, target=CallState.PUBLISHED)
    edit_call(call, actor=second, values={"budget": Decimal(1)}, seen=fingerprint(call))
    approval = ask_for_approval(call, actor=author, target=CallState.PLANNED)
    call = approve_call(approval, actor=regional())
    Follow.objects.create(user=follower, call=call)
    approve_call(ask_for_approval(call, actor=author, target=CallState.PUBLISHED), actor=second)
    Call.objects.update(opens_at=timezone.now() - timedelta(9), closes_at=timezone.now() - timedelta(1))
    lifecycle.start_assessment(call, actor=author)
    other = CallFactory(title_it="R&D in rete", title_en="R&D networks")
    Follow.objects.create(user=follower, call=other)
    lifecycle.cancel_call(other, actor=author, reason="No <money>")
    lifecycle.publish_ranking(call, actor=author, reason="See the <list>")
    User.objects.update(language=language)
    found = {}
    for row in OutboxRow.objects.filter(channel="mail", message__startswith="calls/").order_by("pk"):
        if row.message not in found:
            found[row.message] = Renderer().mail(row)
    expected = {
        "approval_requested": "In time for <May>", "approval_given": "", "approval_void": "",
        "approval_returned": "The <budget> is missing", "call_published": "", "call_ranked": "See the <list>",
        "call_cancelled": "No <money>",
    }  # fmt: skip
    assert {name.removeprefix("calls/") for name in found} >= set(expected)
    title = {"en": "R&D networks", "it": "R&D in rete"}[language]
    for name, quoted in expected.items():
        mail = found[f"calls/{name}"]
        assert title in mail.subject
        assert title in mail.body
        assert quoted in mail.body
        assert quoted.replace("<", "&lt;").replace(">", "&gt;") in mail.alternatives[0].content
        assert f"/{language}/" in mail.body
