"""The reference data, as `manage.py load_reference` leaves it."""

import time

import pytest
from django.core.management import call_command
from django.db import connection

from calls.models import AidTable, Theme
from district_portal.accounts.models import District, Region
from enterprises.models import Concept, Municipality

TABLES = [Municipality, Concept, Region, District, Theme, AidTable]


@pytest.fixture
def loaded(db):
    call_command("load_reference", verbosity=0)


def contents() -> list[list[tuple]]:
    """Each row with its system column `xmin`, which changes with every write of the row."""
    tables = []
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f'SELECT xmin::text, ctid::text, * FROM "{model._meta.db_table}" ORDER BY 3, 4')
            tables.append(cursor.fetchall())
    return tables


def test_running_it_twice_changes_no_row(loaded):
    before = contents()
    call_command("load_reference")
    assert contents() == before


def test_the_second_run_takes_less_than_two_seconds(loaded):
    start = time.monotonic()
    call_command("load_reference")
    assert time.monotonic() - start < 2


def test_a_row_that_was_changed_by_hand_is_brought_back(loaded):
    Municipality.objects.filter(istat="036022").update(name="?")
    Concept.objects.filter(scheme="ateco", code="32.50").update(parent=None)
    call_command("load_reference")
    assert Municipality.objects.get(istat="036022").name == "Mirandola"
    assert Concept.objects.get(scheme="ateco", code="32.50").parent.code == "32.5"


def test_what_others_refer_to_keeps_its_number(loaded):
    number = District.objects.get(slug="biomedicale").pk
    call_command("load_reference")
    assert District.objects.get(slug="biomedicale").pk == number


def test_mirandola_is_in_the_province_of_modena(loaded):
    place = Municipality.objects.get(istat="036022")
    assert (place.name, place.province, place.nuts) == ("Mirandola", "MO", "ITH54")


def test_every_province_has_a_nuts_code_of_its_own(loaded):
    pairs = set(Municipality.objects.values_list("province", "nuts"))
    assert len(pairs) == len({nuts for _, nuts in pairs}) == 107
    assert all(len(nuts) == 5 and nuts.startswith("IT") for _, nuts in pairs)


def test_emilia_romagna_has_its_nine_provinces(loaded):
    provinces = Municipality.objects.filter(nuts__startswith="ITH5").values_list("province", "nuts").distinct()
    assert dict(provinces) == {
        "PC": "ITH51",
        "PR": "ITH52",
        "RE": "ITH53",
        "MO": "ITH54",
        "BO": "ITH55",
        "FE": "ITH56",
        "RA": "ITH57",
        "FC": "ITH58",
        "RN": "ITH59",
    }


def test_ateco_2025_is_complete_and_a_tree(loaded):
    codes = Concept.objects.filter(scheme="ateco", version="2025")
    assert codes.count() == 3257
    assert codes.filter(parent=None).count() == 22
    assert codes.get(code="32.50").name_it == "Fabbricazione di strumenti e forniture mediche e dentistiche"


def test_competences_have_both_languages_and_two_levels(loaded):
    competences = Concept.objects.filter(scheme="competence")
    assert not competences.filter(name_en="").exists()
    assert competences.filter(parent=None).count() == 9
    assert not competences.filter(parent__parent__isnull=False).exists()
    assert 40 <= competences.exclude(parent=None).count() <= 60


def test_only_the_biomedical_district_has_a_known_seat(loaded):
    assert District.objects.count() == 16
    assert list(District.objects.exclude(seat="").values_list("slug", "seat", "nuts")) == [
        ("biomedicale", "Mirandola", "ITH54")
    ]
    assert set(District.objects.values_list("region__nuts", flat=True)) == {"ITH5"}
