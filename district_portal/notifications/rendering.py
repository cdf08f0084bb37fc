"""From an outbox row to words: the same templates make the mail (text and HTML) and the inbox message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from district_portal.notifications.models import AccountMail, OutboxRow
from district_portal.notifications.outbox import MESSAGES, Content, Guest, NoLongerTrue

ACCOUNT_MAIL = "account_mail"
MAIL_TEXT, MAIL_HTML, INBOX_TEXT = (f"notifications/emails/{name}" for name in ("frame.txt", "frame.html", "inbox.txt"))


@dataclass
class Renderer:
    """Renders rows of one batch; a subject that several people read about is loaded once per language."""

    _contents: dict[tuple[str, str, str], Content] = field(default_factory=dict)

    def mail(self, row: OutboxRow) -> EmailMultiAlternatives:
        """The mail of a row. Raises `ObjectDoesNotExist` when its subject is gone, `NoLongerTrue` when it is over."""
        if row.message == ACCOUNT_MAIL:
            return self._account_mail(row)
        reader = self._reader(row)
        content = self._content(row, reader.language)
        with translation.override(reader.language):
            context = self._context(content, reader)
            template = MESSAGES[row.message].template
            context["subject"] = self._subject(template, context)
            mail = self._envelope(row, context["subject"], self._text(template, context, MAIL_TEXT))
            mail.extra_headers |= content.headers
            mail.attach_alternative(render_to_string(f"{template}.html", context | {"frame": MAIL_HTML}), "text/html")
        mail.to = [reader.email]
        for attachment in content.attachments:
            mail.attach(attachment.name, attachment.content, attachment.media_type)
        return mail

    def inbox(self, row: OutboxRow) -> dict[str, str]:
        """Fields of the row's `InboxItem`, in both languages."""
        reader, fields = self._reader(row), {}
        template = MESSAGES[row.message].template
        for language in ("it", "en"):
            content = self._content(row, language)
            with translation.override(language):
                context = self._context(content, reader)
                fields[f"title_{language}"] = self._subject(template, context)
                fields[f"text_{language}"] = self._text(template, context, INBOX_TEXT).strip()
            fields["path"] = content.path
        return fields

    def _content(self, row: OutboxRow, language: str) -> Content:
        key = (row.message, row.about, language)
        if key not in self._contents:
            with translation.override(language):
                self._contents[key] = MESSAGES[row.message].load(row.about)
        return self._contents[key]

    def _reader(self, row: OutboxRow) -> Guest:
        if row.user is not None:
            if not row.user.is_active:
                raise NoLongerTrue("the account is closed")
            return Guest(str(row.user), row.user.email, row.user.language)
        guest = self._content(row, settings.LANGUAGE_CODE).guest
        if guest is None:
            raise LookupError(f"message {row.message} has neither a person nor a guest")
        return guest

    def _context(self, content: Content, reader: Guest) -> dict[str, Any]:
        return {
            **content.context,
            "reader": reader.name,
            "link": f"{settings.PORTAL_URL}/{translation.get_language()}{content.path}",
            "portal_name": settings.PORTAL_NAME,
            "portal_url": settings.PORTAL_URL,
            "institution": settings.INSTITUTION_NAME,
        }

    def _subject(self, template: str, context: dict[str, Any]) -> str:
        return " ".join(render_to_string(f"{template}.subject.txt", context, using="text").split())

    def _text(self, template: str, context: dict[str, Any], frame: str) -> str:
        return render_to_string(f"{template}.txt", context | {"frame": frame}, using="text")

    def _envelope(self, row: OutboxRow, subject: str, text: str) -> EmailMultiAlternatives:
        host = urlsplit(settings.PORTAL_URL).hostname
        headers = {"Message-ID": f"<outbox-{row.pk}@{host}>", "Auto-Submitted": "auto-generated"}
        return EmailMultiAlternatives(subject, text, headers=headers)

    def _account_mail(self, row: OutboxRow) -> EmailMultiAlternatives:
        stored = AccountMail.objects.get(pk=row.about)
        mail = self._envelope(row, stored.subject, stored.text)
        mail.to = [stored.to]
        if stored.html:
            mail.attach_alternative(stored.html, "text/html")
        return mail
