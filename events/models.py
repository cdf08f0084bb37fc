"""Events of the programme, such as Distretti Day, and who comes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.db.models.functions import Cast, Coalesce, Extract, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models import Figure
from district_portal.accounts.models import Appointment, District, Region, Role, User
from enterprises.models import Municipality
from events.states import RegistrationState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# Seconds of the epoch, later than any event: those without a date come after those with one.
FAR_FUTURE = 10**11


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User | AnonymousUser) -> EventQuerySet:
        """Published events are public; unpublished ones are seen by their organisers and administrators."""
        if not user.is_authenticated:
            return self.filter(published=True)
        if user.is_staff:
            return self
        return self.filter(Q(published=True) | Q(pk__in=Event.objects.organised_by(user).values("pk")))

    def organised_by(self, user: User) -> EventQuerySet:
        offices = Appointment.objects.current().filter(user=user, role=Role.ORGANISER)
        return self.filter(
            Q(district__in=offices.exclude(district=None).values("district"))
            | Q(region__in=offices.filter(district=None).values("region"))
        )

    def with_room(self) -> EventQuerySet:
        """Events with a free place. The condition that keeps them from being oversold."""
        return self.filter(Q(capacity=None) | Q(taken__lt=F("capacity")))

    def in_list_order(self, moment: datetime) -> EventQuerySet:
        """With `position` to order by, then `pk`: coming events, the next one first; past ones, the latest first."""
        year = Cast("held_in", models.IntegerField())
        last_day = Func(year, 12, 31, 0, 0, 0, function="make_timestamptz", output_field=models.DateTimeField())
        end = Coalesce("ends_at", "starts_at", last_day)
        seconds = Extract(end, "epoch", tzinfo=UTC)
        return self.annotate(
            position=Cast(
                Case(
                    When(ends_at=None, starts_at=None, held_in=None, then=FAR_FUTURE),
                    When(Q(starts_at__gt=moment) | Q(ends_at__gt=moment), then=seconds),
                    default=2 * FAR_FUTURE - seconds,
                    output_field=models.FloatField(),
                ),
                models.BigIntegerField(),
            )
        )


class Event(models.Model):
    """One edition of an event. `taken` counts confirmed places and is changed only together with a registration."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title_it = models.CharField(_("title in Italian"), max_length=150)
    title_en = models.CharField(_("title in English"), max_length=150)
    lead_it = models.CharField(_("one sentence, in Italian"), max_length=400, blank=True)
    lead_en = models.CharField(_("one sentence, in English"), max_length=400, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="events", verbose_name=_("region"))
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("district"),
        help_text=_("Empty: the whole region"),
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True, help_text=_("Rome time"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True, help_text=_("Rome time"))
    held_in = models.PositiveSmallIntegerField(
        _("year held"), null=True, blank=True, help_text=_("For old editions without a known day")
    )
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("municipality")
    )
    directions_it = models.TextField(_("getting there, in Italian"), blank=True)
    directions_en = models.TextField(_("getting there, in English"), blank=True)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    taken = models.PositiveIntegerField(default=0, editable=False)
    previous = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("last edition"),
        help_text=_("Its published figures are shown on the page"),
    )
    published = models.BooleanField(_("published"), default=False)
    illustrative = models.BooleanField(_("illustrative"), default=False, help_text=_("Made up for the demonstration"))

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            # The second lock against overselling, below the conditional update that takes a place.
            models.CheckConstraint(condition=Q(capacity=None) | Q(taken__lte=F("capacity")), name="event_not_oversold"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.title_it

    def get_absolute_url(self) -> str:
        return reverse("events:detail", args=[self.slug])

    def save(self, **kwargs: Any) -> None:
        # `taken` belongs to the operations that hold the row: a copy in memory never writes it.
        if not self._state.adding and kwargs.get("update_fields") is None:
            names = [field.name for field in self._meta.concrete_fields]
            kwargs["update_fields"] = [name for name in names if name not in ("id", "taken")]
        super().save(**kwargs)

    @property
    def places_left(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        return self.places_left == 0

    def is_over(self, moment: datetime) -> bool:
        end = self.ends_at or self.starts_at
        return end <= moment if end else self.held_in is not None

    def status(self, moment: datetime) -> str:
        if self.is_over(moment):
            return "event:past"
        return "event:full" if self.is_full else "event:coming"


class Session(models.Model):
    """An item of an event's programme."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField(_("starts"), help_text=_("Rome time"))
    title_it = models.CharField(_("title in Italian"), max_length=150)
    title_en = models.CharField(_("title in English"), max_length=150)
    text_it = models.CharField(_("text in Italian"), max_length=400, blank=True)
    text_en = models.CharField(_("text in English"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("programme item")
        verbose_name_plural = _("programme")
        ordering = ["starts_at", "pk"]

    def __str__(self) -> str:
        return self.title_it


class EventFigure(Figure):
    event = models.ForeignKey(Event, models.CASCADE, related_name="figures")

    class Meta(Figure.Meta):
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")


class ClockTimestamp(Func):
    """The moment of the statement by the database's clock, one for all hosts; `now()` is the transaction's start."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()


class Category(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    AUTHORITY = "authority", _("Public authority")
    ASSOCIATION = "association", _("Trade association")
    RESEARCH = "research", _("University or research")
    PROFESSIONAL = "professional", _("Professional")
    PRESS = "press", _("Press")
    STUDENT = "student", _("Student")


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def active(self) -> RegistrationQuerySet:
        return self.exclude(state=RegistrationState.CANCELLED)

    def waiting_in_order(self) -> RegistrationQuerySet:
        return self.filter(state=RegistrationState.WAITING).order_by("registered_at", "pk")

    def holding(self, email: str) -> RegistrationQuerySet:
        """The registration of an address, if it was not cancelled: at most one for each event."""
        return self.active().annotate(_address=Lower("email")).filter(_address=email.lower())


class Registration(models.Model):
    """A guest of an event, with or without an account. The secret token opens the ticket; the code checks in."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations")
    given_name = models.CharField(_("first name"), max_length=100)
    family_name = models.CharField(_("last name"), max_length=100)
    email = models.EmailField(_("email"))
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    # Folded name (case, accents, legal form), so that distinct organisations can be counted.
    organisation_key = models.CharField(max_length=200, blank=True, editable=False)
    category = models.CharField(_("you come as"), max_length=20, choices=Category)
    needs = models.TextField(_("accessibility or dietary needs"), max_length=1000, blank=True)
    listed = models.BooleanField(_("show my name to other participants"), default=False)
    language = models.CharField(max_length=2, default="it")
    state = models.CharField(max_length=10, choices=RegistrationState)
    token = models.CharField(max_length=43, unique=True, editable=False)
    code = models.CharField(max_length=12, editable=False)
    registered_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    arrived_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [
            models.Index(fields=["event", "family_name", "given_name", "id"], name="registration_list"),
            models.Index(
                fields=["event", "registered_at", "id"], name="registration_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["event"], name="registration_arrived", condition=Q(arrived_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                "event",
                models.functions.Lower("email"),
                condition=~Q(state="cancelled"),
                name="one_registration_per_email",
            ),
            models.UniqueConstraint(fields=["event", "code"], name="registration_code_unique"),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(state="confirmed"), name="only_confirmed_guests_arrive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def status(self) -> str:
        return "registration:arrived" if self.arrived_at else f"registration:{self.state}"

    def can_be_cancelled(self, moment: datetime) -> bool:
        return self.state != RegistrationState.CANCELLED and not self.arrived_at and not self.event.is_over(moment)

    def waiting_position(self) -> int | None:
        """1 for the guest who gets the next free place; None for who is not on the waiting list."""
        if self.state != RegistrationState.WAITING:
            return None
        before = Q(registered_at__lt=self.registered_at) | Q(registered_at=self.registered_at, pk__lte=self.pk)
        return Registration.objects.waiting_in_order().filter(before, event=self.event_id).count()
