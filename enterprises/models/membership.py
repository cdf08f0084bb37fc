"""Who acts for an organisation, and who is invited to."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class MembershipRole(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")

    @classmethod
    def acting(cls) -> list[str]:
        """Roles that may act in the organisation's name."""
        return [cls.OWNER, cls.EDITOR]


def _organisations_of(user: User) -> models.QuerySet[Membership, Any]:
    return Membership.objects.current().filter(user=user).values("organisation")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User | AnonymousUser) -> MembershipQuerySet:
        """The people of an organisation are known to its members."""
        return self.filter(organisation__in=_organisations_of(user)) if user.is_authenticated else self.none()

    def current(self, on: date | None = None) -> MembershipQuerySet:
        day = on or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)

    def owners(self) -> MembershipQuerySet:
        return self.filter(role=MembershipRole.OWNER)

    def acting(self) -> MembershipQuerySet:
        return self.filter(role__in=MembershipRole.acting())


class Membership(models.Model):
    """A person's delegation to act for (or look into) an organisation, from–to."""

    organisation = models.ForeignKey("enterprises.Organisation", models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=MembershipRole)
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user}, {self.organisation}"


class MembershipInvitationQuerySet(models.QuerySet["MembershipInvitation"]):
    def visible_to(self, user: User | AnonymousUser) -> MembershipInvitationQuerySet:
        """Members see who is invited; the invited person gets in by the secret address."""
        return self.filter(organisation__in=_organisations_of(user)) if user.is_authenticated else self.none()

    def open(self) -> MembershipInvitationQuerySet:
        """Neither accepted nor revoked; an expired one is open too, because it can be sent again."""
        return self.filter(accepted_at=None, revoked_at=None)

    def waiting_at(self, moment: datetime) -> MembershipInvitationQuerySet:
        """Those that can be accepted now."""
        return self.open().filter(expires_at__gt=moment)


class MembershipInvitation(models.Model):
    """An invitation by e-mail to become a member; the secret address in the mail accepts it."""

    organisation = models.ForeignKey("enterprises.Organisation", models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email"))
    role = models.CharField(_("role"), max_length=10, choices=MembershipRole, default=MembershipRole.EDITOR)
    language = models.CharField(max_length=2, default="it")
    token = models.CharField(max_length=43, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "organisation",
                models.functions.Lower("email"),
                name="one_open_invitation",
                condition=Q(accepted_at=None, revoked_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.email}"

    def has_expired(self, moment: datetime) -> bool:
        return self.expires_at <= moment
