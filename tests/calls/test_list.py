"""The list: which calls, in which order, in how many queries, and as what."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call
from district_portal.shared.pagination import PAGE_SIZE
from enterprises.models import OrganisationKind
from tests.factories import AppointmentFactory, DistrictFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, InterestFactory, ThemeFactory

pytestmark = pytest.mark.django_db


def slugs(client, query: str = "", language: str = "en") -> list[str]:
    """The calls of a page, from its links."""
    page = client.get(f"/{language}/calls/{query}").content.decode()
    return re.findall(rf'<h3><a href="/{language}/calls/([\w-]+)/">', page)


def walk(client, query: str, rel: str = "next") -> list[list[str]]:
    """All pages from one on, following the links."""
    pages = []
    while True:
        content = client.get(f"/en/calls/{query}").content.decode()
        pages.append(re.findall(r'<h3><a href="/en/calls/([\w-]+)/">', content))
        link = re.search(rf'rel="{rel}" href="([^"]+)"', content)
        if not link:
            return pages
        query = link[1].replace("&amp;", "&")


def test_by_default_open_and_opening_soon_soonest_deadline_first_unknown_last(client) -> None:
    for trait in ("planned", "coming", "closing", "closed", "assessed", "concluded", "draft"):
        CallFactory(slug=trait, **{trait: True})
    CallFactory(slug="open")
    assert slugs(client) == ["closing", "open", "coming", "planned"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=open", ["closing", "open"]),
        ("?status=closing_soon", ["closing"]),
        ("?status=opening_soon", ["coming"]),
        ("?status=in_assessment", ["assessed"]),
        ("?status=closed", ["closed", "concluded"]),
        ("?status=closed&status=in_assessment", ["closed", "assessed", "concluded"]),
        ("?status=all", ["closed", "assessed", "closing", "open", "coming", "concluded"]),
        ("?status=nonsense", ["closing", "open", "coming"]),
    ],
)
def test_each_status(client, query: str, found: list[str]) -> None:
    for days, trait in enumerate(("closed", "assessed", "closing", "coming", "concluded")):
        row = CallFactory(slug=trait, **{trait: True})
        if row.closes_at and trait in ("closed", "assessed"):
            Call.objects.filter(pk=row.pk).update(closes_at=row.closes_at + timedelta(hours=days))
    CallFactory(slug="open")
    assert slugs(client, query) == found


def test_by_district_theme_and_role_and_what_is_for_all(client) -> None:
    biomedical, ceramics = DistrictFactory(slug="biomedical"), DistrictFactory(slug="ceramics")
    research = ThemeFactory(slug="research")
    laboratory = OrganisationKind.LABORATORY
    CallFactory(slug="a", districts=[biomedical], themes=[research], roles=[OrganisationKind.ENTERPRISE])
    CallFactory(slug="b", districts=[ceramics, biomedical], roles=[laboratory, OrganisationKind.UNIVERSITY])
    CallFactory(slug="c", districts=[ceramics], themes=[ThemeFactory(slug="skills")])
    CallFactory(slug="d")
    assert slugs(client, "?district=biomedical") == ["a", "b", "d"]
    assert slugs(client, "?district=biomedical&district=ceramics") == ["a", "b", "c", "d"]
    assert slugs(client, "?theme=research&theme=skills") == ["a", "c"]
    assert slugs(client, "?role=laboratory") == ["b", "c", "d"]
    assert slugs(client, "?role=laboratory&district=ceramics&theme=skills") == ["c"]
    assert slugs(client, "?district=nowhere") == ["a", "b", "c", "d"]


def test_deadline_before_a_day_ends_with_the_day_before_in_rome(client) -> None:
    last = timezone.localtime(timezone.now() + timedelta(days=20)).replace(hour=23, minute=59)
    CallFactory(slug="before", closes_at=last)
    CallFactory(slug="after", closes_at=last + timedelta(minutes=1))
    CallFactory(slug="unknown", planned=True)
    day = (last + timedelta(days=1)).date()
    assert slugs(client, f"?deadline_before={day}") == ["before"]


@pytest.mark.parametrize(
    "query", ["?deadline_before=0001-01-01", "?deadline_before=9999-12-31", "?deadline_before=soon"]
)
def test_no_day_breaks_the_page(client, query: str) -> None:
    assert client.get(f"/en/calls/{query}").status_code == 200


def test_search_follows_the_language_of_the_page_and_keeps_the_order(client) -> None:
    CallFactory(slug="late", title_it="Reti biomedicali", title_en="Biomedical networks")
    CallFactory(slug="early", summary_it="Una rete di imprese", summary_en="A network of firms", closing=True)
    CallFactory(slug="other", title_it="Voucher", summary_it="Prototipi", title_en="Vouchers", summary_en="Prototypes")
    assert slugs(client, "?q=rete&ordering=deadline", "it") == ["early", "late"]
    assert slugs(client, "?q=network&ordering=deadline", "en") == ["early", "late"]
    assert slugs(client, "?q=rete", "en") == []
    assert slugs(client, "?q=prototypes+OR+biomedical", "en") == ["late", "other"]


@pytest.mark.parametrize("words", ["%00", "'", '"', "a:*%20|%20!", "<b>", "%F0%9F%98%80", "x" * 3000])
def test_no_words_break_the_search(client, words: str) -> None:
    assert client.get(f"/en/calls/?q={words}").status_code == 200


def test_newest_and_largest_first_unknown_last(client) -> None:
    now = timezone.now()
    CallFactory(slug="a", opens_at=now - timedelta(days=3), budget=100)
    CallFactory(slug="b", opens_at=now - timedelta(days=1), budget=None)
    CallFactory(slug="c", opens_at=now - timedelta(days=2), budget=0)
    CallFactory(slug="d", planned=True, budget=300)
    assert slugs(client, "?ordering=-opened") == ["b", "c", "a", "d"]
    assert slugs(client, "?ordering=-budget") == ["d", "a", "c", "b"]
    assert slugs(client, "?ordering=nonsense") == slugs(client, "?ordering=deadline")


@pytest.mark.parametrize("ordering", ["deadline", "-opened", "-budget"])
def test_paging_shows_each_call_once_both_ways_also_without_dates(client, ordering: str) -> None:
    now = timezone.now()
    for number in range(PAGE_SIZE + 4):
        CallFactory(
            opens_at=now - timedelta(days=1 + number // 5),
            closes_at=now + timedelta(days=1 + number // 5),
            budget=number // 5,
        )
    CallFactory.create_batch(PAGE_SIZE, planned=True)
    forwards = walk(client, f"?ordering={ordering}")
    assert [len(page) for page in forwards] == [PAGE_SIZE, PAGE_SIZE, 4]
    assert len({slug for page in forwards for slug in page}) == 2 * PAGE_SIZE + 4
    last = client.get(f"/en/calls/?ordering={ordering}").content.decode()
    for _page in range(2):
        link = re.search(r'rel="next" href="([^"]+)"', last)[1].replace("&amp;", "&")
        last = client.get(f"/en/calls/{link}").content.decode()
    assert walk(client, link, "prev") == forwards[::-1]


@pytest.mark.parametrize(
    "cursor", ["x", "eyI", "WyJuIiwiMWUxMDAwMDAwIiw1XQ", "WyJuIiwiTmFOIiw1XQ", "WyJuIiwiMSIsIjFlOTkiXQ"]
)
@pytest.mark.parametrize("ordering", ["deadline", "-budget"])
def test_no_cursor_breaks_the_page(client, cursor: str, ordering: str) -> None:
    assert client.get(f"/en/calls/?cursor={cursor}&ordering={ordering}").status_code == 200


def counts(client, query: str = "") -> dict[str, int]:
    """What stands beside the choices: by value."""
    page = client.get(f"/en/calls/{query}").content.decode()
    return {
        value: int(number)
        for value, number in re.findall(r'value="([\w-]+)"[^>]*>\s*<span>[^<]*</span><span class="n num">(\d+)<', page)
    }


def test_each_choice_says_how_many_calls_it_would_show_under_the_other_filters(client) -> None:
    biomedical, ceramics, theme = (
        DistrictFactory(slug="biomedical"),
        DistrictFactory(slug="ceramics"),
        ThemeFactory(slug="theme"),
    )
    CallFactory(districts=[biomedical], themes=[theme], roles=["enterprise"])
    CallFactory(districts=[ceramics, biomedical], roles=["laboratory"], closing=True)
    CallFactory(coming=True)
    CallFactory(closed=True, districts=[ceramics])
    plain = counts(client)
    expected = {"open": 2, "closing_soon": 1, "opening_soon": 1, "in_assessment": 0, "closed": 1, "all": 4}
    expected |= {"enterprise": 2, "laboratory": 2, "university": 1, "biomedical": 3, "ceramics": 2, "theme": 1}
    assert {value: plain[value] for value in expected} == expected
    narrowed = counts(client, "?district=ceramics&status=closed")
    assert [narrowed[value] for value in ("open", "opening_soon", "closed", "ceramics", "biomedical", "theme")] == [
        1,
        1,
        1,
        1,
        0,
        0,
    ]


@pytest.mark.parametrize(
    "query", ["", "?status=closed&district=biomedical&q=bando&ordering=-budget&deadline_before=2040-01-01"]
)
def test_the_number_of_queries_does_not_grow_with_the_rows(client, query: str, django_assert_num_queries) -> None:
    district, theme = DistrictFactory(slug="biomedical"), ThemeFactory()
    CallFactory(districts=[district], themes=[theme])
    CallFactory(districts=[district], themes=[theme], closed=True, title_en="bando")
    with django_assert_num_queries(5 if "q=" in query else 3):
        client.get(f"/en/calls/{query}")
    for _number in range(29):
        call = CallFactory(
            districts=[district], themes=[theme], illustrative=True, closed=bool(query), title_en="bando"
        )
        InterestFactory(call=call)
    with django_assert_num_queries(5 if "q=" in query else 3):
        client.get(f"/en/calls/{query}")


@pytest.mark.parametrize("query", ["", "?status=closed", "?status=all&q=bando", "?q=bando&district=biomedical"])
@pytest.mark.parametrize("role", ["facilitator", "regional_staff"])
def test_signed_in_the_page_takes_at_most_12_queries(client, role, query, django_assert_max_num_queries) -> None:
    district = DistrictFactory(slug="biomedical")
    for trait in ("closed", "closing", "draft"):
        CallFactory(districts=[district], title_en="bando", programme__region=district.region, **{trait: True})
    where = {"district": None} if role == "regional_staff" else {"district": district}
    user = AppointmentFactory(role=role, region=district.region, **where).user
    OrganisationFactory(owner=user)
    client.force_login(user)
    with django_assert_max_num_queries(12):
        assert client.get(f"/en/calls/{query}").context["page"].rows


def test_htmx_gets_the_results_and_fresh_counts_but_a_restored_page_is_whole(client) -> None:
    CallFactory()
    whole = client.get("/en/calls/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    partial = client.get("/en/calls/", headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    content = partial.content.decode()
    assert "<html" not in content
    assert content.count("hx-swap-oob") == 6
    assert "HX-Request" in partial["Vary"]


def test_filters_in_use_are_pills_that_can_be_removed(client) -> None:
    DistrictFactory(slug="biomedical", name_en="Biomedical")
    page = client.get("/en/calls/?q=x&status=open&status=closed&district=biomedical&cursor=x").content.decode()
    pills = re.findall(r'<a class="dn-x" href="([^"]+)"><span class="visually-hidden">[^<]*</span>([^<]+)', page)
    assert [(label, url.replace("&amp;", "&")) for url, label in pills] == [
        ("“x”", "?status=open&status=closed&district=biomedical"),
        ("Open", "?q=x&status=closed&district=biomedical"),
        ("Closed", "?q=x&status=open&district=biomedical"),
        ("Biomedical", "?q=x&status=open&status=closed"),
    ]
    assert "dn-x" not in client.get("/en/calls/").content.decode()


def test_nothing_found_offers_to_clear_the_filters(client) -> None:
    page = client.get("/en/calls/?q=nothing").content.decode()
    assert "No call matches these filters" in page
    assert re.search(r'href="/en/calls/">Clear all', page)


def test_a_concluded_call_without_deadline_says_so(client) -> None:
    CallFactory(concluded=True)
    assert "No deadline" in client.get("/en/calls/?status=closed").content.decode()


def test_json_and_csv_have_the_same_filters(client) -> None:
    district = DistrictFactory(slug="biomedical", name_en="Biomedical")
    call = CallFactory(slug="reti", districts=[district], budget="6000000.00", roles=["enterprise", "laboratory"])
    InterestFactory.create_batch(3, call=call)
    InterestFactory.create_batch(2, call=CallFactory(closed=True))
    answer = client.get("/en/calls/?district=biomedical&format=json").json()
    assert (answer["count"], answer["next"]) == (1, None)
    row = answer["results"][0]
    expected = {"slug": "reti", "status": "open", "districts": "Biomedical", "roles": "enterprise; laboratory"}
    expected |= {"budget": "6000000.00", "interested": 3, "grant_max": None}
    assert {name: row[name] for name in expected} == expected
    closed = client.get("/en/calls/?status=closed&format=json").json()["results"]
    assert [row["interested"] for row in closed] == [None], "fewer than three are not told"
    lines = client.get("/en/calls/?district=biomedical&format=csv").getvalue().decode().splitlines()
    assert lines[0].startswith("slug,title,programme,status,opens_at,closes_at,districts")
    assert [line.split(",")[0] for line in lines[1:]] == ["reti"]


def test_visitors_set_no_cookie_so_that_the_page_can_be_cached(client) -> None:
    CallFactory(slug="reti")
    assert not client.get("/en/calls/").cookies
    assert not client.get("/en/calls/reti/").cookies


def test_drafts_are_listed_for_administrators_only(client) -> None:
    CallFactory(slug="draft", draft=True)
    assert slugs(client, "?status=all") == []
    client.force_login(UserFactory(is_staff=True))
    assert slugs(client, "?status=all") == ["draft"]
