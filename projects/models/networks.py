"""Networks that write a proposal together: partners and the journal of decisions."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from calls.rules.aid import Bonus
from calls.rules.words import LegalForm
from district_portal.accounts.models import Appointment, District, Role, User
from enterprises.models import Membership, Organisation
from projects.states import ASKED_TO_HELP, EDITABLE, HAS_HELPED, HelperState, NetworkState, PartnerState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def _within(office: Appointment) -> Q:
    """Networks of the district of an appointment, or of all districts of its region.

    From appointments that the request has read already: whoever holds none then gets a query that starts at their
    own organisations, and not at all networks.
    """
    if office.district_id is not None:
        return Q(district=office.district_id)
    return Q(district__in=District.objects.filter(region=office.region_id).values("pk"))


class NetworkQuerySet(models.QuerySet["Network"]):
    def visible_to(self, user: User | AnonymousUser) -> NetworkQuerySet:
        """Members (also while invited), who help to write, the facilitators of its district, the Region's staff and
        administrators."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        condition = Q(pk__in=self.model.objects.of_member(user).values("pk"))
        condition |= Q(pk__in=user.helps.filter(state__in=ASKED_TO_HELP).values("network"))
        for office in user.current_appointments:
            if office.role in (Role.FACILITATOR, Role.REGIONAL_STAFF):
                condition |= _within(office)
        return self.filter(condition)

    def of_member(self, user: User) -> NetworkQuerySet:
        """Networks in which an organisation of the person takes part, or is invited to."""
        mine = Membership.objects.current().filter(user=user).values("organisation")
        return self.filter(pk__in=Partner.objects.members().filter(organisation__in=mine).values("network"))

    def worked_on_by(self, user: User) -> NetworkQuerySet:
        """Those of their organisations, and those that they help to write."""
        helped = user.helps.filter(state=HelperState.ACCEPTED).values("network")
        return self.filter(Q(pk__in=self.of_member(user).values("pk")) | Q(pk__in=helped))

    def reviewed_by(self, user: User) -> NetworkQuerySet:
        """Networks of the districts whose facilitator the person is."""
        condition = Q(pk__in=[])
        for office in user.current_appointments:
            if office.role == Role.FACILITATOR:
                condition |= _within(office)
        return self.filter(condition)

    def joined_by(self, user: User) -> NetworkQuerySet:
        """Networks in which the person may answer for an organisation, also after it declined."""
        partners = Partner.objects.of(user).filter(role=Partner.Role.PARTNER)
        return self.filter(pk__in=partners.values("network"))

    def led_by(self, user: User) -> NetworkQuerySet:
        """Networks whose lead the person acts for."""
        return self.filter(pk__in=Partner.objects.of(user).filter(role=Partner.Role.LEAD).values("network"))

    def to_review_by(self, user: User) -> NetworkQuerySet:
        """Submitted, and for the person to decide: in their districts as facilitator, in their region where no
        facilitator is left. Never where the person is too close (`projects.permissions.is_too_close`)."""
        region = Q(pk__in=[])
        for office in user.current_appointments:
            if office.role == Role.REGIONAL_STAFF:
                region |= _within(office)
        left = self.filter(region, state=NetworkState.SUBMITTED).without_facilitator() if region else self.none()
        mine = self.reviewed_by(user).filter(state=NetworkState.SUBMITTED)
        close = self.model.objects.of_member(user).values("pk")
        helped = user.helps.filter(state__in=HAS_HELPED).values("network")
        found = self.filter(Q(pk__in=mine.values("pk")) | Q(pk__in=left.values("pk")))
        return found.exclude(pk__in=close).exclude(pk__in=helped)

    def without_facilitator(self) -> NetworkQuerySet:
        """Every facilitator of its district is too close to it, or there is none."""
        here = OuterRef(OuterRef("pk"))
        members = Membership.objects.current().filter(
            user=OuterRef("user"),
            organisation__partnerships__network=here,
            organisation__partnerships__state__in=[PartnerState.ACCEPTED, PartnerState.INVITED],
        )
        helped = User.objects.filter(pk=OuterRef("user"), helps__network=here, helps__state__in=HAS_HELPED)
        reach = Q(district=OuterRef("district")) | Q(district=None, region=OuterRef("district__region"))
        officers = Appointment.objects.current().filter(reach, role=Role.FACILITATOR, user__is_active=True)
        return self.filter(~Exists(officers.filter(~Exists(members), ~Exists(helped))))

    def editable(self) -> NetworkQuerySet:
        return self.filter(state__in=EDITABLE)

    def waiting_for_answers(self) -> NetworkQuerySet:
        """Editable networks with an invitation that nobody has answered."""
        return self.editable().filter(pk__in=Partner.objects.filter(state=PartnerState.INVITED).values("network"))

    def looking_for_partners(self, moment: datetime | None = None) -> NetworkQuerySet:
        """Networks whose lead shows them on the home page, newest first: title, district and `seeks` are public."""
        calls = Call.objects.open_at(moment or timezone.now())
        return (
            self.editable()
            .filter(looking_for_partners=True, call__in=calls.values("pk"))
            .select_related("district")
            .only("title", "seeks", "created_at", "illustrative", "district__name_it", "district__name_en")
            .order_by("-created_at", "pk")
        )

    def with_lists(self) -> NetworkQuerySet:
        """What lists show of each network: call, district, lead, and how many partners have confirmed or wait."""
        members = Partner.objects.members().select_related("organisation")
        partners = models.Prefetch("partners", members, to_attr="listed_partners")
        # The plugin of django-stubs would rather declare `listed_partners` here than find it in the model.
        return self.select_related("call", "district").prefetch_related(partners)  # type: ignore[no-redef]

    def with_frame(self) -> NetworkQuerySet:
        """What stands on top of a network's pages: call, district, and `unresolved`, how many threads are open."""
        threads = self.model._meta.get_field("comments").related_model._default_manager.filter(
            network=models.OuterRef("pk"), reply_to=None, resolved_at=None
        )
        counted = threads.order_by().values("network").annotate(count=models.Count("pk")).values("count")
        rows = self.select_related("call__aid_table", "district")
        return rows.annotate(unresolved=Coalesce(models.Subquery(counted), 0))  # type: ignore[no-redef]

    def with_rules(self) -> NetworkQuerySet:
        """As `with_lists`, and what the rules of its call ask of each partner."""
        members = Partner.objects.members().select_related("organisation__municipality", "organisation__district")
        partners = models.Prefetch(
            "partners", members.prefetch_related("organisation__size_declarations"), to_attr="listed_partners"
        )
        rows = self.select_related("call__aid_table", "district")
        return rows.prefetch_related(partners, "call__rules")  # type: ignore[no-redef]


class Network(models.Model):
    """Organisations that form a partnership for a call."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="networks")
    district = models.ForeignKey(District, models.PROTECT, related_name="networks")
    title = models.CharField(_("title"), max_length=150)
    idea = models.TextField(_("idea"), max_length=3000, blank=True)
    state = models.CharField(max_length=20, choices=NetworkState, default=NetworkState.FORMING)
    seeks = models.CharField(_("what is still missing"), max_length=500, blank=True)
    looking_for_partners = models.BooleanField(_("show on the home page that we look for partners"), default=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    illustrative = models.BooleanField(default=False)
    legal_form = models.CharField(
        _("legal form"), max_length=30, choices=LegalForm, blank=True, default="", db_default=""
    )
    starts_on = models.DateField(_("planned start"), null=True, blank=True)
    duration_months = models.PositiveSmallIntegerField(_("duration in months"), null=True, blank=True)
    bonuses = ArrayField(
        models.CharField(max_length=30, choices=Bonus),
        verbose_name=_("bonuses that the project has a right to"),
        blank=True,
        default=list,
        db_default=Value([], ArrayField(models.CharField(max_length=30))),
    )
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="copies", verbose_name=_("copied from")
    )

    objects = NetworkQuerySet.as_manager()

    # Set on rows that came `with_lists`.
    listed_partners: list[Partner]
    # Set on rows that came `with_frame`.
    unresolved: int

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        indexes = [
            models.Index(fields=["-created_at", "uuid"], name="network_newest"),
            models.Index(fields=["state", "submitted_at"], name="network_queue"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("projects:network_detail", args=[self.pk])

    @property
    def status(self) -> str:
        return f"network:{self.state}"

    @property
    def editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def lead(self) -> Organisation | None:
        """The lead partner, of rows that came `with_lists`."""
        leads = (partner.organisation for partner in self.listed_partners if partner.role == Partner.Role.LEAD)
        return next(leads, None)

    @property
    def confirmed(self) -> list[Partner]:
        """Partners that have confirmed, of rows that came `with_lists`."""
        return [partner for partner in self.listed_partners if partner.state == PartnerState.ACCEPTED]

    @property
    def waiting(self) -> list[Partner]:
        """Partners that have not answered yet, of rows that came `with_lists`."""
        return [partner for partner in self.listed_partners if partner.state == PartnerState.INVITED]


class PartnerQuerySet(models.QuerySet["Partner"]):
    def accepted(self) -> PartnerQuerySet:
        return self.filter(state=PartnerState.ACCEPTED)

    def members(self) -> PartnerQuerySet:
        """Who reads what happens to the network: everyone who has not declined."""
        return self.exclude(state=PartnerState.DECLINED)

    def of(self, user: User | AnonymousUser) -> PartnerQuerySet:
        """Partnerships of the organisations in whose name the person may act."""
        return self.filter(organisation__in=Organisation.objects.acted_for_by(user).values("pk"))


class Partner(models.Model):
    """An organisation in a network; exactly one of them leads (*capofila*)."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        PARTNER = "partner", _("Partner")

    network = models.ForeignKey(Network, models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="partnerships")
    role = models.CharField(max_length=10, choices=Role, default=Role.PARTNER)
    state = models.CharField(max_length=10, choices=PartnerState, default=PartnerState.INVITED)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    tasks = models.TextField(_("what it does"), max_length=2000, blank=True, default="", db_default="")
    planned_share = models.DecimalField(
        _("planned share of the cost"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Until the budget says it"),
    )
    person_months = models.DecimalField(_("person-months"), max_digits=6, decimal_places=1, null=True, blank=True)
    graduates_hired = models.PositiveSmallIntegerField(_("graduates that it will hire"), null=True, blank=True)
    contracts_made_permanent = models.PositiveSmallIntegerField(
        _("contracts that it will make permanent"), null=True, blank=True
    )
    lead_offered_at = models.DateTimeField(null=True, blank=True, help_text="the lead asks it to take the lead over")

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["role", "invited_at", "pk"]  # lead < partner
        constraints = [
            models.UniqueConstraint(fields=["network", "organisation"], name="partner_once_in_network"),
            models.UniqueConstraint(fields=["network"], condition=Q(role="lead"), name="one_lead_per_network"),
            models.CheckConstraint(condition=~Q(role="lead") | Q(state="accepted"), name="lead_has_accepted"),
            models.UniqueConstraint(
                fields=["network"], condition=Q(lead_offered_at__isnull=False), name="one_lead_offer_per_network"
            ),
            models.CheckConstraint(
                condition=Q(lead_offered_at=None) | Q(role="partner", state="accepted"),
                name="lead_offered_to_confirmed_partner",
            ),
            models.CheckConstraint(
                condition=Q(planned_share=None) | Q(planned_share__range=(0, 1)), name="planned_share_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.network}"

    @property
    def status(self) -> str:
        return f"partner:{self.state}"


class Decision(models.Model):
    """One entry of a network's journal: who moved it, when, from where to where, and why. Never changed."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="decisions")
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    from_state = models.CharField(max_length=20, choices=NetworkState, blank=True)
    to_state = models.CharField(max_length=20, choices=NetworkState)
    reason = models.TextField(blank=True)
    reply_by = models.DateField(_("reply by"), null=True, blank=True)
    version = models.ForeignKey(
        "projects.ProposalVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="what was decided on",
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.network}: {self.from_state} → {self.to_state}"
