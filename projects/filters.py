"""Filters of the networks' list, of the partner search and of the list of funded projects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Case, DateTimeField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from district_portal.accounts.models import District, User
from district_portal.shared.filters import ChoicesFilter, offered
from district_portal.shared.ui import localised
from enterprises.models import Competence, Concept, Membership, Organisation
from enterprises.models.organisation import OrganisationQuerySet
from projects.models import Award, Look, Network, NetworkQuerySet, Partner, Project, ProposalVersion
from projects.states import ASKED_TO_HELP, NetworkState, PartnerState

# Calls without a deadline come last.
FAR = datetime(9999, 1, 1, tzinfo=UTC)


class NetworkFilter(filters.FilterSet):
    """`q` (title, lead, partners), `part` (the reader's own), `state`, `district` (slugs; all three repeatable), `call`
    (its slug), `sort`; values that do not exist filter nothing."""

    SORTS = {"newest": ["-created_at", "pk"], "deadline": ["over", "deadline", "pk"], "title": ["title", "pk"]}

    q = filters.CharFilter(method="search", label=_("Title, lead or partner"), widget=forms.SearchInput)
    sort = filters.ChoiceFilter(
        method="sorted_by",
        label=_("Order"),
        empty_label=None,
        choices=[("newest", _("Newest first")), ("deadline", _("Next deadline first")), ("title", _("Title"))],
    )
    part = ChoicesFilter(
        method="with_part",
        label=_("My part"),
        choices=[
            ("lead", _("I lead")),
            ("partner", _("I take part")),
            ("invited", _("I am invited")),
            ("helper", _("I help to write")),
        ],
    )
    # `distinct` would have the database sort all networks before the first page; a state matches a network once.
    state = filters.MultipleChoiceFilter(
        choices=NetworkState, label=_("State"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    call = filters.ChoiceFilter(field_name="call__slug", label=_("Call"), empty_label=_("All calls"))
    district = ChoicesFilter(field_name="district__slug", label=_("District"), distinct=False)

    class Meta:
        model = Network
        fields = ["q", "sort", "part", "state", "call", "district"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = Call.objects.filter(Exists(self.queryset.filter(call=OuterRef("pk")))).order_by("-closes_at", "pk")
        self.filters["call"].extra["choices"] = [
            (call.slug, localised(call, "title"))
            for call in offered(calls.only("slug", "title_it", "title_en"), [self.data.get("call")])
        ]
        districts = District.objects.filter(Exists(self.queryset.filter(district=OuterRef("pk")))).order_by("name_it")
        named = [(one.slug, localised(one, "name")) for one in districts]
        self.filters["district"].extra["choices"] = named
        # Nothing is asked that has one answer only.
        if len(named) < 2:
            del self.filters["district"]
        user = self.request.user
        if not user.current_memberships and not user.helps.filter(state__in=ASKED_TO_HELP).exists():
            del self.filters["part"]

    @property
    def order(self) -> list[str]:
        """Names for `keyset_page`."""
        return self.SORTS.get(self.data.get("sort", ""), self.SORTS["newest"])

    @property
    def active(self) -> int:
        """How many filters are in use."""
        return sum(bool(value) for name, value in self.form.cleaned_data.items() if name != "sort") if self.data else 0

    def search(self, queryset: NetworkQuerySet, name: str, value: str) -> NetworkQuerySet:
        partners = Partner.objects.members().filter(organisation__name__icontains=value).values("network")
        return queryset.filter(Q(title__icontains=value) | Q(pk__in=partners))

    def with_part(self, queryset: NetworkQuerySet, name: str, value: list[str]) -> NetworkQuerySet:
        mine = Partner.objects.filter(
            organisation__in=[each.organisation_id for each in self.request.user.current_memberships]
        )
        parts = {
            "lead": mine.filter(role=Partner.Role.LEAD),
            "partner": mine.filter(role=Partner.Role.PARTNER, state=PartnerState.ACCEPTED),
            "invited": mine.filter(state=PartnerState.INVITED),
            "helper": self.request.user.helps.filter(state__in=ASKED_TO_HELP),
        }
        condition = Q()
        for part in value:
            condition |= Q(pk__in=parts[part].values("network"))
        return queryset.filter(condition)

    def sorted_by(self, queryset: NetworkQuerySet, name: str, value: str) -> NetworkQuerySet:
        """Calls that have closed come last. A network whose call closes while somebody pages moves behind: it may come
        twice, and is never missed."""
        if value != "deadline":
            return queryset
        deadline = Coalesce("call__closes_at", Value(FAR, DateTimeField()))
        over = Case(When(call__closes_at__lte=timezone.now(), then=1), default=0, output_field=IntegerField())
        return queryset.annotate(deadline=deadline, over=over)


def candidates(user: User) -> OrganisationQuerySet:
    """Listed organisations of the reader's districts that can answer an invitation: somebody acts for them."""
    own = Organisation.objects.of_member(user)
    actors = Membership.objects.current().acting().filter(organisation=OuterRef("pk"))
    districts = own.exclude(district=None).values("district")
    neighbours = Organisation.objects.filter(Exists(actors), listed=True, district__in=districts)
    return neighbours.exclude(pk__in=own.values("pk"))


class PartnerFilter(filters.FilterSet):
    """`q` (words), `competence` (code of an offer, as far as the reader may see it), `network` (to invite to)."""

    q = filters.CharFilter(method="with_words", label=_("Words"), widget=forms.TextInput(attrs={"type": "search"}))
    competence = filters.ChoiceFilter(method="offering", label=_("Competence offered"), empty_label=_("Any"))
    network = filters.ChoiceFilter(method="all_of_them", label=_("Invite to"), empty_label=None)

    class Meta:
        model = Organisation
        fields = []

    def __init__(self, *args: Any, networks: Sequence[Network], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.networks = {str(network.pk): network for network in networks}
        self.visible = Competence.objects.visible_to(self.request.user).offers()
        offers = self.visible.filter(organisation__in=self.queryset.values("pk"))
        # A gap of a network leads here also when nobody offers what is missing.
        wanted = Q(code=self.data.get("competence", ""))
        concepts = Concept.objects.filter(wanted | Q(pk__in=offers.values("concept"))).order_by("code", "pk")
        self.filters["competence"].extra["choices"] = [(each.code, localised(each, "name")) for each in concepts]
        self.filters["network"].extra["choices"] = [(key, network.title) for key, network in self.networks.items()]

    @property
    def chosen_network(self) -> Network | None:
        """The network to invite to: the one that was chosen, else the newest."""
        return self.networks.get(self.data.get("network", ""), next(iter(self.networks.values()), None))

    def with_words(self, queryset: OrganisationQuerySet, name: str, value: str) -> OrganisationQuerySet:
        return queryset.matching(value)

    def offering(self, queryset: OrganisationQuerySet, name: str, value: str) -> OrganisationQuerySet:
        return queryset.filter(pk__in=self.visible.filter(concept__code=value).values("organisation"))

    def all_of_them(self, queryset: OrganisationQuerySet, name: str, value: str) -> OrganisationQuerySet:
        """Choosing where to invite to does not change who is found."""
        return queryset


class ProjectFilter(filters.FilterSet):
    """`q` (acronym, title, partners), `call` and `district` (slugs, repeatable); others filter nothing."""

    q = filters.CharFilter(method="search", label=_("Acronym, title or partner"), widget=forms.SearchInput)
    call = ChoicesFilter(field_name="call__slug", label=_("Call"))
    district = ChoicesFilter(field_name="district__slug", label=_("District"))

    class Meta:
        model = Project
        fields = ["q", "call", "district"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only what has projects is offered.
        calls = Call.objects.filter(Exists(Project.objects.filter(call=OuterRef("pk")))).order_by("-closes_at", "pk")
        districts = District.objects.filter(Exists(Project.objects.filter(district=OuterRef("pk")))).order_by("name_it")
        chosen = self.data.getlist("call") if self.data else []
        self.filters["call"].extra["choices"] = [
            (call.slug, localised(call, "title"))
            for call in offered(calls.only("slug", "title_it", "title_en"), chosen)
        ]
        self.filters["district"].extra["choices"] = [(one.slug, localised(one, "name")) for one in districts]

    def search(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        partners = Award.objects.filter(organisation__name__icontains=value).values("project")
        return queryset.filter(Q(acronym__icontains=value) | Q(title__icontains=value) | Q(pk__in=partners))


class ReviewFilter(filters.FilterSet):
    """The queue of reviews: `call` (its slug), `news` (new, changed, unchanged); `sort` by waiting time or deadline."""

    SORTS = {"waiting": ["since", "pk"], "deadline": ["deadline", "pk"]}

    call = filters.ChoiceFilter(field_name="call__slug", label=_("Call"), empty_label=_("All calls"))
    news = filters.ChoiceFilter(
        method="with_news",
        label=_("Since your last look"),
        empty_label=_("All"),
        choices=[("new", _("Not read yet")), ("changed", _("Changed")), ("unchanged", _("Unchanged"))],
    )
    sort = filters.ChoiceFilter(
        method="unchanged",
        label=_("Order"),
        empty_label=None,
        choices=[("waiting", _("Waiting longest")), ("deadline", _("Deadline of the call"))],
    )

    class Meta:
        model = Network
        fields = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = ProposalVersion.objects.filter(network=OuterRef("pk")).order_by("-number").values("pk")[:1]
        seen = Look.objects.filter(network=OuterRef("pk"), user=self.request.user).values("version")[:1]
        never = Value(FAR, DateTimeField())
        self.queryset = self.queryset.annotate(
            newest=Subquery(newest),
            seen=Subquery(seen),
            since=Coalesce("submitted_at", "created_at"),
            deadline=Coalesce("call__closes_at", never),
        )
        calls = Call.objects.filter(Exists(self.queryset.filter(call=OuterRef("pk")))).order_by("-closes_at", "pk")
        self.filters["call"].extra["choices"] = [
            (call.slug, localised(call, "title"))
            for call in offered(calls.only("slug", "title_it", "title_en"), [self.data.get("call")])
        ]

    @property
    def order(self) -> list[str]:
        """Names for `keyset_page`."""
        return self.SORTS.get(self.data.get("sort", ""), self.SORTS["waiting"])

    def with_news(self, queryset: NetworkQuerySet, name: str, value: str) -> NetworkQuerySet:
        if value == "new":
            return queryset.filter(seen=None)
        same = queryset.filter(seen=F("newest"))
        return same if value == "unchanged" else queryset.exclude(seen=None).exclude(pk__in=same.values("pk"))

    def unchanged(self, queryset: NetworkQuerySet, name: str, value: str) -> NetworkQuerySet:
        return queryset
