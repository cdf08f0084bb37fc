"""The budget of a network as a spreadsheet: its cells to be changed and read back, sums and reasons to be read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from calls.rules.aid import Activity, validity
from calls.rules.words import CostCategory
from projects.aid.budget import Budget, budget_of
from projects.models import Network, Partner
from projects.operations.budget_files import CELLS, FILE, places_of, plan_token, token

HEADERS = [
    "partner",
    "partner_name",
    "work_package",
    "work_package_title",
    "category",
    "category_name",
    "research_type",
    "research_type_name",
    "amount",
    "grant",
]
SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Texts stay texts: a name that begins with "=" is no formula."""


def workbook(network: Network) -> bytes:
    """An XLSX file that `projects.operations.budget_files.read_file` understands."""
    rows = network.partners.accepted().select_related("organisation")
    partners = list(rows.prefetch_related("organisation__size_declarations"))
    budget = budget_of(network, partners)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, SAFE) as book:
        _sheet(book, CELLS, [HEADERS, *_cells(network, budget, partners)])
        _sheet(book, _("Totals"), _totals(budget, partners))
        _sheet(book, _("Explanation"), _explanation(budget, partners))
        _sheet(book, FILE, _about(network))
    return target.getvalue()


def _sheet(book: xlsxwriter.Workbook, name: str, rows: Sequence[Sequence[Any]]) -> None:
    sheet, money, strong = (
        book.add_worksheet(name),
        book.add_format({"num_format": "#,##0.00"}),
        book.add_format({"bold": True}),
    )
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value, strong if number == 0 else None)
            elif isinstance(value, int):
                sheet.write_number(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value, money)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(rows[0]) - 1, 22)


def _cells(network: Network, budget: Budget, partners: Sequence[Partner]) -> list[list[Any]]:
    named = {each.pk: each.organisation for each in partners}
    packages = {each.pk: each for each in network.work_packages.all()}
    rows = [
        [
            named[cell.partner].slug,
            named[cell.partner].name,
            packages[cell.package].number,
            packages[cell.package].title,
            cell.category,
            str(capfirst(CostCategory(cell.category).label)),
            cell.activity,
            str(Activity(cell.activity).label),
            cell.amount,
            cell.aid,
        ]
        for cell in budget.cells
    ]
    return sorted(rows, key=lambda row: (row[0], row[2], row[4], row[6]))


def _totals(budget: Budget, partners: Sequence[Partner]) -> list[list[Any]]:
    head = [_("Partner"), _("Cost"), _("Grant asked for"), _("Borne itself")]
    parts = [(each.organisation.name, budget.partners[each.pk]) for each in partners]
    rows = [[name, part.cost, part.aid, part.private] for name, part in parts]
    return [head, *rows, [_("Total"), budget.cost, budget.aid, budget.private]]


def _explanation(budget: Budget, partners: Sequence[Partner]) -> list[list[Any]]:
    """Each step of each share, in percent, and the rules that were used."""
    names = {each.pk: each.organisation.name for each in partners}
    rows: list[list[Any]] = [[_("Partner"), _("Research type"), _("Step"), _("Percent")]]
    for (partner, activity), intensity in budget.intensities.items():
        start = [names[partner], str(Activity(activity).label)]
        rows += [[*start, line.text, line.share * 100] for line in intensity.lines]
        rows.append([*start, _("Share"), intensity.share * 100])
    rows += [["", "", words] for words in budget.bounds]
    if budget.version:
        rows.append(["", "", validity(budget.version)])
    words = _(
        "Cost × share for each amount, rounded to the cent (half a cent up), then added up. Where the roundings make "
        "it more than cost × share in all, the largest amounts give the cents too many."
    )
    return [*rows, ["", "", words]]


def _about(network: Network) -> list[list[str]]:
    places = places_of(network)
    rows = [["network", str(network.pk)], ["plan", plan_token(places.packages)]]
    rows += [[f"partner:{slug}", token(places.of(pk))] for slug, pk in sorted(places.partners.items())]
    return [["what", _("Leave this sheet as it is: it says what the file was made from.")], *rows]
