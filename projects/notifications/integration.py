"""What people are told about integration rounds. Templates: `templates/projects/emails/<name>.*`."""

from __future__ import annotations

from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, path_of
from projects.models import IntegrationRound
from projects.notifications.recipients import facilitators_of, members_of, regional_staff_of
from projects.notifications.sending import lead_of
from projects.section_titles import titles_of


def _load(about: str) -> Content:
    asked = IntegrationRound.objects.select_related("submission__network__call").get(pk=about)
    network = asked.submission.network
    context = {
        "round": asked,
        "submission": asked.submission,
        "network": network,
        "call": network.call,
        "lead": lead_of(network),
        "sections": list(titles_of(network, asked.sections).values()),
    }
    return Content(path=path_of("projects:sending", network.pk), context=context)


INTEGRATION_ASKED = Message("projects/integration_asked", load=_load)
INTEGRATION_ANSWERED = Message("projects/integration_answered", load=_load)
INTEGRATION_CLOSED = Message("projects/integration_closed", load=_load)


def integration_asked(asked: IntegrationRound) -> None:
    """To all members and the facilitators."""
    network = asked.submission.network
    _tell(INTEGRATION_ASKED, asked, [*members_of(network), *facilitators_of(network)])


def integration_answered(asked: IntegrationRound) -> None:
    """To all members and the Region's staff."""
    network = asked.submission.network
    _tell(INTEGRATION_ANSWERED, asked, [*members_of(network), *regional_staff_of(network)])


def integration_closed(asked: IntegrationRound) -> None:
    """To all members and the Region's staff."""
    network = asked.submission.network
    _tell(INTEGRATION_CLOSED, asked, [*members_of(network), *regional_staff_of(network)])


def _tell(message: Message, asked: IntegrationRound, people: list[User]) -> None:
    announce(message, about=asked.pk, key=str(asked.pk), users=people)
