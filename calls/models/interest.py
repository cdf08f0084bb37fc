"""Expressions of interest."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from district_portal.accounts.models import User
from district_portal.shared.ui import language
from enterprises.models import Competence, Concept, Organisation, SizeDeclaration

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Visibility(models.TextChoices):
    """Who sees that an organisation is interested, beside itself and the facilitator (levels: `docs/disclosure.md`)."""

    FACILITATOR = "facilitator", _("Only the facilitator of the call")
    ANONYMOUS = "anonymous", _("Everyone, without our name")
    DISTRICT = "district", _("Signed-in organisations of the district, with our name")
    PUBLIC = "public", _("Everyone, with our name")


# In which states of a network (`projects.states`, a higher room) its partners have bound themselves to it.
ALIVE = ["forming", "submitted", "changes_requested", "approved"]
# In which of them its lead may still show that it looks for partners.
GATHERING = ["forming", "changes_requested"]
# What is told with an interest, by the direction in which the profile keeps it.
TOLD = {"offered": Competence.Direction.OFFERS, "sought": Competence.Direction.SEEKS}


class InterestQuerySet(models.QuerySet["Interest"]):
    """`docs/disclosure.md` is the table that these methods follow."""

    def active(self) -> InterestQuerySet:
        return self.filter(withdrawn_at=None)

    def of_actor(self, user: User | AnonymousUser) -> InterestQuerySet:
        """Interests of the organisations in whose name the person may act."""
        return self.filter(organisation__in=Organisation.objects.acted_for_by(user).values("pk"))

    def visible_to(self, user: User | AnonymousUser) -> InterestQuerySet:
        """What the person may read *together with the organisation's name*; the name of an unlisted one stays out.

        An anonymous interest has a public face that is made from totals (`calls.panels.anonymous`), never from its row.
        """
        everyone = Q(visibility=Visibility.PUBLIC, organisation__listed=True)
        if not user.is_authenticated:
            return self.filter(everyone)
        districts = Organisation.objects.of_member(user).exclude(district=None).values("district")
        named = Call.districts.through.objects.filter(call=OuterRef("call"), district__in=districts)
        neighbours = Q(organisation__district__in=districts) | Exists(named)
        return self.filter(
            everyone | self._in_full(user) | Q(visibility=Visibility.DISTRICT, organisation__listed=True) & neighbours
        )

    def in_full_to(self, user: User | AnonymousUser) -> InterestQuerySet:
        """All that was told, with the note: to the organisation's own members and the facilitators of the call."""
        return self.filter(self._in_full(user)) if user.is_authenticated else self.none()

    @staticmethod
    def _in_full(user: User) -> Q:
        # For each row, because pages ask about those of one call: all calls of a facilitator may be very many.
        facilitated = Call.objects.facilitated_by(user).filter(pk=OuterRef("call"))
        own = Organisation.objects.of_member(user).filter(pk=OuterRef("organisation"))
        return Q(Exists(facilitated) | Exists(own))

    def told_to(self, user: User | AnonymousUser, what: str) -> models.QuerySet[Any]:
        """Links (`interest`, `concept`) of the competences `offered` or `sought` that the person reads with the name.

        With an interest that the person may read, a competence is read by whom its own level allows, and by all where
        the organisation opened its competences for this call.
        """
        links = getattr(Interest, what).through.objects.filter(interest__in=self.visible_to(user).values("pk"))
        profile = Competence.objects.visible_to(user).filter(
            organisation=OuterRef("interest__organisation"), concept=OuterRef("concept"), direction=TOLD[what]
        )
        condition = Q(interest__opens_competences=True) | Exists(profile)
        full = self.in_full_to(user).filter(pk=OuterRef("interest"))
        return links.filter(condition | Exists(full) if user.is_authenticated else condition)

    def telling(self, user: User | AnonymousUser, what: str, codes: list[str]) -> InterestQuerySet:
        """Interests from which the person reads at least one of these competences `offered` or `sought`."""
        links = Interest.objects.told_to(user, what).filter(concept__code__in=codes)
        return self.filter(pk__in=links.values("interest"))

    def as_seen_by(self, user: User | AnonymousUser) -> InterestQuerySet:
        """Visible rows with what the reader sees of each, in one query: `name`, `kind`, `size` (latest declaration),
        `shown_offered` and `shown_sought` (names in the reader's language), `network` (title of the one it leads and
        shows publicly), `in_network`.
        """
        rows = self.visible_to(user).select_related("organisation__municipality", "organisation__district")
        # The plugin of django-stubs would rather declare these here than find them in the model.
        return rows.annotate(  # type: ignore[no-redef]
            name=F("organisation__name"),
            kind=F("organisation__kind"),
            size=Subquery(latest_size(OuterRef("organisation"))),
            shown_offered=_names(Interest.objects.told_to(user, "offered")),
            shown_sought=_names(Interest.objects.told_to(user, "sought")),
            network=_gathering(),
            in_network=in_network(),
        )


def latest_size(organisation: OuterRef) -> models.QuerySet[Any]:
    """The size of its latest declaration."""
    return SizeDeclaration.objects.filter(organisation=organisation).order_by("-year").values("size")[:1]


def in_network() -> Exists:
    """Whether an interest's organisation has confirmed to belong to a network of the call."""
    return Exists(
        Organisation.objects.filter(
            pk=OuterRef("organisation"),
            partnerships__state="accepted",
            partnerships__network__call=OuterRef("call"),
            partnerships__network__state__in=ALIVE,
        )
    )


def _gathering() -> Subquery:
    """The title of the network that the organisation leads in this call and shows publicly as looking for partners."""
    led = Call.objects.filter(
        pk=OuterRef("call"),
        networks__looking_for_partners=True,
        networks__state__in=GATHERING,
        networks__partners__organisation=OuterRef("organisation"),
        networks__partners__role="lead",
    )
    return Subquery(led.order_by("networks__created_at").values("networks__title")[:1])


def _names(links: models.QuerySet[Any]) -> ArraySubquery:
    """The names of an interest's linked concepts, in the language of the reader."""
    name, other = (
        ("concept__name_it", "concept__name_en") if language() == "it" else ("concept__name_en", "concept__name_it")
    )
    shown = Coalesce(NullIf(name, Value("")), other)
    return ArraySubquery(links.filter(interest=OuterRef("pk")).annotate(shown=shown).order_by("shown").values("shown"))


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
    opens_competences = models.BooleanField(
        _("show these competences to everyone who sees our interest"),
        default=False,
        help_text=_("For this call, also those that your profile keeps closer"),
    )
    registered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    # Set on rows that came `as_seen_by`.
    name: str
    kind: str
    size: str | None
    shown_offered: list[str]
    shown_sought: list[str]
    network: str | None
    in_network: bool

    class Meta:
        verbose_name = _("expression of interest")
        verbose_name_plural = _("expressions of interest")
        constraints = [models.UniqueConstraint(fields=["call", "organisation"], name="one_interest_per_organisation")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.call}"


class InterestMessageQuerySet(models.QuerySet["InterestMessage"]):
    def visible_to(self, user: User | AnonymousUser) -> InterestMessageQuerySet:
        """Read by the facilitators of the call; the organisations have it in their mail and inbox."""
        return self.filter(call__in=Call.objects.facilitated_by(user).values("pk"))


class InterestMessage(models.Model):
    """What the facilitator of a call wrote to some of the interested organisations."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="of the form: sent once")
    call = models.ForeignKey(Call, models.CASCADE, related_name="interest_messages")
    sender = models.ForeignKey(User, models.PROTECT, related_name="+")
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("message"), max_length=5000)
    organisations = models.ManyToManyField(Organisation, related_name="+", verbose_name=_("to"))
    sent_at = models.DateTimeField(default=timezone.now)

    objects = InterestMessageQuerySet.as_manager()

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
    answers = models.JSONField(
        default=dict, help_text="by kind of rule: yes (true) or not yet, and the parameters of the rule that was asked"
    )
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answers of the eligibility check")
        verbose_name_plural = _("answers of eligibility checks")
        constraints = [models.UniqueConstraint(fields=["call", "organisation"], name="eligibility_answers_once")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.call}"
