from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest


class AccountsConfig(AppConfig):
    name = "district_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        authenticator_added.connect(end_other_sessions)


def end_other_sessions(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """A new second factor: whoever was signed in elsewhere by password alone is signed out."""
    from allauth.usersessions.models import UserSession

    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    for session in others:
        session.end()
