"""Distinct organisations are counted by a key that spelling does not change."""

import pytest

from events.names import organisation_key


@pytest.mark.parametrize(
    "name",
    [
        "Novamed Plast srl",
        "NOVAMED PLAST S.R.L.",
        "Novamed  Plast",
        "Novamed-Plast S. r. l.",
        "Novamed Plast, s.r.l. a socio unico",
        "Novamed Plast S.p.A. Società Benefit",
        "Novamed Plast Società a Responsabilità Limitata",
        "novamed plast s r l in liquidazione",
        "Nóvamed Plàst Srl",
        "Novamed Plast GmbH",
    ],
)
def test_case_accents_punctuation_and_legal_form_do_not_make_another_organisation(name):
    assert organisation_key(name) == "novamed plast"


def test_initials_with_and_without_dots_are_the_same():
    assert organisation_key("A.B.C. Meccanica srl") == organisation_key("ABC Meccanica") == "abc meccanica"


def test_a_letter_before_the_legal_form_belongs_to_the_name():
    assert organisation_key("Gruppo B S.p.A.") == organisation_key("Gruppo B") == "gruppo b"


def test_a_name_that_is_nothing_but_a_legal_form_stays():
    assert organisation_key("SPA") == "spa"


def test_different_names_stay_apart():
    assert (
        len({organisation_key(name) for name in ["Estense Medical", "Estense Medicale", "Valli Medical", "Estense"]})
        == 4
    )


def test_no_name_has_no_key():
    assert organisation_key("") == organisation_key(" – ") == ""


def test_a_key_fits_into_its_column():
    assert len(organisation_key("ß" * 200)) == 200
