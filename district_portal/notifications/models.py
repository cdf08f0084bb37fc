"""The outbox: what has been decided to tell, and what became of it. No personal data beyond ids waits here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User


class Channel(models.TextChoices):
    INBOX = "inbox", _("Inbox")
    MAIL = "mail", _("Mail")


class OutboxState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Delivered")
    DEAD = "dead", _("Given up")
    ABANDONED = "abandoned", _("Abandoned")


class OutboxRow(models.Model):
    """One message to one recipient through one channel, inserted in the transaction of the change that it tells of."""

    key = models.CharField(max_length=200, unique=True, help_text="idempotency key")
    message = models.CharField(max_length=80, help_text="name of the message, such as calls/interest_registered")
    channel = models.CharField(max_length=5, choices=Channel)
    about = models.CharField(max_length=64, help_text="id of what the message is about")
    user = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="+", help_text="empty: a guest, found through `about`"
    )
    state = models.CharField(max_length=10, choices=OutboxState, default=OutboxState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True, help_text="when the message was about to be handed to the mail server")
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        indexes = [
            models.Index(fields=["next_at", "id"], name="outbox_waiting", condition=Q(state="waiting")),
            models.Index(fields=["-created_at"], name="outbox_dead", condition=Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.message} ({self.channel})"


class InboxItemQuerySet(models.QuerySet["InboxItem"]):
    def visible_to(self, user: User) -> InboxItemQuerySet:
        return self.filter(user=user.pk)

    def unread_count(self, user: User) -> int:
        return self.filter(user=user.pk, read_at=None).count()


class InboxItem(models.Model):
    """A message in a person's inbox, kept in both languages so that the page may change its language."""

    outbox = models.OneToOneField(OutboxRow, models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="inbox")
    title_it = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    text_it = models.TextField()
    text_en = models.TextField()
    path = models.CharField(max_length=300, blank=True, help_text="address of the subject, without language")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = InboxItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbox message")
        verbose_name_plural = _("inbox messages")
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="inbox_newest"),
            models.Index(fields=["user"], name="inbox_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.title_it


class AccountMail(models.Model):
    """A mail of the sign-in pages on its way (it holds a secret link), removed as soon as it is delivered."""

    to = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sign-in mail")
        verbose_name_plural = _("sign-in mails")

    def __str__(self) -> str:
        return f"account mail {self.pk}"


class SinkMail(models.Model):
    """A mail that the demonstration did not send, but kept for its staff to read."""

    message_id = models.CharField(max_length=200, db_index=True)
    sender = models.CharField(max_length=300)
    to = models.CharField(max_length=300)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list, help_text="list of {name, type, base64}")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("kept mail")
        verbose_name_plural = _("kept mails")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.subject
