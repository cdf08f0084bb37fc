"""`manage.py verify_receipts`: recompute the whole chain of submissions."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.models import Submission
from projects.operations.verification import chain_breaks


class Command(BaseCommand):
    help = "Recompute the chain of all submissions; ends with an error where a link is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--files", action="store_true", help="read every attachment that was sent, too")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for each in chain_breaks(files=options["files"]):
            broken += 1
            self.stderr.write(str(each))
        if broken:
            raise CommandError(f"{broken} broken links.")
        self.stdout.write(f"{Submission.objects.count()} submissions, the chain is intact.")
