"""`manage.py load_reference`: municipalities, ATECO 2025, competences, the 16 districts and the themes of calls."""

from django.core.management.base import BaseCommand

from district_portal.management import reference


class Command(BaseCommand):
    help = "Load the reference data of the folder reference/. Running it again changes only what has changed there."

    def handle(self, **options: object) -> None:
        written = reference.load()
        rows = ", ".join(f"{count} {name}" for name, count in written.items())
        self.stdout.write(f"Reference data: {rows} written.")
