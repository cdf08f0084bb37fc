"""Who acts: people, the regions and districts, and who holds which role where."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    # Unique as it is written, too: `save` writes it small, and Django asks for it of the field that signs people in.
    email = models.EmailField(_("email"), unique=True)
    given_name = models.CharField(_("first name"), max_length=100)
    family_name = models.CharField(_("last name"), max_length=100)
    language = models.CharField(
        _("language"), max_length=2, choices=[("it", "Italiano"), ("en", "English")], default="it"
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("administrator"), default=False, help_text=_("May use the administration pages."))
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["given_name", "family_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    @cached_property
    def current_appointments(self) -> list[Appointment]:
        """Appointments valid today, read once per request."""
        return list(self.appointments.current().select_related("district"))

    @cached_property
    def current_memberships(self) -> list[Any]:
        """Delegations (`enterprises.Membership`, a higher room) valid today, read once per request."""
        return list(self.memberships.current())

    def holds(self, role: str) -> bool:
        return any(appointment.role == role for appointment in self.current_appointments)

    @cached_property
    def roles(self) -> frozenset[str]:
        """What the person acts as: `enterprise` (member of any organisation), the appointed roles, `admin`."""
        roles: set[str] = {appointment.role for appointment in self.current_appointments}
        if self.current_memberships:
            roles.add("enterprise")
        if self.is_staff:
            roles.add("admin")
        return frozenset(roles)


class Region(models.Model):
    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    slug = models.SlugField(_("address"), unique=True)
    nuts = models.CharField(_("NUTS code"), max_length=5, unique=True)
    country = models.CharField(_("country"), max_length=2, default="IT", help_text=_("ISO 3166-1 code of two letters"))

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name_it


class District(models.Model):
    """A production district of a region (*distretto produttivo*)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="districts", verbose_name=_("region"))
    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    slug = models.SlugField(_("address"), unique=True)
    seat = models.CharField(_("seat"), max_length=100, blank=True, help_text=_("Municipality, where one is known"))
    nuts = models.CharField(_("NUTS code"), max_length=5, blank=True)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["name_it"]

    def __str__(self) -> str:
        return self.name_it


class Role(models.TextChoices):
    FACILITATOR = "facilitator", _("Facilitator")
    ORGANISER = "organiser", _("Event organiser")
    REGIONAL_STAFF = "regional_staff", _("Regional staff")
    EVALUATOR = "evaluator", _("Evaluator")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def current(self, on: date | None = None) -> AppointmentQuerySet:
        day = on or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)

    def of_district(self, district: District) -> AppointmentQuerySet:
        """Appointments that reach a district: its own, or its whole region's."""
        return self.filter(Q(district=district) | Q(district=None, region=district.region_id))


class Appointment(models.Model):
    """Who holds which role, in a whole region or in one of its districts, from–to."""

    user = models.ForeignKey(User, models.CASCADE, related_name="appointments", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, related_name="appointments", verbose_name=_("region"))
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("district"),
        help_text=_("Empty: the whole region"),
    )
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="appointment_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def reaches(self, district_id: int | None, region_id: int) -> bool:
        """Whether the appointment covers this district (None: something of the whole region)."""
        return self.region_id == region_id and self.district_id in (None, district_id)
