"""`manage.py load_reference`: municipalities, ATECO 2025, competences, the 16 districts and the themes of calls."""

from django.core.management.base import BaseCommand

from district_portal.management import reference


class Command(BaseCommand):
    help = "Load the reference data of the folder reference/. Running it again changes only what has changed there."

    def handle(self, **options: object) -> None:
        written = reference.load()
        self.stdout.write("Reference data: " + ", ".join(f"{rows} {name}" for name, rows in written.items()) + " written.")
