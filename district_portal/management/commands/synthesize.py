"""`manage.py synthesize --organisations N --calls N --networks N --registrations N --seed S`: data at any scale."""

import time
from argparse import ArgumentParser, ArgumentTypeError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations

from district_portal.management.synthesis import Wanted, synthesize


def _amount(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a whole number of 0 or more.")
    return int(text)


class Command(BaseCommand):
    help = "Add made-up but valid data at any scale. Only with DEMO=1 or DEBUG=1: it must not stand among real records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in Wanted._fields:
            parser.add_argument(f"--{name}", type=_amount, default=0, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same data")

    @no_translations
    def handle(self, *, seed: int, **options: int) -> None:
        if not settings.RELAXED:
            raise CommandError("Synthetic data must not stand among real records: set DEMO=1 or DEBUG=1.")
        wanted = Wanted(*(options[name] for name in Wanted._fields))
        if not any(wanted):
            raise CommandError("Say how many, for example: manage.py synthesize --organisations 1000 --calls 50")
        start = time.monotonic()
        try:
            counts = synthesize(wanted, seed)
        except ValueError as error:
            raise CommandError(str(error)) from error
        for model, count in counts.items():
            self.stdout.write(f"{count:>10,} {model._meta.verbose_name_plural}")
        seconds = time.monotonic() - start
        self.stdout.write(f"{sum(counts.values()):>10,} rows in {seconds:.1f} s, seed {seed}.")
