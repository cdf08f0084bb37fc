"""Programmes issue calls; families join the editions of a call; themes order them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import Region, Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def run_by(self, user: User | AnonymousUser) -> ProgrammeQuerySet:
        """Programmes of the regions whose staff the person is; administrators: all."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        offices = [office for office in user.current_appointments if office.role == Role.REGIONAL_STAFF]
        return self.filter(region__in=[office.region_id for office in offices])


class Programme(models.Model):
    """A funding programme of a region, which issues calls."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="programmes", verbose_name=_("region"))
    name_it = models.CharField(_("name in Italian"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    slug = models.SlugField(_("address"), max_length=80, unique=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.name_it


class CallFamily(models.Model):
    """A call that is published again: its editions belong together."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="families", verbose_name=_("programme"))
    name_it = models.CharField(_("name in Italian"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)

    class Meta:
        verbose_name = _("family of calls")
        verbose_name_plural = _("families of calls")
        ordering = ["name_it", "pk"]

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
