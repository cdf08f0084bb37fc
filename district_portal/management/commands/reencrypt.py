"""`manage.py reencrypt`: the secrets of second factors, encrypted again with the newest secret key."""

from django.core.management.base import BaseCommand

from district_portal.accounts.second_factor import reencrypt


class Command(BaseCommand):
    help = "Encrypt the secrets of second factors with SECRET_KEY. Run it before a key leaves SECRET_KEY_FALLBACKS."

    def handle(self, **options: object) -> None:
        self.stdout.write(f"{reencrypt()} secrets are encrypted with the newest key.")
