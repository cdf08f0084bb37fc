"""`manage.py load_demo`: accounts with a public password, the programme's facts, and a made-up present around them."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from calls.models import Theme
from district_portal.management import demo
from enterprises.models import Municipality


class Command(BaseCommand):
    help = "Load the demonstration data, once. Only with DEMO=1 or DEBUG=1: its accounts have a public password."

    def handle(self, **options: object) -> None:
        if not settings.RELAXED:
            raise CommandError(
                "The demonstration data has a public password: it is loaded with DEMO=1 or DEBUG=1 only."
            )
        if not (Municipality.objects.exists() and Theme.objects.exists()):
            raise CommandError("Load the reference data first: manage.py load_reference")
        made = demo.load()
        self.stdout.write("Demonstration data loaded." if made else "The demonstration data is there already.")
