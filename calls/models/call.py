"""The call: what is funded, for whom, by when."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.programme import Programme, Theme
from calls.models.querysets import CLOSING_SOON, CallQuerySet
from calls.states import CallState
from district_portal.accounts.models import District, User
from enterprises.models import OrganisationKind


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
    illustrative = models.BooleanField(_("illustrative"), default=False, help_text=_("Made up for the demonstration"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    search_it = models.GeneratedField(
        expression=SearchVector("title_it", weight="A", config="italian")
        + SearchVector("summary_it", "body_it", weight="B", config="italian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    search_en = models.GeneratedField(
        expression=SearchVector("title_en", weight="A", config="english")
        + SearchVector("summary_en", "body_en", weight="B", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
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
