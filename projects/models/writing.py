"""What a network writes together: answers, who is at which section, comments, attachments, declarations, versions.

A *section* is a part of the proposal that is edited, locked, commented, compared and unlocked as a whole. It is named
by a key: `summary`, `partners`, `coverage`, `plan`, `risks`, `indicators`, `attachments`, `declarations`,
`answer:<question>`, `answer:<question>:<partner>` and `budget:<partner>` (`projects.sections`).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User
from projects.models.networks import Network, Partner
from projects.states import HAS_HELPED, HelperState

SECTION_LENGTH = 120


class Answer(models.Model):
    """The text of a network (or of one of its partners) to one question of the call's template."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="answers")
    question = models.CharField(max_length=80, help_text="code of the question in the call's template")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="answers")
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, help_text="counts the saves; a stale one is not overwritten")
    edited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    edited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["network", "question", "partner"], name="answer_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.network}: {self.question}"


class SectionLockQuerySet(models.QuerySet["SectionLock"]):
    def held_at(self, moment: datetime) -> SectionLockQuerySet:
        return self.filter(expires_at__gt=moment)


class SectionLock(models.Model):
    """Who is writing at a section now. It expires by itself; it warns and never decides: versions decide."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="locks")
    section = models.CharField(max_length=SECTION_LENGTH)
    holder = models.ForeignKey(User, models.CASCADE, related_name="+")
    taken_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = SectionLockQuerySet.as_manager()

    class Meta:
        verbose_name = _("lock")
        verbose_name_plural = _("locks")
        constraints = [models.UniqueConstraint(fields=["network", "section"], name="one_lock_per_section")]

    def __str__(self) -> str:
        return f"{self.network}: {self.section}"


class Comment(models.Model):
    """What people say about a section. Read by everyone who sees the network; not part of what is sent."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="comments")
    section = models.CharField(max_length=SECTION_LENGTH)
    reply_to = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(_("comment"), max_length=3000)
    mentions = models.ManyToManyField(User, related_name="+", blank=True)
    at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["pk"]
        indexes = [models.Index(fields=["network", "section"], name="comment_section")]

    def __str__(self) -> str:
        return f"{self.network}, {self.section}: {self.text[:40]}"


def attachment_path(attachment: Attachment, filename: str) -> str:
    """A random name; the ending stays."""
    return f"networks/{attachment.network_id}/{uuid.uuid4().hex}{Path(filename).suffix.lower()}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def current(self) -> AttachmentQuerySet:
        return self.filter(removed_at=None)


class Attachment(models.Model):
    """A document of the proposal, of a type that the call asks for (a code of its rule `documents`) or `other`.

    What was part of a submission stays; a removed one is no longer part of what is sent.
    """

    network = models.ForeignKey(Network, models.CASCADE, related_name="attachments")
    partner = models.ForeignKey(Partner, models.SET_NULL, null=True, blank=True, related_name="attachments")
    kind = models.CharField(_("type"), max_length=80, default="other")
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to=attachment_path)
    name = models.CharField(max_length=200, help_text="of the file, as it was uploaded")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    removed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def extension(self) -> str:
        return Path(self.name).suffix.removeprefix(".").lower()


class Declaration(models.Model):
    """A declaration that the call asks for, given for the network in these words."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="declarations")
    code = models.CharField(max_length=80)
    text = models.CharField(max_length=300, help_text="as it was read when it was given")
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["network", "code"], name="declaration_once")]

    def __str__(self) -> str:
        return f"{self.network}: {self.code}"


class ProposalVersion(models.Model):
    """What a proposal said at a moment (`projects.content.snapshot`); never changed, never deleted."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content (`projects.content.digest`)")
    note = models.CharField(_("note"), max_length=500, blank=True)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of a proposal")
        verbose_name_plural = _("versions of proposals")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["network", "number"], name="proposal_version_number_once")]

    def __str__(self) -> str:
        return f"{self.network}, {self.number}"


class Look(models.Model):
    """Which version of a proposal somebody who reviews it looked at last."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="looks")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    version = models.ForeignKey(ProposalVersion, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        constraints = [models.UniqueConstraint(fields=["network", "user"], name="one_last_look")]

    def __str__(self) -> str:
        return f"{self.user}: {self.version}"


class HelperQuerySet(models.QuerySet["Helper"]):
    def helping(self) -> HelperQuerySet:
        return self.filter(state=HelperState.ACCEPTED)

    def have_helped(self) -> HelperQuerySet:
        """Who can neither decide on the network nor evaluate it, also when asked again and declining then."""
        return self.filter(models.Q(state__in=HAS_HELPED) | models.Q(ended_at__isnull=False))


class Helper(models.Model):
    """A named person who is invited to help to write; whoever accepted is barred from deciding (`domain.md`, 4)."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="helpers")
    user = models.ForeignKey(User, models.PROTECT, related_name="helps")
    state = models.CharField(max_length=10, choices=HelperState, default=HelperState.INVITED)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = HelperQuerySet.as_manager()

    class Meta:
        verbose_name = _("helper")
        verbose_name_plural = _("helpers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["network", "user"], name="helper_once_in_network")]

    def __str__(self) -> str:
        return f"{self.user}, {self.network}"

    @property
    def status(self) -> str:
        return f"helper:{self.state}"


class Activity(models.Model):
    """One thing that happened in a network, for the page's list of activity; the words are made when it is read."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="activities")
    kind = models.CharField(max_length=40, help_text="a key of `projects.panels.activity.WORDS`")
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    detail = models.JSONField(default=dict, help_text="names and numbers that the words need; no text of the proposal")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["network", "-at"], name="activity_newest")]

    def __str__(self) -> str:
        return f"{self.network}: {self.kind}"
