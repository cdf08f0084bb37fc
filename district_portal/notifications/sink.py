"""The mail sink: a backend that keeps mails in the database for staff to read at /status/mail/, and sends nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from django.core.mail import EmailAttachment, EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from district_portal.notifications.models import SinkMail


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            SinkMail.objects.create(
                message_id=mail.extra_headers.get("Message-ID", ""),
                sender=mail.from_email,
                to=", ".join(mail.recipients()),
                subject=str(mail.subject),
                text=str(mail.body),
                html=next(
                    (part.content for part in getattr(mail, "alternatives", []) if part.mimetype == "text/html"), ""
                ),
                attachments=[_stored(attachment) for attachment in mail.attachments],
            )
        return len(email_messages)

    def was_sent(self, message_id: str) -> bool:
        """The look-up that makes a crash between sending and noting harmless."""
        return SinkMail.objects.filter(message_id=message_id).exists()


def _stored(attachment: EmailAttachment) -> dict[str, str]:
    name, content, media_type = attachment
    data = content if isinstance(content, bytes) else str(content).encode()
    return {
        "name": name or "",
        "type": media_type or "application/octet-stream",
        "base64": base64.b64encode(data).decode(),
    }
