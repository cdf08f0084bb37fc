"""The discussion of a network: threads, mentions, who is told, what is settled."""

from __future__ import annotations

import pytest
from django.test import Client

from district_portal.shared.errors import DomainError
from projects.models import Comment, Network
from projects.operations.comments import add_comment, delete_comment, edit_comment, named_in, resolve_comment
from projects.states import NetworkState
from tests.factories.accounts import UserFactory
from tests.factories.projects import NetworkFactory
from tests.factories.proposals import CommentFactory, HelperFactory
from tests.projects.people import facilitator, lead_of, owner, told, viewer

pytestmark = pytest.mark.django_db


def page(network: Network, more: str = "") -> str:
    return f"/en/networks/{network.pk}/discussion/{more}"


def test_whoever_is_named_is_told_and_nobody_of_their_own_comment() -> None:
    network = NetworkFactory()
    author, reader = owner(lead_of(network)), viewer(lead_of(network))
    office = facilitator(network.district)
    text = f"@{reader} and @{office}: who tests it? Not @{UserFactory()}. I am @{author}."
    comment = add_comment(network, section="plan", text=text, actor=author)
    assert set(comment.mentions.all()) == {reader, office, author}
    assert told("projects/comment_mentioned") == {reader.email, office.email}


def test_the_longer_of_two_names_is_meant_and_a_shared_name_means_both() -> None:
    network = NetworkFactory()
    short = HelperFactory(network=network, user=UserFactory(given_name="Anna", family_name="Neri")).user
    long = HelperFactory(network=network, user=UserFactory(given_name="Anna", family_name="Neri Sala")).user
    same = HelperFactory(network=network, user=UserFactory(given_name="Anna", family_name="Neri")).user
    assert named_in("What do you say, @anna neri sala?", network) == [long]
    assert set(named_in("@Anna Neri, look at this.", network)) == {short, same}


def test_an_answer_opens_a_settled_thread_and_is_told_to_its_writers() -> None:
    network = NetworkFactory()
    first, second = owner(lead_of(network)), viewer(lead_of(network))
    thread = add_comment(network, section="plan", text="Too long?", actor=first)
    resolve_comment(thread, actor=second)
    reply = add_comment(network, section="risks", text="Yes.", actor=second, reply_to=thread)
    thread.refresh_from_db()
    assert (reply.section, thread.resolved_at) == ("plan", None)
    assert told("projects/comment_answered") == {first.email}


def test_a_comment_is_changed_by_its_author_and_only_who_is_new_in_it_is_told(client: Client) -> None:
    network = NetworkFactory()
    author, reader = owner(lead_of(network)), viewer(lead_of(network))
    comment = add_comment(network, section="plan", text=f"@{author}", actor=author)
    edit_comment(comment, text=f"@{reader}, look.", actor=author)
    edit_comment(comment, text=f"@{reader}, look here.", actor=author)
    assert told("projects/comment_mentioned") == {reader.email}
    client.force_login(reader)
    assert client.post(page(network, f"{comment.pk}/edit/"), {"text": "Mine."}).status_code == 403


def test_a_comment_goes_while_unanswered_and_stays_once_answered() -> None:
    network = NetworkFactory()
    author = owner(lead_of(network))
    alone, answered = (CommentFactory(network=network, author=author) for _number in range(2))
    CommentFactory(network=network, reply_to=answered)
    delete_comment(alone, actor=author)
    with pytest.raises(DomainError, match="Somebody has answered"):
        delete_comment(answered, actor=author)
    assert list(Comment.objects.filter(reply_to=None)) == [answered]


@pytest.mark.parametrize("state", sorted(set(NetworkState) - {NetworkState.WITHDRAWN}))
def test_the_discussion_goes_on_in_every_state_also_for_the_facilitator(client: Client, state: str) -> None:
    network = NetworkFactory(state=state)
    client.force_login(facilitator(network.district))
    assert client.post(page(network, "new/"), {"text": "And then?"}).status_code == 302
    assert "And then?" in client.get(page(network)).content.decode()


def test_a_withdrawn_networks_discussion_can_only_be_read(client: Client) -> None:
    network = NetworkFactory(state=NetworkState.WITHDRAWN)
    CommentFactory(network=network, text="It was good.")
    client.force_login(owner(lead_of(network)))
    shown = client.get(page(network)).content.decode()
    assert "It was good." in shown and "not continued" in shown
    assert client.post(page(network, "new/"), {"text": "And then?"}).status_code == 409


def test_the_head_counts_what_is_not_resolved_and_the_list_shows_only_that(client: Client) -> None:
    network = NetworkFactory()
    person = owner(lead_of(network))
    CommentFactory(network=network, text="Still open.")
    resolve_comment(CommentFactory(network=network, text="All clear."), actor=person)
    client.force_login(person)
    response = client.get(page(network, "?show=unresolved"))
    shown = response.content.decode()
    assert response.context["unresolved"] == 1
    assert "Still open." in shown and "All clear." not in shown


@pytest.mark.parametrize(("tab", "section"), [("plan", "plan"), ("budget", "budget"), ("documents", "attachments")])
def test_a_tab_has_the_discussion_of_what_it_shows(client: Client, tab: str, section: str) -> None:
    network = NetworkFactory()
    CommentFactory(network=network, section=section, text="Of this tab.")
    CommentFactory(network=network, section="summary", text="Of another.")
    client.force_login(owner(lead_of(network)))
    shown = client.get(f"/en/networks/{network.pk}/{tab}/").content.decode()
    assert "Of this tab." in shown and "Of another." not in shown
    assert f'name="section" value="{section}"' in shown
    said = {"text": "Heard.", "section": section}
    assert client.post(page(network, "new/"), said, headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_was_typed_stays_where_the_network_was_withdrawn_meanwhile(client: Client, headers: dict) -> None:
    network = NetworkFactory()
    person = owner(lead_of(network))
    thread = CommentFactory(network=network, author=person)
    Network.objects.filter(pk=network.pk).update(state=NetworkState.WITHDRAWN)
    client.force_login(person)
    for more in ("new/", f"{thread.pk}/reply/", f"{thread.pk}/edit/"):
        answer = client.post(page(network, more), {"text": "Typed for an hour."}, headers=headers)
        shown = answer.content.decode()
        # With htmx the part alone is replaced, not the page with the text that is being written.
        assert answer.status_code == (422 if headers and more != f"{thread.pk}/edit/" else 409)
        assert "Typed for an hour." in shown and "The network is withdrawn" in shown


def test_a_reply_to_what_was_deleted_meanwhile_is_kept_as_a_comment_to_send(client: Client) -> None:
    network = NetworkFactory()
    thread = CommentFactory(network=network, section="plan")
    number = thread.pk
    thread.delete()
    client.force_login(owner(lead_of(network)))
    answer = client.post(page(network, f"{number}/reply/"), {"text": "My answer.", "section": "plan"})
    assert answer.status_code == 409
    assert "deleted meanwhile" in answer.content.decode()
    assert answer.context["comment_form"]["text"].value() == "My answer." and answer.context["section"] == "plan"


def test_an_empty_reply_is_refused_at_its_thread(client: Client) -> None:
    network = NetworkFactory()
    thread = CommentFactory(network=network)
    client.force_login(owner(lead_of(network)))
    shown = client.post(page(network, f"{thread.pk}/reply/"), {"text": "x" * 3001})
    assert shown.status_code == 422
    assert f'id="reply-{thread.pk}-error"' in shown.content.decode()
    assert 'id="comment-new-error"' not in shown.content.decode()


def test_htmx_gets_the_threads_of_the_section_and_an_empty_comment_is_refused_in_place(client: Client) -> None:
    network = NetworkFactory()
    client.force_login(owner(lead_of(network)))
    said = client.post(
        page(network, "new/"), {"text": "At the plan.", "section": "plan"}, headers={"HX-Request": "true"}
    )
    assert (said.status_code, said.templates[0].name) == (200, "projects/_comments.html")
    empty = client.post(page(network, "new/"), {"text": "", "section": "plan"}, headers={"HX-Request": "true"})
    assert empty.status_code == 422 and "Write what you want to say" in empty.content.decode()
    assert client.post(page(network, "new/"), {"text": "x", "section": "nothing"}).status_code == 404
