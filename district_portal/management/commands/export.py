"""A report without the web: same filters, same writers, everything that there is."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from district_portal.reports import registry
from district_portal.reports.builder import write_file
from district_portal.reports.cells import ITALIAN
from district_portal.reports.models import Format
from district_portal.reports.writers.source import Progress, snapshot


class Command(BaseCommand):
    help = "Write a report to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        reports = parser.add_subparsers(dest="report", required=True, metavar="report")
        for report in registry.all_reports():
            one = reports.add_parser(report.name, help=str(report.title))
            one.add_argument("--format", choices=Format.values, default=Format.CSV.value)
            one.add_argument("--out", required=True, type=Path, metavar="FILE")
            one.add_argument("--dialect", choices=[ITALIAN.name], default="", help="of CSV: for Italian spreadsheets")
            one.add_argument("--language", choices=["it", "en"], default="it", help="of names")
            for name, field in report.form.base_fields.items():
                one.add_argument(f"--{name}", help=str(field.label))

    def handle(self, *args: Any, **options: Any) -> None:
        report = registry.find(options["report"])
        with override(options["language"]):
            form = report.form({name: options[name] or "" for name in report.form.base_fields}, user=None)
            if not form.is_valid():
                raise CommandError("; ".join(f"{name}: {' '.join(errors)}" for name, errors in form.errors.items()))
            rows = self._write(report, form, options)
        self.stdout.write(f"{rows} rows in {options['out']}")

    def _write(self, report: registry.Report, form: registry.FilterForm, options: dict[str, Any]) -> int:
        """Write beside the target first: a file of that name is always whole."""
        out: Path = options["out"]
        half = out.with_name(f".{out.name}.{os.getpid()}")
        progress = Progress()
        try:
            with snapshot() as own:
                write_file(
                    report,
                    report.queryset(form),
                    format=options["format"],
                    dialect=options["dialect"],
                    path=half,
                    own=own,
                    progress=progress,
                )
            os.replace(half, out)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror or error}") from error
        finally:
            half.unlink(missing_ok=True)
        return progress.rows
