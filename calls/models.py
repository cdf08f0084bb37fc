"""Calls (*bandi*) of a programme: what is funded, for whom, by when, and who is interested."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.states import CallState
from district_portal.accounts.models import District, Region, User
from enterprises.models import Organisation, OrganisationKind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

CLOSING_SOON = timedelta(days=14)


class Programme(models.Model):
    """A funding programme of a region, which issues calls."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="programmes", verbose_name=_("region"))
    name_it = models.CharField(_("name in Italian"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    slug = models.SlugField(_("address"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.name_it


class Theme(models.Model):
    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    slug = models.SlugField(_("address"), unique=True)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["name_it"]

    def __str__(self) -> str:
        return self.name_it


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: User | AnonymousUser) -> CallQuerySet:
        """Everyone reads what is planned or published; drafts are the regional staff's and administrators'."""
        if user.is_authenticated and (user.is_staff or user.holds("regional_staff")):
            return self
        return self.exclude(state=CallState.DRAFT)

    def open_at(self, moment: datetime) -> CallQuerySet:
        """Published, opened, and before the deadline (a call without a known deadline is never open)."""
        return self.filter(state=CallState.PUBLISHED, opens_at__lte=moment, closes_at__gt=moment)

    def closing_soon_at(self, moment: datetime) -> CallQuerySet:
        return self.open_at(moment).filter(closes_at__lte=moment + CLOSING_SOON)

    def opening_soon_at(self, moment: datetime) -> CallQuerySet:
        return self.filter(Q(state=CallState.PLANNED) | Q(state=CallState.PUBLISHED, opens_at__gt=moment))

    def in_assessment_at(self, moment: datetime) -> CallQuerySet:
        return self.filter(state=CallState.IN_ASSESSMENT)

    def closed_at(self, moment: datetime) -> CallQuerySet:
        return self.filter(
            Q(state=CallState.PUBLISHED, closes_at__lte=moment)
            | Q(state__in=[CallState.RANKED, CallState.CONCLUDED, CallState.CANCELLED])
        )


class Call(models.Model):
    """One call. An unknown amount, share or date is NULL, never 0 and never invented."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="calls", verbose_name=_("programme"))
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    edition = models.PositiveSmallIntegerField(_("edition"), null=True, blank=True)
    title_it = models.CharField(_("title in Italian"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    summary_it = models.CharField(_("one sentence, in Italian"), max_length=400)
    summary_en = models.CharField(_("one sentence, in English"), max_length=400, blank=True)
    body_it = models.TextField(_("text in Italian"), blank=True)
    body_en = models.TextField(_("text in English"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=CallState, default=CallState.DRAFT)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True, help_text=_("Rome time"))
    closes_at = models.DateTimeField(_("deadline"), null=True, blank=True, help_text=_("Rome time"))
    deadline_has_time = models.BooleanField(
        _("hour of the deadline is known"), default=True, help_text=_("Only old calls lack it; the day is shown then.")
    )
    districts = models.ManyToManyField(
        District, blank=True, related_name="calls", verbose_name=_("districts"), help_text=_("None: all districts")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="calls", verbose_name=_("themes"))
    roles = ArrayField(
        models.CharField(max_length=30, choices=OrganisationKind), verbose_name=_("who may take part"), blank=True,
        default=list, help_text=_("Kinds of organisation. None: all"),
    )
    facilitator = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="facilitated_calls", verbose_name=_("facilitator")
    )
    budget = models.DecimalField(_("budget (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    grant_share = models.DecimalField(
        _("grant, as a share of the cost"), max_digits=5, decimal_places=4, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)], help_text=_("Between 0 and 1: the highest intensity of aid"),
    )
    grant_max = models.DecimalField(_("highest grant (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    project_cost_min = models.DecimalField(_("lowest project cost (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    project_cost_max = models.DecimalField(_("highest project cost (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    duration_months = models.PositiveSmallIntegerField(_("duration in months"), null=True, blank=True)
    partners_min = models.PositiveSmallIntegerField(_("fewest partners"), null=True, blank=True)
    illustrative = models.BooleanField(_("illustrative"), default=False, help_text=_("Made up for the demonstration"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_it = models.GeneratedField(
        expression=SearchVector("title_it", weight="A", config="italian")
        + SearchVector("summary_it", "body_it", weight="B", config="italian"),
        output_field=SearchVectorField(), db_persist=True,
    )
    search_en = models.GeneratedField(
        expression=SearchVector("title_en", weight="A", config="english")
        + SearchVector("summary_en", "body_en", weight="B", config="english"),
        output_field=SearchVectorField(), db_persist=True,
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            models.Index(fields=["state", "closes_at", "id"], name="call_deadline"),
            GinIndex(fields=["search_it"], name="call_search_it"),
            GinIndex(fields=["search_en"], name="call_search_en"),
            GinIndex(fields=["roles"], name="call_roles"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")), name="call_closes_after_opening",
                violation_error_message=_("The deadline must be after the opening."),
            ),
            models.CheckConstraint(
                condition=~Q(state=CallState.PUBLISHED) | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="published_call_has_dates",
                violation_error_message=_("A published call needs an opening and a deadline."),
            ),
            models.CheckConstraint(condition=Q(grant_share=None) | Q(grant_share__range=(0, 1)), name="call_grant_share_range"),
        ]

    def __str__(self) -> str:
        return self.title_it

    def get_absolute_url(self) -> str:
        return reverse("calls:detail", args=[self.slug])

    def is_open_at(self, moment: datetime) -> bool:
        """The one rule of the deadline: in before it, out from it on. `moment` is when the request arrived."""
        return bool(
            self.state == CallState.PUBLISHED and self.opens_at and self.closes_at and self.opens_at <= moment < self.closes_at
        )

    def status_at(self, moment: datetime) -> str:
        """Key into the table of statuses (`shared.ui.STATUS`): stored states, and those that follow from the clock."""
        if self.state != CallState.PUBLISHED:
            return f"call:{self.state}"
        if self.opens_at and moment < self.opens_at:
            return "call:planned"
        if not self.is_open_at(moment):
            return "call:closed"
        return "call:closing_soon" if self.closes_at - moment <= CLOSING_SOON else "call:open"

    @property
    def status(self) -> str:
        return self.status_at(timezone.now())


class CallDeadline(models.Model):
    """One entry of the history of a call's deadlines: what was moved, to when, why, by whom."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="deadlines")
    closes_at = models.DateTimeField(_("deadline"))
    has_time = models.BooleanField(_("hour is known"), default=True)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    set_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.call}: {self.closes_at:%Y-%m-%d}"


class CallMilestone(models.Model):
    """A step of a call's timeline, beside opening and deadline: info day, assessment, ranking."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="milestones")
    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("timeline")
        ordering = ["starts_on", "pk"]

    def __str__(self) -> str:
        return self.name_it


def document_path(document: CallDocument, filename: str) -> str:
    return f"calls/{document.call_id}/{filename}"


class CallDocument(models.Model):
    """A document of a call, with the hash of what was published."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="documents")
    title_it = models.CharField(_("title in Italian"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    file = models.FileField(_("file"), upload_to=document_path)
    language = models.CharField(_("language"), max_length=2, choices=[("it", "Italiano"), ("en", "English")], default="it")
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    published_on = models.DateField(_("published"), default=timezone.localdate)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["published_on", "pk"]

    def __str__(self) -> str:
        return self.title_it


class Figure(models.Model):
    """A published figure. It is shown with scope, source and as-of date, never mixed with what the portal computes."""

    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=3, blank=True, choices=[("EUR", "EUR")])
    scope_it = models.CharField(_("scope in Italian"), max_length=200)
    scope_en = models.CharField(_("scope in English"), max_length=200)
    source_it = models.CharField(_("source in Italian"), max_length=200)
    source_en = models.CharField(_("source in English"), max_length=200)
    as_of = models.PositiveSmallIntegerField(_("as of (year)"))

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name_it}: {self.value}"


class CallFigure(Figure):
    call = models.ForeignKey(Call, models.CASCADE, related_name="figures")

    class Meta(Figure.Meta):
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")


class InterestQuerySet(models.QuerySet["Interest"]):
    def active(self) -> InterestQuerySet:
        return self.filter(withdrawn_at=None)

    def visible_to(self, user: User | AnonymousUser) -> InterestQuerySet:
        """Seen by the organisation itself and by the call's facilitator, nobody else (matching: the default level)."""
        if not user.is_authenticated:
            return self.none()
        mine = Organisation.objects.filter(memberships__user=user).values("pk")
        return self.filter(Q(call__facilitator=user) | Q(organisation__in=mine))


class Interest(models.Model):
    """An organisation's expression of interest in a call (*manifestazione di interesse*): one row for each."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="interests")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="interests")
    note = models.TextField(_("note for the facilitator"), blank=True, max_length=2000)
    offers = models.CharField(_("what you offer"), max_length=500, blank=True)
    seeks = models.CharField(_("what you look for"), max_length=500, blank=True)
    wants_to_lead = models.BooleanField(_("we would like to lead a network"), default=False)
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
