"""Funded projects of the two earlier, made-up editions, with awards and payments over the last four years."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.text import slugify

from calls.models import Call
from district_portal.accounts.models import User
from district_portal.management.demo.call_texts import EARLIER, EARLIEST
from district_portal.management.demo.dates import at, days
from district_portal.management.demo.networks import Plan, S, Step, make_network
from district_portal.management.demo.organisations import Firms
from projects.models import Award, Partner, Payment, Project
from projects.states import ProjectState

SOURCE_IT, SOURCE_EN = "Dati illustrativi della dimostrazione", "Illustrative data of the demonstration"
QUARTER = 91  # days
# What of the grant is paid how many quarters after the award, while the project keeps its plan.
PAYMENTS = [
    (1, Payment.Kind.ADVANCE, Decimal("0.30")),
    (3, Payment.Kind.INTERIM, Decimal("0.25")),
    (5, Payment.Kind.INTERIM, Decimal("0.25")),
    (8, Payment.Kind.BALANCE, Decimal("0.20")),
]


class Funded(NamedTuple):
    call: str
    acronym: str
    title: str
    district: str
    quarters_ago: int  # of the award
    aim_it: str
    aim_en: str
    shares: str  # organisation, cost in thousands of EUR; the lead first
    state: str = ProjectState.RUNNING
    grant: str = "0.5"  # share of the cost


PROJECTS = [
    Funded(
        EARLIEST,
        "CleanMould",
        "Stampaggio pulito",
        "biomedicale",
        15,
        "Stampi che riducono le particelle in camera bianca.",
        "Moulds that reduce particles in the cleanroom.",
        "novamed-plast-srl 420, pico-stampi-srl 310, cavezzo-camera-bianca-srl 290",
        ProjectState.CONCLUDED,
    ),
    Funded(
        EARLIEST,
        "CeraLow",
        "Smalti a bassa emissione",
        "ceramica",
        14,
        "Smalti e cotture che dimezzano le emissioni.",
        "Glazes and firing that halve emissions.",
        "smalti-di-collina-srl 520, piastrelle-dragone-spa 880, forni-tiepido-srl 430",
        ProjectState.CONCLUDED,
        "0.46",
    ),
    Funded(
        EARLIEST,
        "CircoBlister",
        "Blister circolari",
        "packaging",
        12,
        "Blister monomateriale che si riciclano davvero.",
        "Mono-material blisters that are really recycled.",
        "blister-verde-srl 540, reno-confezioni-spa 760, savena-automazioni-srl 380, etichette-idice-srl 160",
        ProjectState.CONCLUDED,
        "0.48",
    ),
    Funded(
        EARLIEST,
        "FrescoPiù",
        "Conserve che durano",
        "agroalimentare",
        11,
        "Prove rapide e imballaggi per conserve senza additivi.",
        "Quick tests and packaging for additive-free preserves.",
        "conserve-parma-ovest-srl 610, laboratorio-alimenti-taro 330",
        ProjectState.REVOKED,
        "0.45",
    ),
    Funded(
        EARLIER,
        "E-Tooling",
        "Utensili per la trazione elettrica",
        "veicoli",
        8,
        "Utensili per avvolgere e provare motori elettrici.",
        "Tooling to wind and test electric motors.",
        "utensili-elettrici-modena-srl 540, batterie-ghirlandina-srl 460, telai-leggeri-srl 620",
    ),
    Funded(
        EARLIER,
        "HaemoSense",
        "Sensori nel circuito",
        "biomedicale",
        7,
        "Sensori nel circuito extracorporeo che avvisano prima dell'allarme.",
        "Sensors in the extracorporeal circuit that warn before the alarm.",
        "secchia-sensors-srl 640, panaro-dialisi-srl 980, bioma-lab 410, tubi-medicali-carpi-srl 380",
        grant="0.52",
    ),
    Funded(
        EARLIER,
        "SafeInfuse",
        "Infusione guidata",
        "biomedicale",
        5,
        "Linee di infusione che si montano in un solo modo.",
        "Infusion lines that fit in one way only.",
        "bassa-infusioni-spa 1250, estense-sterile-srl 480, valli-robotics-srl 260, ateneo-del-panaro 320",
        grant="0.44",
    ),
    Funded(
        EARLIER,
        "PackTwin",
        "Gemello digitale di linea",
        "packaging",
        3,
        "Un gemello digitale per provare i formati prima di produrre.",
        "A digital twin to try formats before production.",
        "reno-confezioni-spa 690, nuvola-reggiana-srl 340, savena-automazioni-srl 290",
    ),
    Funded(
        EARLIER,
        "PureFlow",
        "Filtri per terapie lunghe",
        "biomedicale",
        1,
        "Membrane che resistono a terapie di più giorni.",
        "Membranes that last for therapies of several days.",
        "membrane-della-bassa-srl 560, laboratorio-superfici-emilia 270, regola-qualita-srl 140",
        grant="0.55",
    ),
]


def make(users: dict[str, User], firms: Firms, calls: dict[str, Call], today: date) -> None:
    payments: list[Payment] = []
    for spec in PROJECTS:
        awarded = today - days(spec.quarters_ago * QUARTER)
        project = _project(spec, users["facilitator"], firms, calls[spec.call], awarded, today)
        for award in _awards(project, spec, firms, awarded):
            payments += _payments(award, spec, awarded, today)
    Payment.objects.bulk_create(payments)


def _project(spec: Funded, facilitator: User, firms: Firms, call: Call, awarded: date, today: date) -> Project:
    partners = [part.split()[0] for part in spec.shares.split(",")]
    before = (at(today) - call.closes_at).days
    plan = Plan(
        spec.call,
        spec.district,
        spec.title,
        spec.aim_it,
        " ".join(partners),
        [
            Step(before + 60, S.FORMING),
            Step(before + 12, S.SUBMITTED),
            Step(before + 5, S.APPROVED, "Rete completa."),
        ],
    )
    network = make_network(plan, call, facilitator, firms, at(today, 11))
    starts = awarded + days(30)
    return Project.objects.create(
        slug=slugify(spec.acronym),
        acronym=spec.acronym,
        title=spec.title,
        aim_it=spec.aim_it,
        aim_en=spec.aim_en,
        call=call,
        district=network.district,
        network=network,
        state=spec.state,
        starts_on=starts,
        ends_on=starts + days(547),
        source_it=SOURCE_IT,
        source_en=SOURCE_EN,
        illustrative=True,
    )


def _awards(project: Project, spec: Funded, firms: Firms, awarded: date) -> list[Award]:
    awards = []
    for number, part in enumerate(spec.shares.split(",")):
        slug, thousands = part.split()
        cost = Decimal(thousands) * 1000
        awards.append(
            Award(
                project=project,
                organisation=firms[slug],
                role=Partner.Role.PARTNER if number else Partner.Role.LEAD,
                cost=cost,
                grant=cost * Decimal(spec.grant),
                size=firms.sizes.get(slug, ""),
                awarded_on=awarded,
            )
        )
    return Award.objects.bulk_create(awards)


def _payments(award: Award, spec: Funded, awarded: date, today: date) -> list[Payment]:
    """What has been paid until today; a revoked project got its advance only."""
    plan = PAYMENTS[:1] if spec.state == ProjectState.REVOKED else PAYMENTS
    return [
        Payment(award=award, kind=kind, amount=award.grant * share, paid_on=paid)
        for quarters, kind, share in plan
        if (paid := awarded + days(quarters * QUARTER + 20)) <= today
    ]
