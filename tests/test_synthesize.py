"""Synthetic data: as many rows as asked for, valid, repeatable, and never among real records."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from calls.models import Call, Interest
from enterprises.models import Competence, Organisation
from events.codes import read_code
from events.models import Event, Registration
from events.states import RegistrationState
from projects.models import Award, Decision, Network, Partner, Payment, Project
from projects.states import NETWORK_MOVES, NetworkState

SMALL = {"organisations": 60, "calls": 40, "networks": 120, "registrations": 200}
# Keys differ from run to run, codes and tokens are secret.
SECRET = {"id", "uuid", "token", "code"}


@pytest.fixture
def reference(db):
    call_command("load_reference", verbosity=0)


@pytest.fixture
def small(reference):
    call_command("synthesize", seed=7, **SMALL)


def contents() -> dict[str, list[tuple]]:
    """What the rows say, without keys and secrets."""
    return {
        model._meta.label: sorted(
            model.objects.values_list(
                *(
                    field.name
                    for field in model._meta.concrete_fields
                    if field.name not in SECRET and not field.is_relation and not field.generated
                )
            ),
            key=repr,
        )
        for model in (Organisation, Competence, Call, Interest, Network, Partner, Decision, Project, Award, Payment)
    }


def check_constraints() -> None:
    """Foreign keys are checked at commit otherwise, which a test never reaches."""
    connection.check_constraints()


def test_it_makes_what_was_asked_for(small):
    check_constraints()
    counts = [model.objects.count() for model in (Organisation, Call, Network, Registration)]
    assert counts == list(SMALL.values())
    assert all(model.objects.exists() for model in (Competence, Interest, Partner, Decision, Project, Award, Payment))


def test_the_same_seed_gives_the_same_data(small):
    first = contents()
    for model in (
        Payment,
        Award,
        Project,
        Decision,
        Partner,
        Network,
        Interest,
        Call,
        Registration,
        Event,
        Organisation,
    ):
        model.objects.all().delete()
    call_command("synthesize", seed=7, **SMALL)
    assert contents() == first


def test_another_seed_gives_other_data(reference):
    call_command("synthesize", seed=1, organisations=5)
    names = set(Organisation.objects.values_list("name", flat=True))
    Organisation.objects.all().delete()
    call_command("synthesize", seed=2, organisations=5)
    assert set(Organisation.objects.values_list("name", flat=True)) != names


def test_a_second_run_adds(small):
    call_command("synthesize", seed=7, **SMALL)
    check_constraints()
    assert Organisation.objects.count() == 120
    assert Network.objects.count() == 240
    assert Event.objects.count() == 2


def test_everything_is_marked_and_nothing_has_a_vat_number(small):
    for model in (Organisation, Call, Network, Project, Event):
        assert not model.objects.filter(illustrative=False).exists()
    assert not Organisation.objects.exclude(vat_number=None).exists()


def test_rows_pass_the_validation_of_their_models(small):
    """But for who did it: nobody did."""
    people = {"registered_by", "invited_by", "answered_by", "actor", "created_by"}
    for model in (Organisation, Competence, Call, Interest, Network, Partner, Decision, Project, Award, Payment):
        for row in model.objects.all()[:40]:
            row.full_clean(exclude=people)
    for row in [*Event.objects.all(), *Registration.objects.all()[:40]]:
        row.full_clean()


def test_journals_are_walks_of_legal_moves_within_the_calls_time(small):
    for network in Network.objects.select_related("call").prefetch_related("decisions"):
        steps = sorted(network.decisions.all(), key=lambda step: step.at)
        assert (steps[0].from_state, steps[0].at, steps[-1].to_state) == ("", network.created_at, network.state)
        assert all(b.to_state in NETWORK_MOVES[a.to_state] for a, b in zip(steps, steps[1:], strict=False))
        assert all(network.call.opens_at <= step.at <= network.call.closes_at for step in steps)
        assert all(step.at <= timezone.now() for step in steps)


def test_networks_have_one_lead_and_at_least_two_partners(small):
    sizes = Network.objects.annotate(
        leads=Count("partners", filter=Q(partners__role="lead")), members=Count("partners")
    ).values_list("leads", "members")
    assert all(leads == 1 and members >= 2 for leads, members in sizes)
    asked = Partner.objects.filter(state="invited").exclude(network__state=NetworkState.FORMING)
    assert not asked.exists()


def test_projects_come_from_approved_networks_of_concluded_calls(small):
    origins = set(Project.objects.values_list("network__state", "call__state"))
    assert origins == {("approved", "concluded")}
    assert not Project.objects.exclude(network__call=F("call")).exists()
    assert not Award.objects.annotate(paid=Sum("payments__amount")).filter(paid__gt=F("grant")).exists()
    assert not Award.objects.filter(grant__gt=F("cost")).exists()


def test_places_taken_are_the_confirmed_guests_and_who_waits_came_last(small):
    event = Event.objects.get()
    guests = event.registrations
    assert event.taken == event.capacity == guests.filter(state=RegistrationState.CONFIRMED).count()
    waiting = guests.filter(state=RegistrationState.WAITING)
    assert waiting.count() == 6
    last = guests.filter(state=RegistrationState.CONFIRMED).latest("registered_at").registered_at
    assert all(guest.registered_at > last for guest in waiting)
    assert all(read_code(guest.code) == guest.code and len(guest.token) == 43 for guest in guests.all())
    assert event.starts_at > timezone.now() + timedelta(days=30)


def test_networks_ask_for_organisations_and_calls(reference):
    with pytest.raises(CommandError, match="--organisations"):
        call_command("synthesize", networks=1)


def test_it_refuses_outside_of_the_demonstration(db, settings):
    settings.RELAXED = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("synthesize", organisations=1)


def test_it_says_what_it_did(reference, capsys):
    call_command("synthesize", organisations=3, seed=9)
    said = capsys.readouterr().out
    assert "3 organisations" in said
    assert "seed 9" in said
