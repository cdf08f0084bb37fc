"""What is signed off and sent: sign-offs, submissions in a chain of hashes, protocol numbers, integration, papers."""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User
from projects.models.networks import Network, Partner
from projects.models.writing import SECTION_LENGTH, ProposalVersion
from projects.states import PaperState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def standing(self) -> SignOffQuerySet:
        """Not voided by a change since."""
        return self.filter(voided_at=None)


class SignOff(models.Model):
    """That a partner's delegate agrees to exactly this version. A material change voids it; the row stays."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="sign_offs")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="sign_offs")
    version = models.ForeignKey(ProposalVersion, models.PROTECT, related_name="sign_offs")
    digest = models.CharField(max_length=64)
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    voided_by_section = models.CharField(max_length=SECTION_LENGTH, blank=True, help_text="where the change was made")

    objects = SignOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["partner"], condition=Q(voided_at=None), name="one_standing_sign_off")
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.digest[:8]}"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def standing(self) -> SubmissionQuerySet:
        """Not withdrawn."""
        return self.filter(withdrawal=None)

    def proposals(self) -> SubmissionQuerySet:
        """Without what answers an integration round."""
        return self.filter(kind=Submission.Kind.PROPOSAL)


class Submission(models.Model):
    """A proposal as it was sent. Immutable: triggers refuse UPDATE and DELETE.

    `content` is canonical JSON, `digest` its SHA-256, `files` name, size and SHA-256 of each attachment;
    `chain_digest` is the SHA-256 over the number, the moment, `digest`, the files' hashes and the `chain_digest` of the
    submission before (`projects.operations.sending`).
    """

    class Kind(models.TextChoices):
        PROPOSAL = "proposal", _("Proposal")
        INTEGRATION = "integration", _("Integration")

    network = models.ForeignKey(Network, models.PROTECT, related_name="submissions")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PROPOSAL)
    number = models.CharField(_("receipt number"), max_length=20, unique=True)
    code = models.CharField(max_length=20, unique=True, help_text="by which anyone verifies the receipt")
    version = models.ForeignKey(ProposalVersion, models.PROTECT, related_name="submissions")
    content = models.TextField()
    digest = models.CharField(max_length=64)
    files = models.JSONField()
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    chain_digest = models.CharField(max_length=64, unique=True)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(help_text="when the request arrived")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.number


class SubmissionWithdrawal(models.Model):
    """That a submission does not count any more."""

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="withdrawal")
    withdrawn_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")

    def __str__(self) -> str:
        return str(self.submission)


class Protocol(models.Model):
    """The number under which the Region's own system or register (*protocollo*) took a handed-over submission in."""

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="protocol")
    number = models.CharField(_("protocol number"), max_length=40)
    received_on = models.DateField(_("date of the protocol"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("protocol number")
        verbose_name_plural = _("protocol numbers")

    def __str__(self) -> str:
        return self.number


class IntegrationRoundQuerySet(models.QuerySet["IntegrationRound"]):
    def pending(self) -> IntegrationRoundQuerySet:
        """Neither answered nor closed; its time may be over."""
        return self.filter(answered_at=None, closed_at=None)

    def open_at(self, moment: datetime) -> IntegrationRoundQuerySet:
        return self.pending().filter(due_at__gt=moment)


class IntegrationRound(models.Model):
    """*Soccorso istruttorio*: the Region asks, once, for what can be cured; only these sections are unlocked.

    While it is open the clock of the assessment stands still.
    """

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="integration")
    sections = ArrayField(models.CharField(max_length=SECTION_LENGTH))
    text = models.TextField(_("what is asked for"), max_length=3000)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(_("answer by"))
    answered_at = models.DateTimeField(null=True)
    answer = models.OneToOneField(
        Submission, models.PROTECT, null=True, related_name="answers_round", help_text="what was sent"
    )
    closed_at = models.DateTimeField(null=True, help_text="without an answer, after the time to answer")

    objects = IntegrationRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("integration round")
        verbose_name_plural = _("integration rounds")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("asked_at")), name="integration_has_time"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer=None) | Q(answered_at__isnull=False, answer__isnull=False),
                name="integration_answered_with_a_submission",
            ),
        ]

    def __str__(self) -> str:
        return str(self.submission)

    def is_open_at(self, moment: datetime) -> bool:
        return self.answered_at is None and self.closed_at is None and moment < self.due_at


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, user: User | AnonymousUser) -> PaperQuerySet:
        """Whoever sees the network reads what was made of it."""
        return self.filter(network__in=Network.objects.visible_to(user).values("pk"))

    def due(self) -> PaperQuerySet:
        """What a worker may take up: waiting, and not under somebody's lease."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=Now()), state=PaperState.WAITING)

    def attempt(self, paper: Paper) -> PaperQuerySet:
        """The paper, if `paper` is still the attempt that works on it."""
        return self.filter(pk=paper.pk, state=PaperState.WAITING, attempts=paper.attempts)


class Paper(models.Model):
    """A document that a worker makes: the proposal as PDF, a receipt, a package to hand over, a letter.

    `kind` is a key of `projects.papers.registry.PAPERS`, `about` the id that its maker understands. A finished file is
    never changed; a half one is never seen.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=30)
    about = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=2, default="it")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=PaperState, default=PaperState.WAITING)
    file = models.FileField(upload_to="papers/", blank=True)
    name = models.CharField(max_length=200, blank=True, help_text="of the file, as it is downloaded")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True, help_text="bytes")
    error = models.CharField(max_length=500, blank=True)
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["requested_at"], condition=Q(state="waiting"), name="paper_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(file="") & ~Q(sha256=""), name="ready_paper_has_a_file"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("projects:paper_detail", args=[self.pk])

    @property
    def status(self) -> str:
        return f"paper:{self.state}"

    @property
    def extension(self) -> str:
        return Path(self.name).suffix.removeprefix(".").upper()
