"""Expressions of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from district_portal.accounts.models import User
from enterprises.models import Concept, Membership, Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class InterestQuerySet(models.QuerySet["Interest"]):
    def active(self) -> InterestQuerySet:
        return self.filter(withdrawn_at=None)

    def visible_to(self, user: User | AnonymousUser) -> InterestQuerySet:
        """Seen by the organisation itself and by the call's facilitators, nobody else."""
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.current().filter(user=user).values("organisation")
        return self.filter(Q(call__in=Call.objects.facilitated_by(user).values("pk")) | Q(organisation__in=mine))

    def of_actor(self, user: User | AnonymousUser) -> InterestQuerySet:
        """Interests of the organisations in whose name the person may act."""
        return self.filter(organisation__in=Organisation.objects.acted_for_by(user).values("pk"))


class Visibility(models.TextChoices):
    """Who sees that an organisation is interested, beside itself and the facilitator (levels: `docs/disclosure.md`)."""

    FACILITATOR = "facilitator", _("Only the facilitator of the call")
    ANONYMOUS = "anonymous", _("Everyone, without our name")
    DISTRICT = "district", _("Signed-in organisations of the district, with our name")
    PUBLIC = "public", _("Everyone, with our name")


class Interest(models.Model):
    """An organisation's expression of interest in a call (*manifestazione di interesse*): one row for each."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="interests")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="interests")
    note = models.TextField(_("note for the facilitator"), blank=True, max_length=2000)
    offers = models.CharField(_("what you offer"), max_length=500, blank=True)
    seeks = models.CharField(_("what you look for"), max_length=500, blank=True)
    wants_to_lead = models.BooleanField(_("we would like to lead a network"), default=False)
    offered = models.ManyToManyField(Concept, blank=True, related_name="+", verbose_name=_("competences you offer"))
    sought = models.ManyToManyField(Concept, blank=True, related_name="+", verbose_name=_("competences you look for"))
    visibility = models.CharField(
        _("who may see it"), max_length=12, choices=Visibility, default=Visibility.FACILITATOR
    )
    registered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("expression of interest")
        verbose_name_plural = _("expressions of interest")
        constraints = [models.UniqueConstraint(fields=["call", "organisation"], name="one_interest_per_organisation")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.call}"


class InterestMessage(models.Model):
    """What the facilitator of a call wrote to some of the interested organisations."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="interest_messages")
    sender = models.ForeignKey(User, models.PROTECT, related_name="+")
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("message"), max_length=5000)
    organisations = models.ManyToManyField(Organisation, related_name="+", verbose_name=_("to"))
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("message to interested organisations")
        verbose_name_plural = _("messages to interested organisations")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject


class EligibilityAnswers(models.Model):
    """What an organisation answered in the self-check of a call."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    answers = models.JSONField(default=dict, help_text="by kind of rule: true (yes) or false (not yet)")
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answers of the eligibility check")
        verbose_name_plural = _("answers of eligibility checks")
        constraints = [models.UniqueConstraint(fields=["call", "organisation"], name="eligibility_answers_once")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.call}"
