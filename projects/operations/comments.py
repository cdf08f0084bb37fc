"""The discussion of a network: threads at sections. Not part of the proposal, so it goes on in every state."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from district_portal.accounts.models import Appointment, Role, User
from district_portal.shared.errors import DomainError
from enterprises.models import Membership
from projects.models import Comment, Helper, Network
from projects.notifications import comments as notifications
from projects.operations.changes import lock
from projects.states import NetworkState


def people_of(network: Network) -> QuerySet[User]:
    """Who can be named in a comment: members, who helps to write, the facilitators of the district."""
    organisations = network.partners.members().values("organisation")
    members = Membership.objects.current().filter(organisation__in=organisations).values("user")
    helpers = Helper.objects.helping().filter(network=network).values("user")
    offices = Appointment.objects.current().of_district(network.district).filter(role=Role.FACILITATOR).values("user")
    people = members.union(helpers, offices)
    return User.objects.filter(pk__in=people, is_active=True).order_by("given_name", "family_name", "pk")


def named_in(text: str, network: Network) -> list[User]:
    """People whose whole name stands in the text after an @; of "@Anna Neri" and "@Anna Neri Sala" the longer one."""
    by_name: dict[str, list[User]] = {}
    for person in people_of(network):
        by_name.setdefault(f"@{person}".casefold(), []).append(person)
    rest, found = text.casefold(), []
    for name in sorted(by_name, key=len, reverse=True):
        if name in rest:
            found += by_name[name]
            rest = rest.replace(name, " ")
    return found


@transaction.atomic
def add_comment(network: Network, *, section: str, text: str, actor: User, reply_to: Comment | None = None) -> Comment:
    """Begin a thread at a section, or answer one, which opens it again. Raises `DomainError` once it is withdrawn."""
    network = _open(network)
    thread = None
    if reply_to is not None:
        thread = _row(network, reply_to)
        section = thread.section
        if thread.resolved_at:
            _settle(thread, None)
    comment = Comment.objects.create(network=network, section=section, text=text, author=actor, reply_to=thread)
    mentioned = named_in(text, network)
    comment.mentions.set(mentioned)
    notifications.comment_written(comment, mentioned)
    return comment


@transaction.atomic
def edit_comment(comment: Comment, *, text: str, actor: User) -> Comment:
    """Change one's own comment; who is named only now is told. Raises `DomainError`."""
    network = _open(comment.network)
    comment = _own(network, comment, actor)
    before = set(comment.mentions.values_list("pk", flat=True))
    comment.text, comment.edited_at = text, timezone.now()
    comment.save(update_fields=["text", "edited_at"])
    mentioned = named_in(text, network)
    comment.mentions.set(mentioned)
    notifications.comment_mentioned(comment, [person for person in mentioned if person.pk not in before])
    return comment


@transaction.atomic
def delete_comment(comment: Comment, *, actor: User) -> None:
    """Delete one's own comment while nobody has answered. Raises `DomainError`."""
    network = _open(comment.network)
    comment = _own(network, comment, actor)
    thread = comment.reply_to_id or comment.pk
    if Comment.objects.filter(reply_to=thread, pk__gt=comment.pk).exists():
        raise DomainError(_("Somebody has answered, so the comment stays. You can still change it."))
    comment.delete()


@transaction.atomic
def resolve_comment(comment: Comment, *, actor: User) -> Comment:
    """Say that a thread is settled. Again: nothing changes."""
    thread = _row(_open(comment.network), comment)
    if thread.resolved_at is None:
        _settle(thread, actor)
    return thread


@transaction.atomic
def reopen_comment(comment: Comment, *, actor: User) -> Comment:
    """Take a settled thread up again."""
    thread = _row(_open(comment.network), comment)
    if thread.resolved_at is not None:
        _settle(thread, None)
    return thread


def _open(network: Network) -> Network:
    network = lock(network)
    if network.state == NetworkState.WITHDRAWN:
        raise DomainError(_("The network is withdrawn: its discussion can be read, and not continued."))
    return network


def _row(network: Network, comment: Comment) -> Comment:
    """The thread of the comment, as it is now."""
    found = network.comments.filter(pk=comment.reply_to_id or comment.pk).first()
    if found is None:
        raise DomainError(_("This comment was deleted meanwhile."))
    return found


def _own(network: Network, comment: Comment, actor: User) -> Comment:
    found = network.comments.filter(pk=comment.pk).first()
    if found is None:
        raise DomainError(_("This comment was deleted meanwhile."))
    if found.author_id != actor.pk:
        raise PermissionDenied
    return found


def _settle(thread: Comment, actor: User | None) -> None:
    thread.resolved_at, thread.resolved_by = (timezone.now() if actor else None), actor
    thread.save(update_fields=["resolved_at", "resolved_by"])
