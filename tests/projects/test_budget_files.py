"""The budget as a spreadsheet: out and in again without a change, strict rows, a preview, all or nothing."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from projects.models import Activity, BudgetLine, Network, SignOff
from projects.operations.budget_files import CELLS, COLUMNS, Unusable, places_of, read_file
from projects.panels.budget_file import HEADERS, workbook
from projects.section_titles import titles_of
from projects.states import NetworkState
from tests.factories.proposals import SignOffFactory, WorkPackageFactory, lead_of, owner_of, whole_network

pytestmark = pytest.mark.django_db
AT = {name: HEADERS.index(name) + 1 for name in COLUMNS}


@pytest.fixture
def network():
    """Two partners with three cells each, in three work packages; half of every cost is aided."""
    network = whole_network(partners=2, amount=Decimal("100.10"))
    network.call.rules.create(kind="grant", parameters={"share": "0.5"})
    return Network.objects.select_related("call").get(pk=network.pk)


def edited(content, change):
    """The file after `change(sheet, book)`."""
    book = load_workbook(io.BytesIO(content))
    change(book[CELLS], book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def amount_of(row, value):
    return lambda sheet, book: sheet.cell(row, AT["amount"], value)


def read(network, content):
    places = places_of(network)
    writable = list(places.partners.values())
    return read_file(network, io.BytesIO(content), places=places, writable=writable)


def refused(network, content):
    with pytest.raises(Unusable) as error:
        read(network, content)
    return error.value.errors


def upload(client, network, content, name="budget.xlsx"):
    url = reverse("projects:budget_import", args=[network.pk])
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


def apply(client, network, preview):
    url = reverse("projects:budget_import_apply", args=[network.pk])
    return client.post(url, {"kept": preview.context["kept"]})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.lists(st.integers(1, 99_999_999_999_999), min_size=6, max_size=6))
def test_out_and_in_again_changes_no_cent(network, cents):
    lines = list(network.budget_lines.all())
    for line, each in zip(lines, cents, strict=True):
        line.amount = Decimal(each) / 100
    BudgetLine.objects.bulk_update(lines, ["amount"])
    # As if every row had been typed anew: nothing is taken from the database for lack of a change.
    content = edited(workbook(network), lambda sheet, book: _forget(book))
    assert read(network, content) == places_of(network).current


def _forget(book):
    for row in book["file"].iter_rows():
        if str(row[0].value).startswith("partner:"):
            row[1].value = "unknown"


def test_an_amount_is_a_number_with_its_cents(network):
    sheet = load_workbook(io.BytesIO(workbook(network)))[CELLS]
    assert [cell.value for cell in sheet[1]] == HEADERS
    assert (sheet.cell(2, AT["amount"]).value, sheet.cell(2, len(HEADERS)).value) == (100.1, 50.05)


def test_what_changed_is_shown_first_and_then_taken_over(client, network):
    client.force_login(lead_of(network))
    content = client.get(reverse("projects:budget_file", args=[network.pk])).content
    preview = upload(client, network, edited(content, amount_of(2, 250.5)))
    text = preview.content.decode()
    assert preview.status_code == 200
    assert "1 amount would change" in text and "€\xa0100.10" in text and "€\xa0250.50" in text
    assert not BudgetLine.objects.filter(amount="250.50").exists()
    assert apply(client, network, preview).status_code == 302
    assert BudgetLine.objects.filter(amount="250.50").count() == 1
    assert BudgetLine.objects.count() == 6
    assert Activity.objects.filter(kind="budget_imported").count() == 1


def test_a_row_that_is_emptied_or_gone_is_no_cell_any_more(client, network):
    client.force_login(lead_of(network))

    def change(sheet, book):
        sheet.cell(2, AT["amount"]).value = None
        sheet.delete_rows(3)

    preview = upload(client, network, edited(workbook(network), change))
    assert apply(client, network, preview).status_code == 302
    assert BudgetLine.objects.count() == 4


def test_the_same_file_changes_nothing(client, network):
    client.force_login(lead_of(network))
    answer = upload(client, network, workbook(network))
    assert (answer.status_code, answer["Location"]) == (302, reverse("projects:budget", args=[network.pk]))
    assert not Activity.objects.filter(kind="budget_imported").exists()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("partner", "nobody", "Row 2: partner “nobody” is not known."),
        ("work_package", 9, "Row 2: work_package “9” is not known."),
        ("category", "gold", "Row 2: category “gold” is not known."),
        ("research_type", "alchemy", "Row 2: research_type “alchemy” is not known."),
        ("amount", "a lot", "Row 2: the amount “a lot” is not a number."),
        ("amount", "100,10", "Row 2: the amount “100,10” is not a number."),
        ("amount", True, "Row 2: the amount “True” is not a number."),
        ("amount", -5, "Row 2: the amount is below 0."),
        ("amount", 1.234, "Row 2: the amount 1.234 has more than two decimals."),
        ("amount", 10**12, "Row 2: the amount is too high."),
        ("amount", "=1+1", "Row 2: the amount is a formula: put its value there."),
    ],
)
def test_what_is_wrong_is_told_by_row(network, column, value, words):
    content = edited(workbook(network), lambda sheet, book: sheet.cell(2, AT[column], value))
    assert refused(network, content) == [words]


def test_the_same_cell_twice_is_refused(network):
    def change(sheet, book):
        sheet.append([cell.value for cell in sheet[2]])

    assert refused(network, edited(workbook(network), change)) == ["Row 8: the same cell stands in row 2."]


def test_every_wrong_row_is_told_and_nothing_is_changed(client, network):
    client.force_login(lead_of(network))

    def change(sheet, book):
        sheet.cell(2, AT["amount"], 999)
        sheet.cell(3, AT["amount"], -1)
        sheet.cell(4, AT["category"], "gold")

    answer = upload(client, network, edited(workbook(network), change))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Row 3: the amount is below 0." in text and "Row 4: category “gold” is not known." in text
    assert set(BudgetLine.objects.values_list("amount", flat=True)) == {Decimal("100.10")}


def test_missing_columns_are_named(network):
    content = edited(workbook(network), lambda sheet, book: sheet.cell(1, AT["amount"], "Betrag"))
    assert refused(network, content) == ["The first row must name these columns: amount."]


def test_a_file_of_another_network_or_of_none_is_refused(client, network):
    other = whole_network(partners=2)
    assert refused(network, workbook(other)) == ["This file belongs to another network."]
    damaged = "This file is not a spreadsheet (XLSX), or it is damaged."
    assert refused(network, b"PK\x03\x04 not a zip") == [damaged]
    assert refused(network, workbook(network)[:-400]) == [damaged]
    assert refused(network, b"\0" * (2 * 1024 * 1024 + 1)) == ["This file holds more than a budget: at most 2 MB."]
    client.force_login(lead_of(network))
    assert upload(client, network, b"amount\n5\n").status_code == 422


def test_taking_over_twice_says_that_it_is_done(client, network):
    client.force_login(lead_of(network))
    preview = upload(client, network, edited(workbook(network), amount_of(2, 5)))
    answers = [apply(client, network, preview) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert "nothing to take over" in client.get(answers[1]["Location"]).content.decode()
    assert Activity.objects.filter(kind="budget_imported").count() == 1


def test_renumbered_work_packages_make_a_file_stale(network):
    content = edited(workbook(network), amount_of(2, 5))
    WorkPackageFactory(network=network)
    assert "work packages were changed" in refused(network, content)[0]


def test_two_partners_fill_in_their_own_files_at_the_same_time(client, network):
    lead, other = network.partners.select_related("organisation")
    content = workbook(network)

    def change(partner, value):
        def change(sheet, book):
            rows = [row for row in sheet.iter_rows(min_row=2) if row[0].value == partner.organisation.slug]
            rows[0][AT["amount"] - 1].value = value

        return edited(content, change)

    for partner, value in [(lead, 11), (other, 22)]:
        client.force_login(owner_of(partner))
        preview = upload(client, network, change(partner, value))
        assert apply(client, network, preview).status_code == 302
    assert BudgetLine.objects.filter(partner=lead, amount=11).exists()
    assert BudgetLine.objects.filter(partner=other, amount=22).exists()
    # A second change of the same partner, from the old file.
    assert "Download it again" in refused(network, change(lead, 33))[0]


def test_a_file_with_several_partners_names_all_of_them_where_it_voids_sign_offs(client, network):
    lead, other = network.partners.select_related("organisation")
    SignOffFactory(network=network, partner=lead)
    client.force_login(lead_of(network))

    def change(sheet, book):
        for row in range(2, 8):
            sheet.cell(row, AT["amount"], 3)

    assert apply(client, network, upload(client, network, edited(workbook(network), change))).status_code == 302
    key = SignOff.objects.get().voided_by_section
    assert key == f"budget:{lead.pk},{other.pk}"
    names = sorted([lead.organisation.name, other.organisation.name])
    assert titles_of(network, [key]) == {key: f"Budget of {names[0]} and {names[1]}"}
    assert titles_of(network, ["budget"]) == {"budget": "Budget"}


def test_a_partner_changes_only_its_own_rows(client, network):
    other = network.partners.last()
    lead = network.partners.first()
    client.force_login(owner_of(other))

    def change(sheet, book):
        for row in sheet.iter_rows(min_row=2):
            if row[0].value == lead.organisation.slug:
                row[AT["amount"] - 1].value = 1

    answer = upload(client, network, edited(workbook(network), change))
    assert answer.status_code == 422
    assert "leave its rows as they are" in answer.content.decode()


def test_a_change_between_preview_and_taking_over_is_not_overwritten(client, network):
    client.force_login(lead_of(network))
    preview = upload(client, network, edited(workbook(network), amount_of(2, 5)))
    BudgetLine.objects.filter(pk=network.budget_lines.last().pk).update(amount=7)
    answer = apply(client, network, preview)
    assert answer.status_code == 409
    assert not BudgetLine.objects.filter(amount=5).exists()


def test_under_review_no_file_is_taken_over(client, network):
    client.force_login(lead_of(network))
    preview = upload(client, network, edited(workbook(network), amount_of(2, 5)))
    Network.objects.filter(pk=network.pk).update(state=NetworkState.SUBMITTED)
    assert apply(client, network, preview).status_code == 409
    assert upload(client, network, edited(workbook(network), amount_of(2, 5))).status_code == 422


def test_a_preview_of_another_network_or_a_made_up_one_is_refused(client, network):
    other = whole_network(partners=2, amount=Decimal(5))
    client.force_login(lead_of(network))
    preview = upload(client, network, edited(workbook(network), amount_of(2, 5)))
    client.force_login(lead_of(other))
    assert apply(client, other, preview).status_code == 409
    url = reverse("projects:budget_import_apply", args=[other.pk])
    assert client.post(url, {"kept": "made-up"}).status_code == 409


def test_2000_cells_are_taken_over_in_few_statements(client, django_assert_max_num_queries):
    network = whole_network(partners=20, cells=2000)
    client.force_login(lead_of(network))

    def change(sheet, book):
        for row in range(2, 2002):
            sheet.cell(row, AT["amount"], 12.34)

    preview = upload(client, network, edited(workbook(network), change))
    with django_assert_max_num_queries(75):
        assert apply(client, network, preview).status_code == 302
    assert BudgetLine.objects.filter(amount="12.34").count() == 2000
