"""How the demonstration's calls came about: families, the two tiers of the real programme, journals, and two drafts on
which the second pair of eyes can be tried: one waits for it, one came back."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile

from calls.models import (
    Approval,
    Call,
    CallDecision,
    CallDocument,
    CallFamily,
    CallMilestone,
    Programme,
    SelectedActuator,
    Theme,
    Tier,
)
from calls.operations.versions import digest, snapshot
from calls.states import ApprovalState, CallState
from district_portal.accounts.models import District, User
from district_portal.management.demo.call_texts import EARLIER, EARLIEST, MAIN
from district_portal.management.demo.calls import PROGRAMME, give_rules
from district_portal.management.demo.dates import at, days, on_or_after
from district_portal.management.demo.files import pdf
from enterprises.models import Organisation

FRIDAY = 4
RECYCLED = "plastica-medicale-recuperata"
WAY = [CallState.DRAFT, CallState.PUBLISHED, CallState.IN_ASSESSMENT, CallState.RANKED, CallState.CONCLUDED]


def make(users: dict[str, User], current: dict[str, Call], moment: datetime) -> None:
    _families(current)
    _two_tiers()
    for call in current.values():
        _journal(call, users, moment)
    _waiting_draft(users, moment)
    _returned_draft(current["boats"], users, moment)


def _families(current: dict[str, Call]) -> None:
    words = {"name_it": PROGRAMME["name_it"], "name_en": PROGRAMME["name_en"]}
    family = CallFamily.objects.create(programme=current[MAIN].programme, **words)
    Call.objects.filter(pk__in=[current[key].pk for key in (MAIN, EARLIER, EARLIEST)]).update(family=family)
    real = Programme.objects.get(slug="distretti-tecnologici")
    family = CallFamily.objects.create(programme=real, name_it=real.name_it, name_en=real.name_en)
    Call.objects.filter(programme=real).update(family=family)


def _two_tiers() -> None:
    """Of the real second call it is known that Democenter was the biomedical district's actuator, with EUR 800,000 and
    six networks to select. When its call for networks opened and closed is not known."""
    first = Call.objects.get(slug="dai-distretti-produttivi-ai-distretti-tecnologici-2")
    Call.objects.filter(pk=first.pk).update(tier=Tier.ACTUATORS)
    district = District.objects.get(slug="biomedicale")
    democenter = Organisation.objects.get(slug="democenter")
    budget = Decimal(800_000)
    SelectedActuator.objects.create(call=first, organisation=democenter, district=district, budget=budget)
    second = Call.objects.create(
        programme=first.programme,
        slug=f"{first.slug}-biomedicale",
        tier=Tier.NETWORKS,
        first_tier=first,
        actuator=democenter,
        title_it=f"{first.title_it}: {district.name_it}",
        title_en=f"{first.title_en}: {district.name_en}",
        state=CallState.CONCLUDED,
        summary_it="Reti di imprese del distretto biomedicale e protesico, selezionate da Democenter.",
        summary_en="Networks of enterprises of the biomedical and prosthetic district, selected by Democenter.",
        body_it="Secondo dei due livelli del bando: il soggetto attuatore seleziona 6 reti del proprio distretto.",
        body_en="Second of the call's two tiers: the actuator selects 6 networks of its district.",
        budget=budget,
    )
    second.districts.set([district])


def _journal(call: Call, users: dict[str, User], moment: datetime) -> None:
    """Each made-up call was approved by a second person; what followed was decided after its deadline."""
    if call.state == CallState.PLANNED:
        steps = [(CallState.PLANNED, call.created_at + days(5))]
    else:
        reached = WAY[1 : WAY.index(CallState(call.state)) + 1]
        later = [call.closes_at + days(count) for count in (3, 80, 600)] if call.closes_at else []
        steps = list(zip(reached, [call.created_at + days(5), *later], strict=False))
    before = CallState.DRAFT
    for target, wanted in steps:
        when = min(wanted, moment - timedelta(hours=1))
        if before == CallState.DRAFT:
            Approval.objects.create(
                call=call, target=target, digest=digest(snapshot(call)), state=ApprovalState.APPROVED,
                asked_by=users["region"], asked_at=when - days(2), answered_by=users["region2"], answered_at=when,
            )  # fmt: skip
        actor = users["region2" if before == CallState.DRAFT else "region"]
        CallDecision.objects.create(call=call, actor=actor, at=when, from_state=before, to_state=target)
        before = target


def _waiting_draft(users: dict[str, User], moment: datetime) -> None:
    opens = at(on_or_after(moment.date() + days(40), FRIDAY), 9)
    closes = at(on_or_after(moment.date() + days(100), FRIDAY), 13)
    call = Call.objects.create(
        programme=Programme.objects.get(slug=PROGRAMME["slug"]),
        slug=f"{RECYCLED}-{closes.year}",
        title_it=f"Plastica medicale recuperata {closes.year}",
        title_en=f"Recovered medical plastics {closes.year}",
        summary_it="Contributi a reti che provano su scala reale il recupero della plastica dei dispositivi monouso.",
        summary_en="Grants for networks that try out at full scale how the plastic of disposables is recovered.",
        plain_it="Chi fa o usa dispositivi monouso può chiedere fino alla metà dei costi di un impianto di prova.\n\n"
        "Servono almeno tre partner, di cui due piccole o medie imprese.",
        plain_en="Whoever makes or uses disposables can ask for up to half of what a pilot plant costs.\n\n"
        "It takes at least three partners, two of them small or medium-sized enterprises.",
        body_it="Il bando finanzia impianti dimostrativi che recuperano i polimeri dei dispositivi medici monouso "
        "senza rischi per chi li tratta e per i pazienti.\n\nSono ammesse le spese di personale, prove, attrezzature e "
        "certificazione.",
        body_en="The call funds demonstration plants that recover the polymers of medical disposables, without risk to "
        "those who handle them and to patients.\n\nCosts of staff, tests, equipment and certification are eligible.",
        opens_at=opens,
        closes_at=closes,
        questions_until=closes - days(14),
        facilitator=users["facilitator"],
        budget=Decimal(2_000_000),
        duration_months=18,
        illustrative=True,
    )
    call.districts.set([District.objects.get(slug="biomedicale")])
    call.themes.set(Theme.objects.filter(slug="economia-circolare"))
    give_rules(
        call,
        {
            "minimum_members": {"fewest": 3},
            "minimum_smes": {"fewest": 2},
            "flat_intensity": {"shares": [{"activity": "experimental_development", "share": "0.5"}]},
        },
    )
    CallMilestone.objects.create(
        call=call, name_it="Giornata informativa", name_en="Info day", starts_on=opens.date() + days(12)
    )
    CallDocument.objects.create(
        call=call,
        title_it="Testo del bando",
        title_en="Call text",
        language="it",
        file=ContentFile(pdf(call.title_it, ["Testo illustrativo.", *call.body_it.split("\n\n")]), "bando.pdf"),
    )
    call.authors.set([users["region"]])
    Approval.objects.create(
        call=call,
        target=CallState.PUBLISHED,
        digest=digest(snapshot(call)),
        note="Pronto: i controlli sulle regole sono stati fatti con Democenter.",
        asked_by=users["region"],
        asked_at=moment - timedelta(hours=20),
    )


def _returned_draft(call: Call, users: dict[str, User], moment: datetime) -> None:
    call.authors.set([users["region"]])
    Approval.objects.create(
        call=call,
        target=CallState.PLANNED,
        digest=digest(snapshot(call)),
        state=ApprovalState.RETURNED,
        asked_by=users["region"],
        asked_at=moment - days(6),
        answered_by=users["region2"],
        answered_at=moment - days(4),
        reason="Manca il testo nelle due lingue, e non si sa chi risponderà alle domande.",
    )
