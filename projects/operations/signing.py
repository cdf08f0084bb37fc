"""Sign-offs: a partner's delegate agrees to exactly what is going to be sent."""

from __future__ import annotations

from django.utils import timezone

from district_portal.accounts.models import User
from projects.content import digest, snapshot
from projects.models import Network, SignOff


def void_sign_offs(network: Network, *, section: str, actor: User | None) -> list[SignOff]:
    """Void the standing sign-offs of a locked network that are about something else than what it says now."""
    standing = list(network.sign_offs.standing().select_related("partner", "signed_by"))
    if not standing:
        return []
    now = digest(snapshot(network))
    stale = [each for each in standing if each.digest != now]
    for each in stale:
        each.voided_at, each.voided_by, each.voided_by_section = timezone.now(), actor, section
    SignOff.objects.bulk_update(stale, ["voided_at", "voided_by", "voided_by_section"])
    return stale
