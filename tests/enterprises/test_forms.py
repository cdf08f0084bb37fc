"""VAT numbers, activities, municipalities and competences as people type them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from enterprises.forms.fields import ActivityField, CompetenceField, MunicipalityField, VatField
from tests.factories import AtecoFactory, ConceptFactory, MunicipalityFactory


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


# One number of each member state and of Northern Ireland that passes its state's own rule. Greece writes EL.
GOOD = [
    "ATU13585627", "BE0428759497", "BG175074752", "CY10259033P", "CZ25123891", "DE136695976", "DK13585628",
    "EE100931558", "EL094259216", "ESB58378431", "FI20774740", "FR40303265045", "HR33392005961", "HU12892312",
    "IE6433435F", "IT00743110157", "LT119511515", "LU15027442", "LV40003521600", "MT11679112", "NL004495445B01",
    "PL8567346215", "PT501964843", "RO18547290", "SE123456789701", "SI50223054", "SK2022749619", "XI432525179",
]  # fmt: skip


@pytest.mark.parametrize("number", GOOD)
def test_a_vat_number_of_every_member_state_is_kept_as_it_is(number: str) -> None:
    assert VatField().clean(number) == number


@pytest.mark.parametrize("number", GOOD)
def test_a_vat_number_with_one_digit_changed_is_refused(number: str) -> None:
    # The last digit takes part in every state's rule, but for letters and constant endings.
    position = max(index for index, char in enumerate(number[:10]) if char.isdigit())
    wrong = [
        number[:position] + str((int(number[position]) + step) % 10) + number[position + 1 :] for step in (1, 3, 7)
    ]
    refused = 0
    for candidate in wrong:
        try:
            VatField().clean(candidate)
        except ValidationError:
            refused += 1
    assert refused >= 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("00743110157", "IT00743110157"),
        (" it 00743110157 ", "IT00743110157"),
        ("IT-007.431.101-57", "IT00743110157"),
        ("GR 094259216", "EL094259216"),
        ("de 136 695 976", "DE136695976"),
        ("", None),
        ("   ", None),
    ],
)
def test_spaces_signs_and_a_missing_country_are_mended(typed: str, kept: str | None) -> None:
    assert VatField(required=False).clean(typed) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("IT00743110158", "This is no VAT number of IT"),
        ("00743110158", "This is no VAT number of IT"),
        ("DE123", "This is no VAT number of DE"),
        ("CHE107787577IVA", "Start the VAT number with its country"),
        ("US123456789", "Start the VAT number with its country"),
        ("EU372022452", "Start the VAT number with its country"),
        ("hello", "Start the VAT number with its country"),
        ("ФР40303265045", "Start the VAT number with its country"),
    ],
)
def test_a_wrong_vat_number_is_refused_with_an_example(typed: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        VatField().clean(typed)
    assert refused.value.messages[0].startswith(words)
    assert "IT01234560363" in refused.value.messages[0]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["Mirandola (MO)", "mirandola (mo)", "Mirandola, MO", "Mirandola", " mirandola "])
def test_a_municipality_is_found_by_name_and_province(typed: str) -> None:
    mirandola = MunicipalityFactory()
    assert MunicipalityField().clean(typed) == mirandola


@pytest.mark.django_db
def test_a_name_that_two_municipalities_share_needs_its_province() -> None:
    MunicipalityFactory(istat="016065", name="Castro", province="BG", nuts="ITC46")
    southern = MunicipalityFactory(istat="075096", name="Castro", province="LE", nuts="ITF45")
    with pytest.raises(ValidationError, match=r"Castro \(BG\), Castro \(LE\)"):
        MunicipalityField().clean("Castro")
    assert MunicipalityField().clean("Castro (LE)") == southern


@pytest.mark.django_db
def test_an_unknown_municipality_is_answered_with_its_neighbours() -> None:
    MunicipalityFactory()
    with pytest.raises(ValidationError, match=r"no municipality “Mirandolla”.* Near to it: Mirandola \(MO\)"):
        MunicipalityField().clean("Mirandolla")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["32.50", "32.50 Fabbricazione di strumenti e forniture mediche e dentistiche", "strumenti mediche"]
)
def test_an_activity_is_found_by_code_or_words(typed: str) -> None:
    medical = AtecoFactory()
    AtecoFactory(code="32.5", name_it="Altro")
    assert ActivityField().clean(typed) == medical


@pytest.mark.django_db
def test_an_unknown_activity_is_answered_with_codes_near_to_it() -> None:
    AtecoFactory()
    AtecoFactory(code="32.40", name_it="Fabbricazione di giochi")
    with pytest.raises(ValidationError, match=r"no ATECO code “fabbricazione”.*32\.40 .*32\.50 "):
        ActivityField().clean("fabbricazione")


@pytest.mark.django_db
def test_a_competence_is_found_by_its_name_in_either_language_or_its_code() -> None:
    extrusion = ConceptFactory(code="process.extrusion", name_it="Estrusione", name_en="Extrusion")
    AtecoFactory(code="22.29", name_it="Extrusion")
    for typed in ["Estrusione", "extrusion", "process.extrusion", "Extru"]:
        assert CompetenceField().clean(typed) == extrusion
    with pytest.raises(ValidationError, match="“Juggling” is not in the list"):
        CompetenceField().clean("Juggling")
