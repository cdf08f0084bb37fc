"""The page of a call: what is known, who sees what, what is downloaded."""

import hashlib
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from calls.models import Call, Visit
from calls.panels import detail
from tests.factories import DistrictFactory, OrganisationFactory, UserFactory
from tests.factories.calls import (
    CallDeadlineFactory,
    CallDocumentFactory,
    CallFactory,
    CallFigureFactory,
    CallMilestoneFactory,
    CallVersionFactory,
    InterestFactory,
    QuestionFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")


def text(client, path: str) -> str:
    """The words of a page, without marks."""
    content = client.get(path).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))


def test_facts_are_only_those_that_are_known() -> None:
    call = Call(
        budget=Decimal(6_000_000), grant_share=Decimal("0.5"), project_cost_min=150_000, project_cost_max=300_000,
        duration_months=18,
    )  # fmt: skip
    with translation.override("en"):
        assert [(fact.label, fact.value.replace("\u00a0", " ")) for fact in detail.facts(call)] == [
            ("Budget", "€ 6.0 million"),
            ("Grant", "Up to 50%"),
            ("Cost of a project", "€ 150,000 to € 300,000"),
            ("Duration", "18 months"),
        ]
        assert detail.facts(Call()) == []
        assert [fact.value for fact in detail.facts(Call(budget=0))] == ["€\u00a00"]


def test_the_timeline_keeps_each_deadline_that_there_was() -> None:
    call = CallFactory(
        concluded=True, closes_at=datetime(2010, 2, 1, tzinfo=ROME), deadline_has_time=False, title_en="First call"
    )
    CallDeadlineFactory(call=call, closes_at=datetime(2010, 1, 15, tzinfo=ROME), has_time=False)
    CallDeadlineFactory(call=call, has_time=False, note="many asked for it")
    with translation.override("en"):
        steps = detail.timeline(call, list(call.deadlines.all()), [], timezone.now())
    assert steps == [
        ("done", "First deadline", "15 Jan 2010, moved later: many asked for it"),
        ("done", "Applications", "until 1 Feb 2010"),
    ]


def test_a_deadline_that_was_moved_before_it_came_is_over_since_the_move() -> None:
    now = timezone.now()
    call = CallFactory(published_at=now - timedelta(days=20), questions_until=now + timedelta(days=5))
    CallDeadlineFactory(call=call, closes_at=now + timedelta(days=10))
    CallDeadlineFactory(call=call, set_at=now - timedelta(days=1))
    with translation.override("en"):
        steps = detail.timeline(call, list(call.deadlines.all()), [], now)
    assert [(step.state, step.title) for step in steps] == [
        ("done", "Published"), ("done", "First deadline"), ("now", "Questions"), ("", "Applications"),
    ]  # fmt: skip


def test_the_first_step_that_is_not_over_is_now() -> None:
    now = timezone.now()
    call = CallFactory(published_at=now - timedelta(days=20), questions_until=now + timedelta(days=20))
    ranking = CallMilestoneFactory(call=call)
    held = CallMilestoneFactory(call=call, name_en="Info day", starts_on=date(2020, 1, 9), ends_on=date(2020, 1, 10))
    with translation.override("en"):
        steps = detail.timeline(call, [], [ranking, held], now)
        assert [(step.state, step.title) for step in steps] == [
            ("done", "Info day"), ("done", "Published"), ("now", "Questions"), ("", "Applications"), ("", "Ranking"),
        ]  # fmt: skip
        assert steps[0].detail == "9 Jan 2020 – 10 Jan 2020"
        later = detail.timeline(call, [], [], call.closes_at)
    assert {step.state for step in later} == {"done"}


def test_before_the_opening_the_timeline_says_from_when() -> None:
    coming = CallFactory(coming=True)
    with translation.override("en"):
        (step,) = detail.timeline(coming, [], [], timezone.now())
        assert re.fullmatch(r"\w+ .*, \d\d:\d\d until \w+ .*, \d\d:\d\d", step.detail)
        assert detail.timeline(CallFactory(planned=True), [], [], timezone.now()) == []
        (step,) = detail.timeline(CallFactory(planned=True, opens_at=coming.opens_at), [], [], timezone.now())
        assert step.detail.startswith("from ")


@pytest.mark.parametrize("trait", ["coming", "planned"])
def test_what_only_an_open_call_can_have_is_not_told_of_before(client, trait) -> None:
    before = text(client, CallFactory(**{trait: True}).get_absolute_url())
    after = text(client, CallFactory().get_absolute_url())
    for words in ("Who is interested", "Projects funded under this call"):
        assert words not in before
        assert words in after


def test_a_cancelled_call_names_nothing_that_will_not_come(client) -> None:
    call = CallFactory(state="cancelled", published_at=timezone.now() - timedelta(days=9))
    with translation.override("en"):
        steps = detail.timeline(call, [], [CallMilestoneFactory(call=call)], timezone.now())
        assert [(step.title, step.state) for step in steps] == [("Published", "done")]
        assert "By when" not in [fact.label for fact in detail.brief(call, [])]
    page = text(client, call.get_absolute_url())
    assert "Be among the first" not in page
    assert "Add to calendar" not in page


def test_in_brief_for_whom_what_one_brings_and_by_when() -> None:
    call = CallFactory.build(
        roles=["enterprise", "university"], partners_min=3, grant_share=Decimal("0.6"),
        closes_at=datetime(2026, 12, 11, 13, tzinfo=ROME), programme=None,
    )  # fmt: skip
    district = DistrictFactory.build(name_en="Biomedical", region=None)
    with translation.override("en"):
        assert detail.brief(call, [district]) == [
            ("For whom", "Enterprise, university", "Biomedical"),
            ("What you bring", "A network of 3 or more", "and at least 40% of the cost"),
            ("By when", "Friday 11 December 2026", "before 13:00 (Rome time)"),
        ]
        assert [fact.value for fact in detail.brief(Call(), [])] == ["All kinds of organisation"]


def test_the_plain_words_stand_first_in_the_language_of_the_reader(client) -> None:
    CallFactory(slug="reti", plain_it="Per imprese.\nPortate un partner.", plain_en="", body_en="The long text")
    page = client.get("/en/calls/reti/").content.decode()
    assert '<span lang="it">Per imprese.\nPortate un partner.</span>' in page
    assert page.index("In plain words") < page.index("The long text")


def test_the_countdown_is_printed_by_the_server_with_the_offset_of_rome(client) -> None:
    call = CallFactory(closes_at=timezone.now() + timedelta(days=18, hours=3, minutes=20, seconds=30))
    content = client.get(f"/en/calls/{call.slug}/").content.decode()
    offset = timezone.localtime(call.closes_at).strftime("%z")
    assert re.search(rf'data-countdown="[\d-]+T[\d:.]+{re.escape(offset[:3])}:{offset[3:]}"', content)
    assert re.findall(r'data-u="\w">(\d+)<', content) == ["18", "03", "20"]


def test_after_the_deadline_the_page_says_when_it_closed_and_offers_nothing(client) -> None:
    call = CallFactory(closed=True)
    content = client.get(f"/en/calls/{call.slug}/").content.decode()
    assert "This call closed on" in content
    assert "data-countdown" not in content
    assert "Start a network" not in content
    assert "/interest/" not in content


def test_visitors_see_how_many_are_interested_never_who(client) -> None:
    call = CallFactory(facilitator=UserFactory())
    for number in range(3):
        organisation = OrganisationFactory(name=f"Canary {number}")
        InterestFactory(
            call=call, organisation=organisation, offers="Canary offer", seeks="Canary need", note="Canary note"
        )
    InterestFactory(call=call, withdrawn_at=timezone.now())
    for user in (None, UserFactory(), UserFactory(is_staff=True)):
        if user:
            client.force_login(user)
        words = text(client, f"/en/calls/{call.slug}/")
        assert "3 organisations" in words
        assert "looking for partners" not in words
        assert "Canary" not in words
        assert "See who is interested" not in words


def test_members_see_their_own_interest_and_the_facilitator_the_way_to_all(client) -> None:
    call = CallFactory(facilitator=UserFactory())
    owner = UserFactory()
    InterestFactory(call=call, organisation=OrganisationFactory(name="Novamed", owner=owner), seeks="Clinical tests")
    InterestFactory(call=call, organisation=OrganisationFactory(name="Canary"))
    client.force_login(owner)
    words = text(client, f"/en/calls/{call.slug}/")
    assert "Novamed" in words
    assert "Clinical tests" in words
    assert "Withdraw" in words
    assert "Canary" not in words
    client.force_login(call.facilitator)
    assert f'href="/en/calls/{call.slug}/interests/"' in client.get(f"/en/calls/{call.slug}/").content.decode()


def test_published_figures_stand_with_scope_source_and_year(client) -> None:
    call = CallFactory(concluded=True)
    CallFigureFactory(call=call)
    CallFigureFactory(call=call, name_en="investment triggered", value=16_700_000, unit="EUR")
    words = text(client, f"/en/calls/{call.slug}/").replace("\u00a0", " ")
    assert re.search(r"enterprises involved the whole initiative ?, 2012 Source: final report 35", words)
    assert "€ 16.7 million" in words


def test_both_languages_show_their_text_and_mark_the_other_one(client) -> None:
    call = CallFactory(slug="reti", title_it="Reti di distretto", title_en="")
    assert '<h1><span lang="it">Reti di distretto</span></h1>' in client.get("/en/calls/reti/").content.decode()
    assert "<h1>Reti di distretto</h1>" in client.get("/it/calls/reti/").content.decode()
    Call.objects.filter(pk=call.pk).update(title_en="District networks")
    assert "<h1>District networks</h1>" in client.get("/en/calls/reti/").content.decode()


def test_what_staff_typed_is_text_not_markup(client) -> None:
    CallFactory(slug="reti", body_en="<script>alert(1)</script>\n\nSecond", title_en="<b>x</b>")
    content = client.get("/en/calls/reti/").content.decode()
    assert "<script>alert" not in content
    assert "<b>x</b>" not in content
    assert "alert(1)&lt;/script&gt;\n\nSecond" in content


def test_a_draft_is_not_there_for_others_nor_are_its_documents(client) -> None:
    document = CallDocumentFactory(call=CallFactory(slug="draft", draft=True))
    paths = ["/en/calls/draft/", f"/en/calls/draft/documents/{document.pk}/"]
    assert [client.get(path).status_code for path in paths] == [404, 404]
    client.force_login(UserFactory(is_staff=True))
    assert client.get(paths[0]).status_code == 200
    assert client.get(paths[1]).getvalue() == b"%PDF-1.7 call text"


def test_a_document_is_downloaded_as_attachment_with_the_published_hash(client) -> None:
    document = CallDocumentFactory(call=CallFactory(slug="reti"), title_en="Call text / 2026")
    page = client.get("/en/calls/reti/").content.decode()
    answer = client.get(f"/en/calls/reti/documents/{document.pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="call-text-2026.pdf"'
    assert hashlib.sha256(answer.getvalue()).hexdigest() in page
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_document_belongs_to_its_call_and_may_be_lost(client) -> None:
    document = CallDocumentFactory(call=CallFactory(slug="reti"))
    CallFactory(slug="other")
    assert client.get(f"/en/calls/other/documents/{document.pk}/").status_code == 404
    document.file.delete(save=False)
    assert client.get(f"/en/calls/reti/documents/{document.pk}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 10])
@pytest.mark.parametrize(("who", "queries"), [("visitor", 16), ("reader", 30)])
def test_the_number_of_queries_does_not_grow_with_what_belongs_to_the_call(
    client, rows: int, who: str, queries: int, django_assert_num_queries
) -> None:
    call = CallFactory(
        slug="reti",
        districts=DistrictFactory.create_batch(rows),
        themes=ThemeFactory.create_batch(rows),
        facilitator=UserFactory(),
    )
    for factory in (CallDocumentFactory, CallFigureFactory, CallMilestoneFactory, InterestFactory):
        factory.create_batch(rows, call=call)
    QuestionFactory.create_batch(rows, call=call, answered=True)
    CallVersionFactory.create_batch(rows + 1, call=call)
    if who == "reader":
        user = UserFactory()
        Visit.objects.create(user=user, call=call, at=timezone.now() - timedelta(days=1))
        client.force_login(user)
    with django_assert_num_queries(queries):
        client.get("/en/calls/reti/")
