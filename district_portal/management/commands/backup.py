"""`manage.py backup`: database and files into one folder, with checksums."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from district_portal import embedded
from district_portal.management.backups import BackupError, make_backup


class Command(BaseCommand):
    help = "Write database and files into a new folder, with checksums. The portal may go on running."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, help="the folder that holds the backups (default: backups in VAR_DIR)")

    def handle(self, *, to: Path | None, **options: object) -> None:
        try:
            folder = make_backup((to or embedded.var_dir() / "backups").absolute())
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(folder))
