"""Searching calls: what is found, in which order, what is marked, and what helps where nothing is."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from calls.finding.words import near_words
from calls.models import Call, SearchWord, fold_changes
from district_portal.shared.search import beginning, distance, marked
from tests.factories import AppointmentFactory, DistrictFactory, UserFactory
from tests.factories.calls import CallFactory

pytestmark = pytest.mark.django_db


def found(client: Client, query: str, language: str = "it") -> list[str]:
    return [call.slug for call in client.get(f"/{language}/calls/{query}").context["page"]]


def page(client: Client, query: str, language: str = "it") -> str:
    return client.get(f"/{language}/calls/{query}").content.decode()


# --- Order ---------------------------------------------------------------------------------------------------------


def test_the_best_match_comes_first_title_above_summary_above_text(client: Client) -> None:
    CallFactory(slug="text", body_it="Idrogeno. " * 50, closing=True)
    CallFactory(slug="summary", summary_it="Reti per l'idrogeno")
    CallFactory(slug="title", title_it="Filiera dell'idrogeno")
    CallFactory(slug="other")
    assert found(client, "?q=idrogeno") == ["title", "summary", "text"]
    assert found(client, "?q=idrogeno&ordering=deadline")[0] == "text"
    assert found(client, "?q=idrogeno&ordering=best") == ["title", "summary", "text"]
    assert found(client, "?ordering=best")[0] == "text"


def test_the_form_names_the_order_that_is_used(client: Client) -> None:
    CallFactory()

    def orders(query: str) -> list[tuple[str, str]]:
        field = client.get(f"/en/calls/{query}").context["form"]["ordering"]
        return [(str(value), str(label)) for value, label in field.field.choices]

    assert orders("")[0] == ("", "Deadline: soonest first")
    assert orders("?q=call")[:2] == [("", "Best match"), ("deadline", "Deadline: soonest first")]
    assert "best" not in dict(orders(""))


def test_pages_of_best_matches_show_each_call_once_both_ways(client: Client) -> None:
    for number in range(45):
        CallFactory(title_it="Rete " * (number % 3 + 1), slug=f"c{number}")
    seen, query = [], "?q=rete"
    pages = []
    while query:
        answer = client.get(f"/it/calls/{query}")
        pages.append(query)
        seen += [call.slug for call in answer.context["page"]]
        link = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
        query = link[1].replace("&amp;", "&") if link else ""
    assert (len(seen), len(set(seen)), len(pages)) == (45, 45, 3)
    back = re.search(r'rel="prev" href="([^"]+)"', page(client, pages[-1]))
    assert found(client, back[1].replace("&amp;", "&")) == seen[20:40]


def test_only_the_newest_matches_are_ranked_and_files_hold_all(client: Client, monkeypatch) -> None:
    calls = [CallFactory(title_it="Rete", opens_at=timezone.now() - timezone.timedelta(days=n)) for n in range(1, 5)]
    monkeypatch.setattr("calls.filters.calls.RANKED", 2)
    assert found(client, "?q=rete") == [call.slug for call in calls[:2]]
    rows = client.get("/it/calls/?q=rete&format=json").json()
    assert (rows["count"], [row["slug"] for row in rows["results"]]) == (4, [call.slug for call in calls])


# --- What is looked for ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("qualita", ["a"]),
        ("qualità", ["a"]),
        ("QUALITÀ", ["a"]),
        ('"filiera corta"', ["b"]),
        ('"corta filiera"', []),
        ("filiera -corta", ["a"]),
        ("voucher or qualità", ["a", "c"]),
        ("filie", ["a", "b"]),
        ("corta fil", ["b"]),
        ("fil -corta", []),
        ("perche", ["c"]),
    ],
)
def test_accents_do_not_matter_quotes_or_and_minus_do(client: Client, words: str, slugs: list[str]) -> None:
    CallFactory(slug="a", title_it="Qualità di filiera")
    CallFactory(slug="b", title_it="La filiera corta")
    CallFactory(slug="c", title_it="Voucher", body_it="Perche' no, o meglio: perché")
    fold_changes(timezone.now())
    assert sorted(found(client, f"?q={words}")) == slugs


def test_short_words_and_stems_are_no_beginnings(client: Client) -> None:
    CallFactory(slug="a", title_it="Rettifica", summary_it="Macchine.")
    fold_changes(timezone.now())
    assert found(client, "?q=rete") == []
    assert found(client, "?q=re") == []
    assert found(client, "?q=rett") == ["a"]
    assert [beginning(words) for words in ("una Fìl", "fil or", '"fil', "-fil", "12", "")] == [
        "fil",
        "",
        "",
        "",
        "",
        "",
    ]


# --- Marks -----------------------------------------------------------------------------------------------------------


def test_found_words_are_marked_as_they_are_written(client: Client) -> None:
    CallFactory(title_it="Qualità & <b>qualita</b> delle reti", summary_it="Una rete d'imprese per la QUALITÀ")
    shown = page(client, "?q=qualita+rete")
    assert "<mark>Qualità</mark> &amp; &lt;b&gt;<mark>qualita</mark>&lt;/b&gt; delle <mark>reti</mark></a>" in shown
    assert "Una <mark>rete</mark> d&#x27;imprese per la <mark>QUALITÀ</mark></p>" in shown
    assert "<mark>" not in page(client, "")


def test_an_italian_text_on_an_english_page_is_marked_and_says_its_language(client: Client) -> None:
    CallFactory(title_it="Reti di filiera", title_en="", summary_en="")
    assert '<span lang="it"><mark>Reti</mark> di filiera</span>' in page(client, "?q=rete", "en")


@pytest.mark.parametrize(
    ("text", "headline", "shown"),
    [
        ("<i>", None, "&lt;i&gt;"),
        ("a<b", "a \x02b\x03", "a&lt;<mark>b</mark>"),
        ("città", "\x02citta\x03", "<mark>città</mark>"),
        ("ab", "\x02abc\x03", "ab"),
    ],
)
def test_marks_never_let_markup_through(text: str, headline: str | None, shown: str) -> None:
    assert marked(text, headline) == shown


# --- Near words ------------------------------------------------------------------------------------------------------


def test_a_near_word_is_offered_and_leads_to_calls(client: Client) -> None:
    CallFactory(slug="a", title_it="Reti del biomedicale")
    fold_changes(timezone.now())
    answer = client.get("/it/calls/?q=reti+biomdicale")
    assert answer.context["ways_on"].meant == ("reti biomedicale", "?q=reti+biomedicale")
    assert found(client, answer.context["ways_on"].meant[1]) == ["a"]
    assert client.get("/it/calls/?q=xyzzyxyzzy").context["ways_on"].meant is None


def test_a_near_word_of_a_past_call_leads_to_all_calls(client: Client) -> None:
    CallFactory(slug="past", concluded=True, title_it="Sterilizzazione")
    fold_changes(timezone.now())
    meant = client.get("/it/calls/?q=sterilizazione").context["ways_on"].meant
    assert meant[0] == "sterilizzazione"
    assert found(client, meant[1]) == ["past"]


def test_words_of_drafts_and_words_that_have_gone_are_never_offered(client: Client) -> None:
    CallFactory(draft=True, title_it="Segretissimo")
    gone = CallFactory(title_it="Biomedicale")
    fold_changes(timezone.now())
    assert not SearchWord.objects.filter(word="segretissimo").exists()
    Call.objects.filter(pk=gone.pk).update(state="draft")
    for reader in (None, UserFactory()):
        if reader:
            client.force_login(reader)
        assert client.get("/it/calls/?q=segretisimo&status=all").context["ways_on"].meant is None
        assert client.get("/it/calls/?q=biomdicale&status=all").context["ways_on"].meant is None


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("biomdicale", ["biomedicale"]),
        ("biomedicalle", ["biomedicale"]),
        ("boimedicale", ["biomedicale"]),
        ("biomdicalle", ["biomedicale"]),
        ("Qualitá", []),
        ("qualta", ["qualita"]),
        ("bimdcle", []),
        ("reta", ["rete", "reti"]),
    ],
)
def test_how_near_is_near(typed: str, near: list[str]) -> None:
    CallFactory(title_it="Biomedicale rete reti qualità")
    fold_changes(timezone.now())
    assert near_words(typed) == near


def test_distance_counts_a_swap_once() -> None:
    pairs = [("rete", "rete"), ("rete", "rtee"), ("rete", "ret"), ("", "ab"), ("bando", "banda"), ("ab", "ba")]
    assert [distance(one, other) for one, other in pairs] == [0, 1, 1, 2, 1, 1]


# --- Ways on ---------------------------------------------------------------------------------------------------------


def test_where_nothing_is_found_each_filter_can_be_left_out(client: Client) -> None:
    CallFactory(title_it="Filiera", roles=["enterprise"], districts=[DistrictFactory(slug="ceramics")])
    CallFactory(title_it="Altro", roles=["laboratory"])
    DistrictFactory(slug="biomedical", name_it="Biomedicale")
    answer = client.get("/it/calls/?q=filiera&role=laboratory&district=ceramics")
    ways = {way.label: (way.url, way.count.value) for way in answer.context["ways_on"].without}
    assert dict(ways.values()) == {
        "?role=laboratory&district=ceramics": 1,
        "?q=filiera&district=ceramics": 1,
    }
    shown = answer.content.decode()
    assert "?status=all" in shown
    assert "/alerts/" in shown


@pytest.mark.parametrize("reader", ["visitor", "staff"])
def test_a_search_without_results_keeps_to_the_number_of_queries(
    client: Client, django_assert_max_num_queries, reader: str
) -> None:
    district = DistrictFactory(slug="biomedical")
    CallFactory(title_it="Biomedicale")
    fold_changes(timezone.now())
    if reader == "staff":
        office = AppointmentFactory(role="regional_staff", region=district.region, district=None)
        client.force_login(office.user)
    most = 13 if reader == "staff" else 8
    for rest in ("", "+altro&status=all", "+reta+filera", "&district=biomedical&role=laboratory"):
        with django_assert_max_num_queries(most):
            assert client.get(f"/it/calls/?q=biomdicale{rest}").context["ways_on"]
