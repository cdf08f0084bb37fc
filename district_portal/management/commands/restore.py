"""`manage.py restore FOLDER`: what `manage.py backup` wrote, checked first."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from district_portal.management.backups import BackupError, is_empty, restore_backup, verify_backup


class Command(BaseCommand):
    help = "Replace database and files by those of a backup. Stop web, workers and beat before."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument("--force", action="store_true", help="also replace a database or files that are not empty")

    def handle(self, *, folder: Path, force: bool, **options: object) -> None:
        try:
            manifest = verify_backup(folder.absolute())
            if not force and not is_empty():
                raise CommandError("There are tables or files already; --force replaces them by those of the backup.")
            restore_backup(folder.absolute(), manifest)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored: the portal of {manifest['made_at']}, {len(manifest['files']) - 1} files. Now run migrate."
        )
