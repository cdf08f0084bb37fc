"""The call: what is funded, for whom, by when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.programme import CallFamily, Programme, Theme
from calls.models.querysets import CLOSING_SOON, CallQuerySet
from calls.states import CallState
from district_portal.accounts.models import District, User
from district_portal.shared.search import folded
from enterprises.models import Organisation, OrganisationKind


class Tier(models.TextChoices):
    """Whether the call is one of two: actuators are selected first, each of which then runs a call for networks."""

    ONLY = "only", _("One call, for those who carry out the projects")
    ACTUATORS = "actuators", _("First of two: selects the actuators")
    NETWORKS = "networks", _("Second of two: an actuator's call for networks")


class Call(models.Model):
    """One call. An unknown amount, share or date is NULL, never 0 and never invented."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="calls", verbose_name=_("programme"))
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    family = models.ForeignKey(
        CallFamily, models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("family of calls")
    )
    edition = models.PositiveSmallIntegerField(_("edition"), null=True, blank=True)
    specific_objective = models.CharField(
        _("specific objective"),
        max_length=200,
        blank=True,
        help_text=_(
            "Of the European programme, such as RSO1.1; told with the open data (Regulation 2021/1060, art. 49)"
        ),
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, default=Tier.ONLY)
    first_tier = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="second_tier",
        verbose_name=_("first of the two calls"),
    )
    actuator = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("actuator")
    )
    title_it = models.CharField(_("title in Italian"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    summary_it = models.CharField(_("one sentence, in Italian"), max_length=400)
    summary_en = models.CharField(_("one sentence, in English"), max_length=400, blank=True)
    body_it = models.TextField(_("text in Italian"), blank=True)
    body_en = models.TextField(_("text in English"), blank=True)
    plain_it = models.TextField(_("in plain words, in Italian"), max_length=2000, blank=True)
    plain_en = models.TextField(_("in plain words, in English"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=CallState, default=CallState.DRAFT)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True, help_text=_("Rome time"))
    closes_at = models.DateTimeField(_("deadline"), null=True, blank=True, help_text=_("Rome time"))
    deadline_has_time = models.BooleanField(
        _("hour of the deadline is known"), default=True, help_text=_("Only old calls lack it; the day is shown then.")
    )
    questions_until = models.DateTimeField(_("questions until"), null=True, blank=True, help_text=_("Rome time"))
    published_at = models.DateTimeField(null=True, editable=False, help_text="when everyone could first read it")
    districts = models.ManyToManyField(
        District, blank=True, related_name="calls", verbose_name=_("districts"), help_text=_("None: all districts")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="calls", verbose_name=_("themes"))
    roles = ArrayField(
        models.CharField(max_length=30, choices=OrganisationKind),
        verbose_name=_("who may take part"),
        blank=True,
        default=list,
        help_text=_("Kinds of organisation. None: all"),
    )
    facilitator = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="facilitated_calls", verbose_name=_("facilitator")
    )
    budget = models.DecimalField(_("budget (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    grant_share = models.DecimalField(
        _("grant, as a share of the cost"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Between 0 and 1: the highest intensity of aid"),
    )
    grant_max = models.DecimalField(_("highest grant (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True)
    project_cost_min = models.DecimalField(
        _("lowest project cost (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    project_cost_max = models.DecimalField(
        _("highest project cost (EUR)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    duration_months = models.PositiveSmallIntegerField(_("duration in months"), null=True, blank=True)
    partners_min = models.PositiveSmallIntegerField(_("fewest partners"), null=True, blank=True)
    aid_table = models.ForeignKey(
        "calls.AidTable", models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("aid table")
    )
    external_id = models.CharField(
        _("identifier in the catalogue that it comes from"), max_length=100, null=True, blank=True, editable=False
    )
    authors = models.ManyToManyField(User, blank=True, editable=False, related_name="+")
    """Who has changed the draft: none of them can approve it."""
    illustrative = models.BooleanField(_("illustrative"), default=False, help_text=_("Made up for the demonstration"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    search_it = models.GeneratedField(
        expression=SearchVector(folded("title_it"), weight="A", config="italian")
        + SearchVector(folded("summary_it"), weight="B", config="italian")
        + SearchVector(folded("plain_it"), folded("body_it"), weight="C", config="italian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    search_en = models.GeneratedField(
        expression=SearchVector(folded("title_en"), weight="A", config="english")
        + SearchVector(folded("summary_en"), weight="B", config="english")
        + SearchVector(folded("plain_en"), folded("body_en"), weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    # What lists are ordered by: never NULL, so that pages can be keyset pages; what is unknown comes last.
    deadline_key = models.GeneratedField(
        expression=Coalesce("closes_at", Value(datetime(9999, 1, 1, tzinfo=UTC))),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    opened_key = models.GeneratedField(
        expression=Coalesce("opens_at", Value(datetime(1900, 1, 1, tzinfo=UTC))),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    budget_key = models.GeneratedField(
        expression=Coalesce("budget", Value(Decimal(-1))),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            models.Index(fields=["state", "closes_at", "id"], name="call_deadline"),
            models.Index(fields=["deadline_key", "id"], name="call_by_deadline"),
            models.Index(fields=["-opened_key", "-id"], name="call_by_opening"),
            models.Index(F("published_at").desc(nulls_last=True), name="call_newest"),
            models.Index(fields=["-budget_key", "-id"], name="call_by_budget"),
            models.Index(fields=["state", "deadline_key", "id"], name="call_state_deadline"),
            # With the deadline: calls that have closed are picked out of the published ones within the index.
            models.Index(fields=["state", "-opened_key", "-id", "deadline_key"], name="call_state_opening"),
            models.Index(fields=["state", "-budget_key", "-id"], name="call_state_budget"),
            GinIndex(fields=["search_it"], name="call_search_it"),
            GinIndex(fields=["search_en"], name="call_search_en"),
            models.Index(F("opened_key").desc(), F("id").desc(), condition=Q(title_en=""), name="call_only_in_italian"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["programme", "external_id"], name="imported_once"),
            models.UniqueConstraint(
                fields=["family", "edition"],
                name="edition_once_in_family",
                violation_error_message=_("This family has a call of this edition."),
            ),
            models.CheckConstraint(
                condition=Q(tier=Tier.NETWORKS, first_tier__isnull=False, actuator__isnull=False)
                | ~Q(tier=Tier.NETWORKS) & Q(first_tier=None, actuator=None),
                name="second_tier_has_first_and_actuator",
                violation_error_message=_("An actuator's call needs the first call and its actuator, no other."),
            ),
            models.CheckConstraint(
                condition=Q(questions_until=None) | Q(closes_at=None) | Q(questions_until__lte=F("closes_at")),
                name="call_questions_before_deadline",
                violation_error_message=_("Questions must end before the deadline, or with it."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="call_closes_after_opening",
                violation_error_message=_("The deadline must be after the opening."),
            ),
            models.CheckConstraint(
                condition=~Q(state=CallState.PUBLISHED) | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="published_call_has_dates",
                violation_error_message=_("A published call needs an opening and a deadline."),
            ),
            models.CheckConstraint(
                condition=Q(grant_share=None) | Q(grant_share__range=(0, 1)), name="call_grant_share_range"
            ),
        ]

    def __str__(self) -> str:
        return self.title_it

    def get_absolute_url(self) -> str:
        return reverse("calls:detail", args=[self.slug])

    def is_open_at(self, moment: datetime) -> bool:
        """The one rule of the deadline: in before it, out from it on. `moment` is when the request arrived."""
        return bool(
            self.state == CallState.PUBLISHED
            and self.opens_at
            and self.closes_at
            and self.opens_at <= moment < self.closes_at
        )

    def status_at(self, moment: datetime) -> str:
        """Key into the table of statuses (`shared.ui.STATUS`): stored states, and those that follow from the clock."""
        if self.state != CallState.PUBLISHED:
            return f"call:{self.state}"
        if self.opens_at and moment < self.opens_at:
            return "call:planned"
        if self.closes_at is None or not self.is_open_at(moment):
            return "call:closed"
        return "call:closing_soon" if self.closes_at - moment <= CLOSING_SOON else "call:open"

    @property
    def status(self) -> str:
        return self.status_at(timezone.now())

    @property
    def deadline_day(self) -> date | None:
        """The day of the deadline in Rome."""
        return timezone.localdate(self.closes_at) if self.closes_at else None

    @property
    def deadline_shown(self) -> datetime | date | None:
        """The deadline as far as it is known: a moment, or only a day."""
        return self.closes_at if self.deadline_has_time else self.deadline_day
