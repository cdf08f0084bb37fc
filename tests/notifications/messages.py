"""A message of the tests' own: "greeting" greets whoever reads it, about a person."""

from django.conf import settings

from district_portal.accounts.models import User
from district_portal.notifications.outbox import Attachment, Content, Guest, Message


def _load(about: str) -> Content:
    user = User.objects.get(pk=about)
    return Content(
        path=f"/greetings/{user.pk}/",
        context={"name": user.family_name},
        guest=Guest("Giulia", "giulia@guest.example", settings.LANGUAGES[1][0]),
        attachments=[Attachment("hello.txt", b"hello", "text/plain")],
    )


GREETING = Message("tests/greeting", load=_load)
