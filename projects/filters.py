"""Filters of the networks' list, of the partner search and of the list of funded projects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from district_portal.accounts.models import District, User
from district_portal.shared.filters import ChoicesFilter, offered
from district_portal.shared.ui import localised
from enterprises.models import Competence, Concept, Membership, Organisation
from enterprises.models.organisation import OrganisationQuerySet
from projects.models import Award, Look, Network, NetworkQuerySet, Project, ProposalVersion
from projects.states import NetworkState

# Calls without a deadline come last.
FAR = datetime(9999, 1, 1, tzinfo=UTC)


class NetworkFilter(filters.FilterSet):
    """`state` (repeatable) and `call` (its slug); values that do not exist filter nothing."""

    # `distinct` would have the database sort all networks before the first page; a state matches a network once.
    state = filters.MultipleChoiceFilter(
        choices=NetworkState, label=_("State"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    call = filters.ChoiceFilter(field_name="call__slug", label=_("Call"), empty_label=_("All calls"))

    class Meta:
        model = Network
        fields = ["state", "call"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = Call.objects.filter(Exists(self.queryset.filter(call=OuterRef("pk")))).order_by("-closes_at", "pk")
        self.filters["call"].extra["choices"] = [
            (call.slug, localised(call, "title"))
            for call in offered(calls.only("slug", "title_it", "title_en"), [self.data.get("call")])
        ]


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
        concepts = Concept.objects.filter(pk__in=offers.values("concept")).order_by("code", "pk")
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
