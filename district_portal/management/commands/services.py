"""`manage.py services start|stop|status`: the embedded PostgreSQL and Valkey."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from district_portal import embedded


class Command(BaseCommand):
    help = "Start, stop or show the embedded database and message broker."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status"])

    def handle(self, *, action: str, **options: object) -> None:
        try:
            if action == "start":
                embedded.start()
                embedded.keep(True)
            elif action == "stop":
                embedded.keep(False)
                embedded.stop()
            servers = embedded.status()
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        for server in servers:
            self.stdout.write(f"{server.name}: {'running' if server.running else 'stopped'}, {server.address}")
        if not servers:
            self.stdout.write("DATABASE_URL and REDIS_URL are set: no embedded server is needed.")
        if action == "status" and not all(server.running for server in servers):
            raise CommandError("Not all servers run: start them with `manage.py services start`.", returncode=3)
