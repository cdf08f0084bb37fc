"""What waits for a person about organisations: invitations to answer, a profile that lacks something useful."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from enterprises.models import Competence, MembershipInvitation, Organisation, OrganisationKind, SizeDeclaration


def invitations(user: User, now: datetime) -> Iterator[DeskTask]:
    """To the person's confirmed addresses. (The desk page itself leads people without organisation to a new one.)"""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values(address=Lower("email"))
    waiting = MembershipInvitation.objects.waiting_at(now).annotate(address=Lower("email"))
    for invitation in waiting.filter(address__in=addresses).select_related("organisation").order_by("created_at"):
        yield DeskTask(
            title=_("Answer the invitation of %(organisation)s") % {"organisation": invitation.organisation},
            context=_("Your role would be: %(role)s.") % {"role": invitation.get_role_display()},
            icon="it-user",
            action=_("See the invitation"),
            url=reverse("enterprises:invitation", args=[invitation.token]),
            due=invitation.expires_at,
            created=invitation.created_at,
        )


def profiles_to_complete(user: User, now: datetime) -> Iterator[DeskTask]:
    """For owners and editors: what partners and facilitators look for first, and do not find."""
    offers = Competence.objects.offers().filter(organisation=OuterRef("pk"))
    sizes = SizeDeclaration.objects.filter(organisation=OuterRef("pk"))
    own = Organisation.objects.acted_for_by(user).annotate(has_offers=Exists(offers), has_size=Exists(sizes))
    for organisation in own.order_by("name", "pk"):
        missing = _missing(organisation)
        if missing:
            only_offers = organisation.has_offers is False and len(missing) == 1
            page = "enterprises:competences" if only_offers else "enterprises:edit"
            yield DeskTask(
                title=_("Complete the profile of %(organisation)s") % {"organisation": organisation},
                context=_("Still missing: %(things)s.") % {"things": ", ".join(missing)},
                icon="it-pencil",
                action=_("Complete it"),
                url=reverse(page, args=[organisation.slug]),
                created=organisation.created_at,
            )


def _missing(organisation: Organisation) -> list[str]:
    """What partners and facilitators look for first, and do not find."""
    is_enterprise = organisation.kind == OrganisationKind.ENTERPRISE
    checks = [
        (organisation.description_it or organisation.description_en, _("a description")),
        (organisation.has_offers, _("what you offer")),
        (organisation.municipality_id, _("the municipality")),
        (organisation.district_id, _("the district")),
        (organisation.ateco_id or not is_enterprise, _("the activity")),
        (organisation.has_size or not is_enterprise, _("the size")),
    ]
    return [words for known, words in checks if not known]
