"""The clock decides what is open; who reads drafts; what the search finds."""

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.db import IntegrityError
from django.utils import timezone

from calls.models import Call
from calls.operations.lifecycle import cancel_call, require_open
from district_portal.accounts.models import Role
from district_portal.shared.errors import DomainError
from tests.factories import AppointmentFactory, DistrictFactory, RegionFactory, UserFactory
from tests.factories.calls import CallDocumentFactory, CallFactory, ProgrammeFactory

pytestmark = pytest.mark.django_db
MICROSECOND = timedelta(microseconds=1)


def test_the_last_microsecond_is_in_and_the_deadline_itself_is_out() -> None:
    call = CallFactory()
    assert call.is_open_at(call.closes_at - MICROSECOND)
    assert not call.is_open_at(call.closes_at)
    assert not call.is_open_at(call.opens_at - MICROSECOND)
    assert call.is_open_at(call.opens_at)


@pytest.mark.parametrize("shift", [-MICROSECOND, timedelta(0), MICROSECOND])
def test_the_database_and_python_agree_on_what_is_open(shift: timedelta) -> None:
    call = CallFactory()
    for edge in (call.opens_at, call.closes_at):
        moment = edge + shift
        assert Call.objects.open_at(moment).exists() == call.is_open_at(moment)


@pytest.mark.parametrize(
    ("trait", "status"),
    [
        ("draft", "call:draft"),
        ("planned", "call:planned"),
        ("coming", "call:planned"),
        ("closing", "call:closing_soon"),
        ("closed", "call:closed"),
        ("assessed", "call:in_assessment"),
        ("concluded", "call:concluded"),
        (None, "call:open"),
    ],
)
def test_each_call_has_one_status(trait: str | None, status: str) -> None:
    assert CallFactory(**({trait: True} if trait else {})).status == status


def test_each_call_is_found_under_its_statuses_only() -> None:
    now = timezone.now()
    rows = {
        name: CallFactory(**{name: True})
        for name in ("planned", "coming", "closing", "closed", "assessed", "concluded")
    }
    rows["open"] = CallFactory()
    found = {
        status: set(Call.objects.in_statuses([status], now))
        for status in ("open", "closing_soon", "opening_soon", "in_assessment", "closed", "all")
    }
    assert found == {
        "open": {rows["open"], rows["closing"]},
        "closing_soon": {rows["closing"]},
        "opening_soon": {rows["planned"], rows["coming"]},
        "in_assessment": {rows["assessed"]},
        "closed": {rows["closed"], rows["concluded"]},
        "all": set(rows.values()),
    }


def test_a_published_call_without_dates_cannot_be_stored() -> None:
    with pytest.raises(IntegrityError):
        CallFactory(opens_at=None, closes_at=None)


def test_drafts_are_read_by_regional_staff_and_administrators_only() -> None:
    CallFactory(draft=True)
    regional = AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=RegionFactory()).user
    facilitator = AppointmentFactory().user
    seen = [
        Call.objects.visible_to(user).count()
        for user in (AnonymousUser(), UserFactory(), facilitator, regional, UserFactory(is_staff=True))
    ]
    assert seen == [0, 0, 0, 1, 1]


def test_the_facilitator_of_a_call_or_of_its_districts_accompanies_it() -> None:
    district = DistrictFactory()
    call = CallFactory(districts=[district])
    named = CallFactory(facilitator=UserFactory(), districts=[DistrictFactory()])
    of_district = AppointmentFactory(district=district).user
    of_region = AppointmentFactory(district=None, region=district.region).user
    elsewhere = AppointmentFactory().user
    over = AppointmentFactory(
        district=district, valid_from=timezone.localdate() - timedelta(9), valid_to=timezone.localdate() - timedelta(1)
    ).user
    assert list(Call.objects.facilitated_by(named.facilitator)) == [named]
    assert list(Call.objects.facilitated_by(of_district)) == [call]
    assert set(Call.objects.facilitated_by(of_region)) == {call, named}
    assert [Call.objects.facilitated_by(user).count() for user in (elsewhere, over, AnonymousUser())] == [0, 0, 0]


def test_a_call_without_districts_is_for_every_district_of_its_region() -> None:
    abroad = RegionFactory(nuts="FRK2")
    here, there = CallFactory(), CallFactory(programme=ProgrammeFactory(slug="abroad", region=abroad))
    assert list(Call.objects.facilitated_by(AppointmentFactory().user)) == [here]
    assert list(Call.objects.facilitated_by(AppointmentFactory(district=DistrictFactory(region=abroad)).user)) == [
        there
    ]


def test_search_finds_forms_of_a_word_in_the_language_of_the_page() -> None:
    call = CallFactory(
        title_it="Reti di distretto",
        title_en="District networks",
        summary_it="Ricerca industriale",
        body_en="Sterilisation",
    )
    CallFactory(title_it="Voucher", title_en="Vouchers", summary_it="Prototipi", summary_en="Prototypes")
    assert list(Call.objects.matching("distretti", "it")) == [call]
    assert list(Call.objects.matching("network", "en")) == [call]
    assert list(Call.objects.matching("sterilisations -voucher", "en")) == [call]
    assert list(Call.objects.matching("networks", "it")) == []
    assert list(Call.objects.matching('"rete distretto industriale"', "it")) == []


def test_an_english_page_searches_the_italian_text_where_it_shows_it() -> None:
    italian_only = CallFactory(title_it="Filiera corta", title_en="", summary_en="")
    CallFactory(title_it="Filiera lunga", title_en="Long supply chain")
    assert list(Call.objects.matching("filiera", "en")) == [italian_only]


def test_a_document_is_stored_with_the_size_and_hash_of_its_content_under_a_random_name() -> None:
    document = CallDocumentFactory()
    content = b"%PDF-1.7 call text"
    assert (document.size, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert "bando" not in document.file.name
    first = document.sha256
    document.file = ContentFile(b"another text", name="bando.pdf")
    document.save()
    assert document.sha256 != first
    assert document.size == 12


def test_a_cancelled_call_says_so_to_who_is_interested() -> None:
    call = cancel_call(CallFactory(), actor=UserFactory(), reason="No money.")
    assert call.status == "call:cancelled"
    with pytest.raises(DomainError, match="cancelled"):
        require_open(call, timezone.now())
