"""XLSX: rows from a server-side cursor through xlsxwriter in constant memory, every cell of an explicit type."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from district_portal.reports.registry import Kind, ReportColumn
from district_portal.reports.writers.source import Ended, Progress, Source

ROWS_PER_SHEET = 1_048_576  # the format's limit, the row of names included
TEXT_MAX = 32_767  # the format's limit for a cell
BATCH = 2000


def write_xlsx(
    source: Source,
    columns: Sequence[ReportColumn],
    path: Path,
    progress: Progress,
    rows_per_sheet: int = ROWS_PER_SHEET,
) -> None:
    """One sheet, or several where there are more rows than a sheet holds. What is unknown is an empty cell."""
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        # Texts stay texts: nothing becomes a formula, a link or a number by how it looks.
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with path.open("wb") as file:
        target = _Target(file)
        workbook = xlsxwriter.Workbook(target, options)
        workbook.use_zip64()
        try:
            _write_sheets(source, columns, workbook, progress, rows_per_sheet)
            # Packing takes long for a long report, and needs the snapshot no more.
            source.own.connection.rollback()
            workbook.close()
        except BaseException:
            target.abandoned = True
            _close_rows(workbook)
            raise
    if progress.ended:
        raise Ended


class _Target:
    """The file that the workbook is packed into. Once abandoned it swallows what the packer's end still writes."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.abandoned = file, False

    def write(self, data: bytes) -> int:
        return len(data) if self.abandoned else self.file.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0 if self.abandoned else self.file.seek(offset, whence)

    def tell(self) -> int:
        return 0 if self.abandoned else self.file.tell()

    def flush(self) -> None:
        if not self.abandoned:
            self.file.flush()


def _close_rows(workbook: xlsxwriter.Workbook) -> None:
    """The library leaves its files of rows open when it fails."""
    for sheet in workbook.worksheets():
        with suppress(OSError):
            sheet._opt_close()


def _write_sheets(
    source: Source,
    columns: Sequence[ReportColumn],
    workbook: xlsxwriter.Workbook,
    progress: Progress,
    rows_per_sheet: int,
) -> None:
    writers = _writers(workbook, columns)
    with source.own.connection.cursor(name="report") as cursor:
        cursor.itersize = BATCH
        cursor.execute(source.sql)
        rows = iter(cursor)
        while True:
            sheet = _new_sheet(workbook, columns)
            written = _write_rows(sheet, islice(rows, rows_per_sheet - 1), writers, progress)
            if written < rows_per_sheet - 1:
                break


def _new_sheet(workbook: xlsxwriter.Workbook, columns: Sequence[ReportColumn]) -> Worksheet:
    sheet = workbook.add_worksheet()
    sheet.freeze_panes(1, 0)
    bold = workbook.add_format({"bold": True})
    for index, column in enumerate(columns):
        sheet.set_column(index, index, 14 if column.kind is not Kind.TEXT else 22)
        sheet.write_string(0, index, column.name, bold)
    return sheet


def _writers(workbook: xlsxwriter.Workbook, columns: Sequence[ReportColumn]) -> list[tuple[Any, Any]]:
    """For each column, how a value is written, and its format."""
    money, day = workbook.add_format({"num_format": "#,##0.00"}), workbook.add_format({"num_format": "yyyy-mm-dd"})
    by_kind = {
        Kind.TEXT: (lambda sheet, *cell: sheet.write_string(*cell), None),
        Kind.MONEY: (lambda sheet, *cell: sheet.write_number(*cell), money),
        Kind.DATE: (lambda sheet, *cell: sheet.write_datetime(*cell), day),
    }
    return [by_kind[column.kind] for column in columns]


def _write_rows(sheet: Worksheet, rows: Any, writers: list[tuple[Any, Any]], progress: Progress) -> int:
    written = 0
    for row in rows:
        written += 1
        for index, (value, (write, style)) in enumerate(zip(row, writers, strict=True)):
            if value is None or value == "":
                continue
            write(sheet, written, index, value[:TEXT_MAX] if isinstance(value, str) else value, style)
        progress.rows += 1
        if progress.ended:
            raise Ended
    return written
