"""The numbers beside the choices: right at every moment, for every reader, however the calls were written."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from calls.filters.calls import CallFilter
from calls.finding.counts import counts
from calls.models import CONDITIONS, Call, CallChange, FacetBits, Programme, facets, fold_changes
from calls.models import search as bits
from calls.states import CallState
from enterprises.models import OrganisationKind
from tests.factories import AppointmentFactory, DistrictFactory, RegionFactory, UserFactory
from tests.factories.calls import CallFactory, ThemeFactory

pytestmark = pytest.mark.django_db
TRAITS = ("planned", "coming", "closing", "closed", "assessed", "concluded", "draft")


@pytest.fixture(params=["as noted", "folded", "half folded"])
def folding(request: pytest.FixtureRequest) -> str:
    return request.param


def world(folding: str) -> list[Call]:
    """Calls in each state, with none, one or two districts, themes and kinds, folded when the name says so."""
    districts = [DistrictFactory(slug=slug) for slug in ("biomedical", "ceramics")]
    themes = [ThemeFactory(slug=slug) for slug in ("research", "skills")]
    kinds = ["enterprise", "laboratory"]
    made = []
    for number, trait in enumerate([*TRAITS, *TRAITS, "closing"]):
        if number == 8 and folding == "half folded":
            fold_changes(timezone.now())
        made.append(
            CallFactory(
                **{trait: True},
                districts=districts[: number % 3],
                themes=themes[number % 2 :],
                roles=kinds[: (number + 1) % 3],
            )
        )
    if folding == "folded":
        fold_changes(timezone.now())
    return made


def listed(query: str, user=None, now: datetime | None = None) -> CallFilter:
    user = user or AnonymousUser()
    calls = Call.objects.visible_to(user)
    return CallFilter(QueryDict(query), calls, now or timezone.now(), scopes=calls.scopes_of(user))


def by_looking(one: CallFilter) -> dict[str, dict[str, int]]:
    """The numbers as the filters themselves give them, one choice at a time."""
    return {
        "status": {status: one.without("status").filter(CONDITIONS[status](one.now)).count() for status in CONDITIONS},
        "role": {kind: one.without("role").for_kinds([kind]).count() for kind in OrganisationKind.values},
        "district": {row.slug: one.without("district").for_districts([row.slug]).count() for row in one.districts},
        "theme": {row.slug: one.without("theme").on_themes([row.slug]).count() for row in one.themes},
    }


def numbers(one: CallFilter) -> dict[str, dict[str, int]]:
    found = counts(one).facets
    expected = by_looking(one)
    return {facet: {value: found[facet].get(value, 0) for value in expected[facet]} for facet in expected}


QUERIES = [
    "",
    "status=all",
    "status=open&status=closed&role=enterprise",
    "status=all&role=university&role=laboratory&district=biomedical",
    "district=biomedical&theme=skills&theme=research",
    "status=closing_soon&role=enterprise&district=ceramics&theme=skills",
    "status=all&q=bando&role=enterprise",
    "status=closed&deadline_before=2020-01-01",
]


def test_each_number_is_what_the_choice_would_show(folding: str) -> None:
    world(folding)
    for query in QUERIES:
        one = listed(query)
        assert numbers(one) == by_looking(one), query
        assert counts(one).shown.value == one.qs.count(), query


def test_the_clock_moves_calls_without_anybody_writing(folding: str) -> None:
    world(folding)
    closing = Call.objects.get(pk=CallFactory(closing=True).pk)
    fold_changes(timezone.now())
    moments = [closing.closes_at - timedelta(microseconds=1), closing.closes_at, timezone.now() - timedelta(days=30)]
    for moment in [*moments, timezone.now() + timedelta(days=30), timezone.now() + timedelta(days=400)]:
        one = listed("status=open", now=moment)
        assert numbers(one) == by_looking(one), moment


def test_readers_who_prepare_drafts_see_them_counted_and_others_do_not(folding: str) -> None:
    world(folding)
    programme = Programme.objects.get()
    elsewhere = RegionFactory(nuts="ITI1")
    own = AppointmentFactory(role="regional_staff", district=None, region=programme.region).user
    other = AppointmentFactory(role="regional_staff", district=None, region=elsewhere).user
    drafts = Call.objects.filter(state=CallState.DRAFT).count()
    seen = {user: listed("status=all", user) for user in (own, other, UserFactory(is_staff=True), None)}
    totals = [counts(one).shown.value for one in seen.values()]
    assert totals == [Call.objects.count(), Call.objects.count() - drafts] * 2
    for one in seen.values():
        assert numbers(one) == by_looking(one)
    programme.region = elsewhere
    programme.save()
    assert counts(listed("status=all", other)).shown.value == Call.objects.count()
    assert counts(listed("status=all", own)).shown.value == Call.objects.count() - drafts


def test_changes_of_every_kind_are_counted_at_once() -> None:
    first, second, *rest = world("folded")
    district = DistrictFactory(slug="motors")
    for change in (
        lambda: Call.objects.filter(pk=first.pk).update(state=CallState.CANCELLED),
        lambda: second.districts.add(district),
        lambda: second.themes.clear(),
        lambda: rest[0].delete(),
        lambda: Call.objects.bulk_update([Call(pk=rest[1].pk, roles=["university"])], ["roles"]),
        lambda: CallFactory(districts=[district]),
    ):
        change()
        one = listed("status=all")
        unfolded = numbers(one)
        assert unfolded == by_looking(one)
        fold_changes(timezone.now())
        assert not CallChange.objects.exists()
        assert numbers(listed("status=all")) == unfolded


def test_rows_written_by_copy_are_counted() -> None:
    call = CallFactory()
    fold_changes(timezone.now())
    district = DistrictFactory(slug="motors")
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY calls_call_districts (call_id, district_id) FROM STDIN", io.StringIO(f"{call.pk}\t{district.pk}\n")
        )
    assert list(CallChange.objects.values_list("call_id", flat=True)) == [call.pk]
    assert facets(timezone.now(), ["public"], {}).counts["district"][str(district.pk)] == 1


def test_nothing_is_folded_twice_for_nothing() -> None:
    CallFactory(closing=True)
    now = timezone.now()
    assert fold_changes(now) == 1
    before = set(FacetBits.objects.values_list("pk", flat=True))
    assert fold_changes(now + timedelta(minutes=1)) == 0
    assert set(FacetBits.objects.values_list("pk", flat=True)) == before


def test_far_numbers_of_calls_have_blocks_of_their_own() -> None:
    far = CallFactory(id=5 * 8192 + 8191, slug="far")
    CallFactory(id=5 * 8192 + 8192, slug="next")
    fold_changes(timezone.now())
    found = facets(timezone.now(), ["public"], {"status": ["open"]})
    assert (found.shown, found.few) == (2, [far.pk, far.pk + 1])


def test_many_and_few_matches_give_the_same_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    world("folded")
    queries = [query for query in QUERIES if "q=" not in query]
    queries += [f"status={status}&ordering=-budget" for status in CONDITIONS]
    few = [[call.pk for call in client.get(f"/en/calls/?{query}").context["page"]] for query in queries]
    monkeypatch.setattr(bits, "FEW", -1)
    many = [[call.pk for call in client.get(f"/en/calls/?{query}").context["page"]] for query in queries]
    assert many == few
    client.force_login(UserFactory(is_staff=True))
    assert len(client.get("/en/calls/?status=all").context["page"]) == Call.objects.count()


def test_where_words_match_many_the_numbers_say_that_they_are_not_all(client: Client, monkeypatch) -> None:
    CallFactory.create_batch(4)
    monkeypatch.setattr("calls.finding.counts.COUNT_CAP", 3)
    page = client.get("/en/calls/?q=bando&status=all", headers={"Accept-Language": "it"})
    assert page.context["count"].value == 0
    page = client.get("/it/calls/?q=bando&status=all")
    assert str(page.context["count"]) == "3+"
    assert str(page.context["counts"]["role"]["enterprise"]) == "4+"
