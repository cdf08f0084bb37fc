"""The cells of a budget as a spreadsheet: read strictly, compared, taken over as a whole or not at all.

A file knows what it was made from: its sheet `file` holds the network, the plan and, for each partner, a token of its
cells. So a partner whose rows nobody touched is left alone, whatever happened to it meanwhile; one whose cells were
changed both in the file and here is refused.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from calls.rules.aid import Activity
from calls.rules.words import CostCategory
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects.models import BudgetLine, Network
from projects.operations.changes import changing, note
from projects.sections import budget_key

CELLS, FILE = "cells", "file"
"""Names of sheets."""
COLUMNS = ("partner", "work_package", "category", "research_type", "amount")
"""Of the sheet `cells`, by their headers, in any order; others are for readers."""
MOST_ROWS, MOST_COLUMNS, MOST_BYTES, UNPACKED, ENTRIES = 5_000, 30, 2 * 1024 * 1024, 20 * 1024 * 1024, 200
HIGHEST = Decimal(10) ** 12
BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
"""What reading a file that is none may raise."""

Key = tuple[int, int, str, str]
"""Partner and work package by their ids, category, research type."""
Amounts = dict[Key, Decimal]


class Unusable(DomainError):
    """A file that can't be taken over; `errors` says why, in the order of its rows."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(_("This file can't be taken over: nothing was changed."))
        self.errors = errors


@dataclass
class Places:
    """What names in a file mean in a network now."""

    partners: Mapping[str, int]
    """By address of the organisation."""
    packages: Mapping[int, int]
    """By number."""
    current: Amounts = field(default_factory=dict)

    def of(self, partner: int) -> Amounts:
        return {key: amount for key, amount in self.current.items() if key[0] == partner}


def places_of(network: Network) -> Places:
    """In three queries."""
    partners = dict(network.partners.accepted().values_list("organisation__slug", "pk"))
    packages = dict(network.work_packages.values_list("number", "pk"))
    lines = BudgetLine.objects.filter(network=network, partner__in=partners.values())
    rows = lines.values_list("partner", "work_package", "category", "activity", "amount")
    return Places(partners, packages, {(one, two, three, four): amount for one, two, three, four, amount in rows})


def token(amounts: Amounts) -> str:
    """Tells whether cells are still what they were."""
    return _digest("\n".join(f"{key} {amounts[key]:.2f}" for key in sorted(amounts)))


def plan_token(packages: Mapping[int, int]) -> str:
    """Tells whether numbers still mean the same work packages."""
    return _digest(str(sorted(packages.items())))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- Reading -------------------------------------------------------------------------------------------------------


def read_file(network: Network, file: IO[bytes], *, places: Places, writable: Collection[int]) -> Amounts:
    """All cells of the network as they would be: those of the file, and those that it does not touch.

    `writable`: partners whose cells the person may change. Raises `Unusable`.
    """
    about, rows = _sheets(file)
    _check_about(network, about, places)
    errors: list[str] = []
    found = _amounts(rows, places, errors)
    if errors:
        raise Unusable(errors)
    wanted: Amounts = {}
    for slug, partner in places.partners.items():
        own, now = {key: amount for key, amount in found.items() if key[0] == partner}, places.of(partner)
        seen = about.get(f"partner:{slug}", token({}))
        untouched = token(own) == seen
        if not untouched and own != now:
            errors += _refusal(slug, stale=seen != token(now), allowed=partner in writable)
        wanted |= now if untouched else own
    if errors:
        raise Unusable(errors)
    return wanted


def _refusal(slug: str, *, stale: bool, allowed: bool) -> list[str]:
    if not allowed:
        return [_("You can't change the amounts of %(partner)s now: leave its rows as they are.") % {"partner": slug}]
    if stale:
        words = _("The amounts of %(partner)s were changed here since this file was made. Download it again.")
        return [words % {"partner": slug}]
    return []


def _sheets(file: IO[bytes]) -> tuple[dict[str, str], list[tuple[int, Any]]]:
    """What the file says of itself, and its rows with their numbers, the headers first."""
    try:
        _check_size(file)
        book = load_workbook(file, read_only=True, keep_links=False)
        if CELLS not in book.sheetnames or FILE not in book.sheetnames:
            raise Unusable([_("This is not a file of a budget: download one, change it, and choose that.")])
        about = {
            str(row[0].value): str(row[1].value)
            for _number, row in _rows(book[FILE])
            if len(row) > 1 and row[0].value is not None
        }
        return about, list(_rows(book[CELLS]))
    except BROKEN:
        raise Unusable([_("This file is not a spreadsheet (XLSX), or it is damaged.")]) from None


def _check_size(file: IO[bytes]) -> None:
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    too_much = Unusable([_("This file holds more than a budget: at most 2 MB.")])
    if size > MOST_BYTES:
        raise too_much
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
            raise too_much
    file.seek(0)


def _rows(sheet: Any) -> Iterator[tuple[int, Any]]:
    """What the sheet says of its own size is not believed."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS), 1):
        if number > MOST_ROWS + 1:
            raise Unusable([_("A budget has at most %(most)s rows.") % {"most": MOST_ROWS}])
        yield number, row


def _check_about(network: Network, about: Mapping[str, str], places: Places) -> None:
    if about.get("network") != str(network.pk):
        raise Unusable([_("This file belongs to another network.")])
    if about.get("plan") != plan_token(places.packages):
        raise Unusable([_("The work packages were changed since this file was made. Download it again.")])


def _amounts(rows: list[tuple[int, Any]], places: Places, errors: list[str]) -> Amounts:
    headers = {str(cell.value).strip().lower(): at for at, cell in enumerate(rows[0][1])} if rows else {}
    missing = [name for name in COLUMNS if name not in headers]
    if missing:
        raise Unusable([_("The first row must name these columns: %(names)s.") % {"names": ", ".join(missing)}])
    found: Amounts = {}
    first: dict[Key, int] = {}
    for number, row in rows[1:]:
        cells = {name: row[headers[name]] if headers[name] < len(row) else None for name in COLUMNS}
        if all(cell is None or cell.value in (None, "") for cell in cells.values()):
            continue
        wrong: list[str] = []
        key, amount = _key(cells, places, wrong), _amount(cells["amount"], wrong)
        if key and key in first:
            wrong.append(_("the same cell stands in row %(row)s") % {"row": first[key]})
        errors += [_("Row %(row)s: %(error)s.") % {"row": number, "error": each} for each in wrong]
        if key:
            first.setdefault(key, number)
            if amount:
                found[key] = amount
    return found


def _key(cells: Mapping[str, Any], places: Places, wrong: list[str]) -> Key | None:
    text = {name: str(cells[name].value).strip() if cells[name] else "" for name in COLUMNS}
    partner = places.partners.get(text["partner"])
    package = places.packages.get(int(text["work_package"])) if text["work_package"].isdecimal() else None
    known = {
        "partner": partner is not None,
        "work_package": package is not None,
        "category": text["category"] in CostCategory.values,
        "research_type": text["research_type"] in Activity.values,
    }
    for name, is_known in known.items():
        if not is_known:
            wrong.append(_("%(column)s “%(value)s” is not known") % {"column": name, "value": text[name][:60]})
    if partner is None or package is None or not all(known.values()):
        return None
    return partner, package, text["category"], text["research_type"]


def _amount(cell: Any, wrong: list[str]) -> Decimal | None:
    """None where there is none, or a wrong one."""
    value = cell.value if cell is not None else None
    if value is None or value == "":
        return None
    if cell.data_type == "f":
        wrong.append(_("the amount is a formula: put its value there"))
    elif isinstance(value, bool) or not isinstance(value, int | float):
        wrong.append(_("the amount “%(value)s” is not a number") % {"value": str(value)[:40]})
    else:
        amount = Decimal(str(value))
        if not amount.is_finite() or amount >= HIGHEST:
            wrong.append(_("the amount is too high"))
        elif amount < 0:
            wrong.append(_("the amount is below 0"))
        elif amount != round(amount, 2):
            wrong.append(_("the amount %(value)s has more than two decimals") % {"value": value})
        else:
            return round(amount, 2)
    return None


# --- Taking over ---------------------------------------------------------------------------------------------------


def changes(current: Amounts, wanted: Amounts) -> dict[Key, tuple[Decimal | None, Decimal | None]]:
    """Cells that differ: what they are, and what they would be; None is no cell."""
    keys = sorted({*current, *wanted})
    both = {key: (current.get(key), wanted.get(key)) for key in keys}
    return {key: pair for key, pair in both.items() if pair[0] != pair[1]}


@transaction.atomic
def apply_amounts(network: Network, wanted: Amounts, *, seen: str, writable: Collection[int], actor: User) -> int:
    """Make `wanted` the cells of the network; returns how many differ. `seen` is the token of all cells before.

    Raises `DomainError` when they were changed meanwhile, or where a partner's cells can't be changed now.
    """
    partners = sorted({key[0] for key in changes(places_of(network).current, wanted)})
    if not partners:
        return 0
    with changing(network, *map(budget_key, partners), actor=actor) as locked:
        places = places_of(locked)
        if token(places.current) != seen:
            raise DomainError(_("The budget was changed meanwhile: nothing was taken over. Choose the file again."))
        differing = changes(places.current, wanted)
        if not {key[0] for key in differing} <= {*partners} & {*writable}:
            raise DomainError(_("You can't change the amounts of one of these partners any more."))
        _write(locked, differing)
        note(locked, "budget_imported", actor=actor)
    return len(differing)


def _write(network: Network, differing: Mapping[Key, tuple[Decimal | None, Decimal | None]]) -> None:
    """In three statements."""
    rows = BudgetLine.objects.filter(network=network, partner__in={key[0] for key in differing})
    there = {(row.partner_id, row.work_package_id, row.category, row.activity): row for row in rows}
    gone = [there[key].pk for key, (_old, new) in differing.items() if new is None]
    BudgetLine.objects.filter(pk__in=gone).delete()
    changed = []
    for key, (old, new) in differing.items():
        if old is not None and new is not None:
            there[key].amount = new
            changed.append(there[key])
    BudgetLine.objects.bulk_update(changed, ["amount"])
    BudgetLine.objects.bulk_create(
        BudgetLine(
            network=network,
            partner_id=key[0],
            work_package_id=key[1],
            category=key[2],
            activity=key[3],
            amount=new,
        )
        for key, (old, new) in differing.items()
        if old is None and new is not None
    )
