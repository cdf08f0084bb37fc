"""The demonstration data: what the contract promises of it, and that nothing in it is invented about real firms."""

import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from calls.models import Approval, Call, CallDocument, CallFamily, CallFigure, Interest
from calls.operations.publishing import approve_call
from calls.states import CALL_MOVES, CallState
from district_portal.accounts.models import Appointment, User
from district_portal.management.demo import dates, renewal
from enterprises.models import Competence, Membership, Organisation
from events.models import Event, Registration
from events.states import RegistrationState
from projects.models import Award, Network, Partner, Payment, Project
from projects.states import NETWORK_MOVES, NetworkState

ACCOUNTS = [
    "novamed",
    "secchia",
    "estense",
    "valli",
    "lab",
    "facilitator",
    "facilitator2",
    "evaluator",
    "evaluator2",
    "organiser",
    "region",
    "region2",
    "admin",
]
REAL = {"B. Braun Avitum Italy", "Lean", "Bellco", "Medica", "Fondazione Democenter"}
OURS = {"accounts", "account", "notifications", "reports", "enterprises", "calls", "projects", "events"}


@pytest.fixture
def demo(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    call_command("load_reference", verbosity=0)
    call_command("load_demo", verbosity=0)


@pytest.fixture
def open_call(demo):
    return Call.objects.get(slug__startswith="reti-di-distretto-biomedicale-")


def contents() -> dict[str, list]:
    """All rows of all our tables, each with its system column that changes with every write."""
    tables = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in OURS:
                cursor.execute(f'SELECT t.xmin::text || t::text FROM "{model._meta.db_table}" t ORDER BY 1')
                tables[model._meta.label] = cursor.fetchall()
    return tables


def test_loading_twice_changes_nothing_and_is_fast(demo):
    before, start = contents(), time.monotonic()
    call_command("load_demo")
    assert time.monotonic() - start < 2
    assert contents() == before


def test_it_refuses_outside_of_the_demonstration(db, settings):
    settings.RELAXED = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_it_asks_for_the_reference_data(db):
    with pytest.raises(CommandError, match="load_reference"):
        call_command("load_demo")


# --- Accounts --------------------------------------------------------------------------------------------------------


def test_each_account_signs_in_through_the_sign_in_page(demo):
    for user in User.objects.filter(email__in=[f"{name}@demo.example" for name in ACCOUNTS]):
        client = Client()
        answer = client.post("/it/accounts/login/", {"login": user.email, "password": "mirandola-2012"})
        assert answer.status_code == 302
        assert client.session["_auth_user_id"] == str(user.pk)


def test_accounts_act_in_the_roles_of_the_contract(demo):
    roles = {name: User.objects.get(email=f"{name}@demo.example").roles for name in ACCOUNTS}
    assert roles == {
        **dict.fromkeys(["novamed", "secchia", "estense", "valli", "lab"], {"enterprise"}),
        **dict.fromkeys(["facilitator", "facilitator2"], {"facilitator"}),
        **dict.fromkeys(["evaluator", "evaluator2"], {"evaluator"}),
        "organiser": {"organiser"},
        **dict.fromkeys(["region", "region2"], {"regional_staff"}),
        "admin": {"admin"},
    }
    assert set(Appointment.objects.filter(role="facilitator").values_list("district__slug", flat=True)) == {
        "biomedicale"
    }


def test_no_other_account_can_sign_in(demo):
    others = User.objects.exclude(email__in=[f"{name}@demo.example" for name in ACCOUNTS])
    assert others.exists()
    assert not any(user.has_usable_password() for user in others)
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == len(ACCOUNTS)


# --- Facts -----------------------------------------------------------------------------------------------------------


def test_real_firms_have_no_users_no_vat_number_and_no_amounts(demo):
    real = Organisation.objects.filter(illustrative=False)
    assert set(real.values_list("name", flat=True)) == REAL
    assert not Membership.objects.filter(organisation__in=real).exists()
    assert not real.exclude(vat_number=None).exists()
    assert not Award.objects.filter(organisation__in=real).exclude(cost=None, grant=None).exists()
    assert not Payment.objects.filter(award__organisation__in=real).exists()


@pytest.mark.parametrize("model", [Interest, Partner, Competence])
def test_real_firms_do_not_act_in_invented_data(demo, model):
    assert not model.objects.filter(organisation__illustrative=False).exists()


def test_icl_and_fare_have_their_partners_and_nothing_invented(demo):
    partners = {
        project.acronym: {award.organisation.name for award in project.awards.all()}
        for project in Project.objects.filter(illustrative=False)
    }
    assert partners == {"ICL": {"B. Braun Avitum Italy", "Lean"}, "FARE": {"Bellco", "Medica"}}
    unknown = Project.objects.filter(illustrative=False).values_list("state", "cup", "starts_on", "ends_on", "network")
    assert set(unknown) == {(None,) * 5}


def test_the_first_call_keeps_the_history_of_its_deadline_without_an_hour(demo):
    call = Call.objects.get(slug="dai-distretti-produttivi-ai-distretti-tecnologici")
    moved = [(timezone.localdate(row.closes_at).isoformat(), row.has_time) for row in call.deadlines.all()]
    assert moved == [("2010-01-15", False), ("2010-02-01", False)]
    assert timezone.localdate(call.closes_at).isoformat() == "2010-02-01"
    assert (call.deadline_has_time, call.state, call.budget) == (False, CallState.CONCLUDED, None)


def test_the_second_call_has_no_deadline(demo):
    call = Call.objects.get(slug="dai-distretti-produttivi-ai-distretti-tecnologici-2")
    assert (call.closes_at, call.opens_at, call.deadlines.count(), call.state) == (None, None, 0, CallState.CONCLUDED)


def test_published_figures_carry_scope_source_and_year(demo):
    assert list(
        CallFigure.objects.filter(call__edition=1, call__illustrative=False).values_list("name_en", "value")
    ) == [
        ("enterprises involved", 35),
        ("investment triggered", 16_700_000),
        ("investment", 16_692_000),
        ("grants", 7_190_000),
        ("graduates hired", 176),
        ("research fellows", 112),
    ]
    figures = [*CallFigure.objects.all(), *Event.objects.get(slug="distretti-day-2012").figures.all()]
    assert all(figure.scope_it and figure.scope_en and figure.source_it and figure.as_of == 2012 for figure in figures)


def test_the_first_distretti_day_has_its_four_figures_and_no_invented_day(demo):
    event = Event.objects.get(slug="distretti-day-2012")
    assert (event.held_in, event.starts_at, event.capacity, event.illustrative) == (2012, None, None, False)
    assert [int(figure.value) for figure in event.figures.all()] == [180, 70, 15, 6]


# --- What is made up ----------------------------------------------------------------------------------------------


def test_what_is_made_up_is_marked(demo):
    assert not Organisation.objects.filter(illustrative=True).exclude(vat_number=None).exists()
    assert not Network.objects.filter(illustrative=False).exists()
    assert not Call.objects.filter(illustrative=False).exclude(programme__slug="distretti-tecnologici").exists()
    assert not Award.objects.filter(project__illustrative=False).exclude(cost=None).exists()


def test_the_open_call_closes_in_some_weeks_at_one_in_rome(open_call):
    moment = timezone.now()
    assert open_call.is_open_at(moment)
    assert timedelta(days=17) < open_call.closes_at - moment < timedelta(days=26)
    assert timezone.localtime(open_call.closes_at).strftime("%H:%M") == "13:00"
    assert open_call.partners_min == 2
    assert open_call.facilitator.email == "facilitator@demo.example"
    assert {"enterprise", "laboratory", "university"} == set(open_call.roles)


def test_the_accounts_start_in_the_open_call_with_an_empty_sheet(open_call):
    ours = Organisation.objects.filter(memberships__user__email__in=[f"{name}@demo.example" for name in ACCOUNTS])
    assert ours.count() == 5
    assert not Interest.objects.filter(call=open_call, organisation__in=ours).exists()
    assert not Partner.objects.filter(network__call=open_call, organisation__in=ours).exists()


def test_the_open_call_has_networks_in_every_state(open_call):
    assert set(open_call.networks.values_list("state", flat=True)) == set(NetworkState.values)
    assert open_call.interests.count() == 12


def test_every_journal_is_a_walk_of_legal_moves_in_time_order(demo):
    for network in Network.objects.prefetch_related("decisions"):
        steps = sorted(network.decisions.all(), key=lambda step: step.pk)
        assert (steps[0].from_state, steps[0].to_state) == ("", NetworkState.FORMING)
        assert steps[-1].to_state == network.state
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        for before, after in zip(steps, steps[1:], strict=False):
            assert after.from_state == before.to_state
            assert after.to_state in NETWORK_MOVES[after.from_state]
        assert all(step.reason for step in steps if step.to_state in {"changes_requested", "refused"})
        assert not network.submitted_at or network.submitted_at <= timezone.now()


def test_calls_are_alive_in_all_states(demo):
    moment = timezone.now()
    statuses = {call.status_at(moment) for call in Call.objects.filter(illustrative=True)}
    assert statuses == {
        "call:open",
        "call:closing_soon",
        "call:planned",
        "call:closed",
        "call:in_assessment",
        "call:ranked",
        "call:concluded",
        "call:draft",
    }


def test_a_draft_waits_for_the_second_account_of_the_region(demo):
    approval = Approval.objects.get(state="waiting")
    assert approve_call(approval, actor=User.objects.get(email="region2@demo.example")).state == CallState.PUBLISHED


def test_a_draft_came_back_and_says_why(demo):
    returned = Approval.objects.get(state="returned")
    assert (returned.call.state, returned.asked_by.email) == ("draft", "region@demo.example")
    assert returned.reason


def test_the_journal_of_each_call_is_a_walk_of_legal_moves_that_a_second_person_began(demo):
    for call in Call.objects.filter(illustrative=True).exclude(state="draft"):
        state = "draft"
        for decision in call.decisions.all():
            assert decision.from_state == state
            assert decision.to_state in CALL_MOVES[state]
            state = decision.to_state
        assert state == call.state
        approval = call.approvals.get()
        assert approval.asked_by != approval.answered_by == call.decisions.first().actor


def test_the_editions_of_a_call_are_one_family_and_the_real_second_call_has_two_tiers(demo):
    editions = {family.name_en: list(family.calls.order_by("edition").values_list("edition", flat=True))
                for family in CallFamily.objects.all()}  # fmt: skip
    assert editions == {"District networks": [1, 2, 3], "From production districts to technology districts": [1, 2]}
    second = Call.objects.get(tier="networks")
    assert (second.actuator.slug, second.first_tier.tier, second.closes_at) == ("democenter", "actuators", None)


def test_documents_are_files_with_their_hash(demo):
    documents = list(CallDocument.objects.all())
    assert len(documents) >= 10
    for document in documents:
        with document.file.open() as file:
            content = file.read()
        assert len(content) == document.size > 0
        assert document.file.name.endswith(".csv") or content.startswith(b"%PDF-1.4") and content.endswith(b"%%EOF\n")


def test_awards_and_payments_add_up(demo):
    awards = Award.objects.filter(project__illustrative=True).prefetch_related("payments")
    assert awards.values("project").distinct().count() == 9
    assert awards.values("project__district").distinct().count() == 5
    for award in awards:
        assert 0 < award.grant < award.cost
        assert sum(payment.amount for payment in award.payments.all()) <= award.grant
        assert all(award.awarded_on < payment.paid_on <= timezone.localdate() for payment in award.payments.all())


def test_the_coming_distretti_day_has_places_left(demo):
    event = Event.objects.get(illustrative=True)
    assert event.slug == f"distretti-day-{timezone.localdate(event.starts_at).year}"
    assert timedelta(days=20) < event.starts_at - timezone.now() < timedelta(days=35)
    confirmed = Registration.objects.filter(event=event, state=RegistrationState.CONFIRMED)
    assert (event.capacity, event.taken, confirmed.count()) == (200, 142, 142)
    assert set(confirmed.values_list("category", flat=True)) == {
        "enterprise",
        "authority",
        "association",
        "research",
        "professional",
        "press",
        "student",
    }
    assert event.previous.slug == "distretti-day-2012"


def test_weeks_later_the_call_is_open_again_and_keeps_weekday_and_hour(open_call):
    steps = list(open_call.milestones.values_list("starts_on", flat=True))
    much_later = dates.now() + timedelta(days=200)
    assert renewal.renew(much_later) > 0
    moved = Call.objects.get(pk=open_call.pk)
    assert moved.is_open_at(much_later)
    assert timedelta(days=17) < moved.closes_at - much_later < timedelta(days=26)
    assert timezone.localtime(moved.closes_at).strftime("%a %H:%M") == "Fri 13:00"
    assert moved.deadlines.get().closes_at == moved.closes_at
    assert all(new > old for new, old in zip(moved.milestones.values_list("starts_on", flat=True), steps, strict=True))
    assert Event.objects.get(illustrative=True).starts_at > much_later
    assert renewal.renew(much_later) == 0
