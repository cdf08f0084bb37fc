"""Mails of the sign-in pages go through the outbox too: no request talks to the mail server."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.template.loader import render_to_string

from district_portal.notifications.models import AccountMail, Channel, OutboxRow
from district_portal.notifications.rendering import ACCOUNT_MAIL
from district_portal.shared.errors import current_request_id


class AccountAdapter(DefaultAccountAdapter):
    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not of somebody who has just signed in: enrolling a second factor is the first thing that staff do."""
        request = allauth_context.request
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        recent = any(record["at"] > since for record in get_authentication_records(request, request.user))
        return super().is_reauthentication_required(app=app) and not recent

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Store the mail and an outbox row for it; the worker sends it and removes its text."""
        request = allauth_context.request
        about = {
            "request": request,
            "email": email,
            "current_site": get_current_site(request),
            "portal_url": settings.PORTAL_URL,
            "reader": str(context.get("user") or email),
        } | context
        about["subject"] = render_to_string(f"{template_prefix}_subject.txt", about).strip()
        mail = self.render_mail(template_prefix, email, about)
        html = next((part.content for part in getattr(mail, "alternatives", []) if part.mimetype == "text/html"), "")
        with transaction.atomic():
            stored = AccountMail.objects.create(to=email, subject=mail.subject, text=mail.body, html=html)
            OutboxRow.objects.create(
                key=f"{ACCOUNT_MAIL}:{stored.pk}",
                message=ACCOUNT_MAIL,
                channel=Channel.MAIL,
                about=str(stored.pk),
                request_id=current_request_id(),
            )
