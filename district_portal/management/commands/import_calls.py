"""A catalogue of calls without the web: checked, and with `--apply` taken over."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from calls.catalogue.checking import Catalogue, check_catalogue
from calls.catalogue.reading import Unreadable
from calls.catalogue.work import apply_at_once
from calls.models import Programme
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError


class Command(BaseCommand):
    help = "Check a file of calls (CSV or JSON); with --apply take it over: all rows, or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--programme", required=True, metavar="SLUG", help="whose calls they are")
        parser.add_argument("--apply", action="store_true", help="without it nothing is written")
        parser.add_argument("--actor", metavar="EMAIL", help="with --apply: the person in whose name calls change")
        parser.add_argument("--note", default="", help="with --apply: what changed and why, as everyone reads it")
        parser.add_argument("--language", choices=["it", "en"], default="en", help="of the report")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = Programme.objects.filter(slug=options["programme"]).first()
        if programme is None:
            raise CommandError(f"there is no programme {options['programme']}")
        with override(options["language"]):
            try:
                content = options["file"].read_bytes()
                catalogue = self._take_over(programme, content, options)
            except OSError as error:
                raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from error
            except (Unreadable, DomainError) as error:
                raise CommandError(error.message) from error
            self._tell(catalogue, applied=options["apply"])

    def _take_over(self, programme: Programme, content: bytes, options: dict[str, Any]) -> Catalogue:
        if not options["apply"]:
            return check_catalogue(programme, content)
        actor = User.objects.filter(email=options["actor"], is_active=True).first()
        if actor is None:
            raise CommandError("--apply needs --actor, the email address of an active account")
        if not options["note"].strip():
            raise CommandError("--apply needs --note: what changed and why, as everyone reads it")
        return apply_at_once(programme, content, actor=actor, note=options["note"])

    def _tell(self, catalogue: Catalogue, *, applied: bool) -> None:
        for row in catalogue.rows:
            fields = f" ({', '.join(row.plan.changed)})" if row.plan and row.plan.changed else ""
            self.stdout.write(f"line {row.line}: {row.external_id or '-'}: {row.outcome}{fields}")
            for field, words in row.problems:
                self.stdout.write(f"  {field or 'row'}: {words}")
        counts = catalogue.report()["counts"]
        self.stdout.write(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
        if counts["error"]:
            raise CommandError("nothing was written: correct the rows with errors")
        self.stdout.write("applied" if applied else "nothing was written: add --apply")
