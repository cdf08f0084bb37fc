"""The second factor: who needs one, how its secrets are kept, and what its form asks."""

from __future__ import annotations

import base64

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User


def needs_second_factor(user: User) -> bool:
    """Whether the person decides or manages: holds an appointment today, or is an administrator."""
    return settings.MFA_REQUIRED and (user.is_staff or user.is_superuser or bool(user.current_appointments))


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with a second factor, or its person has enrolled one in it.

    Enrolling ends the person's other sessions (`accounts/apps.py`), so an older one does not profit from it.
    """
    if any(record["method"] == "mfa" for record in get_authentication_records(request, request.user)):
        return True
    return is_mfa_enabled(request.user, [Authenticator.Type.TOTP])


def _fernet() -> MultiFernet:
    """The newest key encrypts, all decrypt. Derived from the secret keys, so that there is no other secret to lose."""

    def derived(secret: str) -> Fernet:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"district-portal second factor").derive(
            secret.encode()
        )
        return Fernet(base64.urlsafe_b64encode(key))

    return MultiFernet([derived(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Your role needs a second factor. You can replace it, but not go without."),
        "incorrect_code": _("This code is not right, or was used already. Enter the one that is shown now."),
        "unverified_email": _("Confirm your email addresses first, or remove those that you do not use."),
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not needs_second_factor(authenticator.user)


class EnrolForm(ActivateTOTPForm):
    """The code that enrols an app is used up by it: it opens no session afterwards."""

    def clean_code(self) -> str:
        code = super().clean_code()
        TOTP(Authenticator(user=self.user))._mark_code_used(code)
        return code


def reencrypt() -> int:
    """Encrypt all secrets with the newest key; after that an older secret key can go. Returns how many rows changed."""
    changed = 0
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).iterator():
        name = "secret" if row.type == Authenticator.Type.TOTP else "seed"
        row.data[name] = _fernet().rotate(row.data[name].encode()).decode()
        row.save(update_fields=["data"])
        changed += 1
    return changed
