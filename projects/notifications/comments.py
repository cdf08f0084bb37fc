"""What people are told about the discussion. Templates: `templates/projects/emails/comment_*.*`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, path_of
from projects.models import Comment, Network


def _load(about: str) -> Content:
    """`about`: id of the comment, gone when it was deleted."""
    comment = Comment.objects.select_related("network", "author").get(pk=about)
    path = f"{path_of('projects:discussion', comment.network_id)}#comment-{comment.pk}"
    context = {"comment": comment, "network": comment.network, "author": comment.author}
    return Content(path=path, context=context)


COMMENT_MENTIONED = Message("projects/comment_mentioned", load=_load)
COMMENT_ANSWERED = Message("projects/comment_answered", load=_load)


def comment_written(comment: Comment, mentioned: list[User]) -> None:
    """To those who are named in it, and to those who wrote in the thread before; each person once, nobody of own."""
    comment_mentioned(comment, mentioned)
    first = comment.reply_to
    if first is None:
        return
    writers = User.objects.filter(Q(pk=first.author_id or 0) | Q(pk__in=first.replies.values("author")))
    writers = writers.exclude(pk=comment.author_id or 0)
    readers = [each for each in writers if each not in mentioned and _sees(each, comment.network)]
    announce(COMMENT_ANSWERED, about=comment.pk, key=str(comment.pk), users=readers)


def comment_mentioned(comment: Comment, mentioned: Iterable[User]) -> None:
    """To those who are named."""
    users = [person for person in mentioned if person.pk != comment.author_id]
    announce(COMMENT_MENTIONED, about=comment.pk, key=str(comment.pk), users=users)


def _sees(person: User, network: Network) -> bool:
    return Network.objects.visible_to(person).filter(pk=network.pk).exists()
