"""What a person wants to be told: followed calls, saved searches, reminders, a calendar; and what has been told."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from district_portal.accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

REMINDER_DAYS = [14, 7, 1]


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that belong to one person and nobody else."""

    def visible_to(self, user: User | AnonymousUser) -> OwnQuerySet:
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class Follow(models.Model):
    """A person follows a call, with or without interest of an organisation."""

    user = models.ForeignKey(User, models.CASCADE, related_name="follows")
    call = models.ForeignKey(Call, models.CASCADE, related_name="follows")
    at = models.DateTimeField(default=timezone.now)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("followed call")
        verbose_name_plural = _("followed calls")
        constraints = [models.UniqueConstraint(fields=["user", "call"], name="call_followed_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.call}"


class Visit(models.Model):
    """When a person last looked at a call, so that the page can say what is new since."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    call = models.ForeignKey(Call, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    before = models.DateTimeField(null=True, help_text="the visit before: what is new is counted from it")

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [models.UniqueConstraint(fields=["user", "call"], name="one_visit_row")]

    def __str__(self) -> str:
        return f"{self.user}, {self.call}"


class AlertPreferences(models.Model):
    """How a person wants to be told; without a row: reminders at 14, 7 and 1 day(s)."""

    user = models.OneToOneField(User, models.CASCADE, related_name="alert_preferences")
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("reminders before a deadline"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("preferences for alerts")
        verbose_name_plural = _("preferences for alerts")

    def __str__(self) -> str:
        return str(self.user)


class Frequency(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week, on Monday")


def new_token() -> str:
    return secrets.token_urlsafe(24)


class SavedSearch(models.Model):
    """A search of the list of calls, kept by a person, who is told of new calls that it finds."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=120)
    query = models.CharField(max_length=1000, blank=True, help_text="the filters, as in the address, in one order")
    frequency = models.CharField(_("tell me"), max_length=10, choices=Frequency, default=Frequency.DAILY)
    active = models.BooleanField(_("alert is on"), default=True)
    token = models.CharField(max_length=40, unique=True, default=new_token, help_text="of the link that switches off")
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(default=timezone.now, help_text="calls that became news until then are told")

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "query"], name="search_saved_once")]
        indexes = [models.Index(fields=["frequency", "checked_at"], name="search_due", condition=models.Q(active=True))]

    def __str__(self) -> str:
        return self.name


class SearchAlert(models.Model):
    """The calls of which one alert of a saved search told; no call is told of twice."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="alerts")
    calls = models.ManyToManyField(Call, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")

    def __str__(self) -> str:
        return f"{self.search}, {self.at:%Y-%m-%d}"


class CalendarFeed(models.Model):
    """A person's secret calendar address. Only the hash of the secret is kept: who reads the database can't use it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret part of the address")
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.user)


class Notice(models.Model):
    """What the clock brought about and people were told of, once: an opening, a closing, a reminder.

    Calls that became public or opened are news for saved searches. Searches with an alert at once are asked in the
    order of their ids; `searches_after` is the id up to which that is done, and NULL when nothing is left to do.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Published")
        OPENED = "opened", _("Opened")
        CLOSED = "closed", _("Closed")
        REMINDER_14 = "reminder_14", _("Reminder, 14 days")
        REMINDER_7 = "reminder_7", _("Reminder, 7 days")
        REMINDER_1 = "reminder_1", _("Reminder, 1 day")

    call = models.ForeignKey(Call, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind)
    moment = models.DateTimeField(help_text="the opening or deadline that it was about")
    at = models.DateTimeField(default=timezone.now)
    searches_after = models.BigIntegerField(null=True, help_text="saved searches up to this id have been asked")

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["call", "kind", "moment"], name="notice_once")]
        indexes = [
            models.Index(
                fields=["searches_after"], name="notice_to_do", condition=models.Q(searches_after__isnull=False)
            ),
            models.Index(fields=["at"], name="notice_news", condition=models.Q(kind__in=["published", "opened"])),
        ]

    def __str__(self) -> str:
        return f"{self.call}: {self.kind}"
