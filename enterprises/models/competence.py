"""What an organisation offers and seeks, and who may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User
from enterprises.models.organisation import Organisation, looked_after_by
from enterprises.models.vocabulary import Concept

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# In which states of a network (`projects.states`, a higher room) its partners work together: not once it is refused
# or withdrawn.
ALIVE = ["forming", "submitted", "changes_requested", "approved", "sent"]


class CompetenceQuerySet(models.QuerySet["Competence"]):
    def visible_to(self, user: User | AnonymousUser) -> CompetenceQuerySet:
        """What the person may read *together with the organisation's name* (`docs/disclosure.md` is the table).

        Level 0 is for nobody but the own members: its public face is anonymous and is not made from these rows.
        """
        public = Q(level=Competence.Level.PUBLIC, organisation__listed=True)
        if not user.is_authenticated:
            return self.filter(public)
        own = Organisation.objects.of_member(user)
        return self.filter(
            public
            | Q(organisation__in=own.values("pk"))
            | Q(level__in=[Competence.Level.PUBLIC, Competence.Level.DISTRICT]) & self._of_neighbours(user, own)
            | Q(level=Competence.Level.NETWORK, organisation__in=self._of_partners(own).values("pk"))
        )

    @staticmethod
    def _of_partners(own: models.QuerySet[Organisation]) -> models.QuerySet[Organisation]:
        """Organisations that have joined a network, which is alive, that one of these has joined, too.

        Networks live in a higher room: they are reached through the names of their relations.
        """
        joined = own.filter(partnerships__state="accepted", partnerships__network__state__in=ALIVE)
        common = joined.values("partnerships__network")
        return Organisation.objects.filter(partnerships__state="accepted", partnerships__network__in=common)

    @staticmethod
    def _of_neighbours(user: User, own: models.QuerySet[Organisation]) -> Q:
        """Organisations to which the person belongs as somebody of the district, its facilitator or the Region."""
        if user.is_staff:
            return Q()
        districts = own.exclude(district=None).values("district")
        return Q(organisation__listed=True, organisation__district__in=districts) | looked_after_by(
            user, "organisation__"
        )

    def offers(self) -> CompetenceQuerySet:
        return self.filter(direction=Competence.Direction.OFFERS)

    def seeks(self) -> CompetenceQuerySet:
        return self.filter(direction=Competence.Direction.SEEKS)


class Competence(models.Model):
    """What an organisation offers or seeks, and how far it lets others see it."""

    class Direction(models.TextChoices):
        OFFERS = "offers", _("Offers")
        SEEKS = "seeks", _("Seeks")

    class Level(models.IntegerChoices):
        """Disclosure: who may read it together with the organisation's name."""

        ANONYMOUS = 0, _("Public, without our name")
        PUBLIC = 1, _("Public, with our name")
        DISTRICT = 2, _("Signed-in organisations of the district")
        CONSENT = 3, _("Only after we agree to an introduction")
        NETWORK = 4, _("Only members of a common network")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="competences")
    concept = models.ForeignKey(
        Concept,
        models.PROTECT,
        related_name="competences",
        verbose_name=_("competence"),
        limit_choices_to={"scheme": Concept.Scheme.COMPETENCE},
    )
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    level = models.PositiveSmallIntegerField(_("who may see it"), choices=Level)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = CompetenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("competence")
        verbose_name_plural = _("competences")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "concept", "direction"], name="competence_unique"),
            models.CheckConstraint(condition=Q(level__range=(0, 4)), name="competence_level_range"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.concept}"
