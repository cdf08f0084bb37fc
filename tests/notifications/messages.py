"""A message of the tests' own: "greeting" greets whoever reads it, about a person; about "over" it is over."""

from django.conf import settings

from district_portal.accounts.models import User
from district_portal.notifications.outbox import Attachment, Content, Guest, Message, NoLongerTrue


def _load(about: str) -> Content:
    if about == "over":
        raise NoLongerTrue("nobody waits for it")
    user = User.objects.get(pk=about)
    return Content(
        path=f"/greetings/{user.pk}/",
        context={"name": user.family_name},
        guest=Guest("Giulia", "giulia@guest.example", settings.LANGUAGES[1][0]),
        attachments=[Attachment("hello.txt", b"hello", "text/plain")],
        headers={"List-Unsubscribe": "<https://portal.example/off/>"},
    )


GREETING = Message("tests/greeting", load=_load)
