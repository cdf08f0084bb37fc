"""What is known of the real programme (as of 2012). Unknown amounts, dates and places stay NULL: nothing is invented.

Real organisations have no users, no VAT number and no amounts here; published figures stand by themselves.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from calls.models import Call, CallDeadline, CallFigure, Programme
from calls.rule_sets import rule_set
from calls.states import CallState
from district_portal.accounts.models import District, Region
from district_portal.management.demo.calls import give_rules
from district_portal.management.demo.dates import at
from enterprises.models import Organisation, OrganisationKind
from events.models import Event, EventFigure
from projects.models import Award, Project

SEED = "Networking actions in Mirandola Biomedical District, L. Aldrovandi, S. Ferrari, U. Perati"
PUBLIC_IT, PUBLIC_EN = "Resoconti pubblici dei due bandi", "Public accounts of the two calls"
AS_OF = 2012
FIRST_EVENT = "distretti-day-2012"

DEMOCENTER_TEN = ("i dieci progetti di Democenter", "Democenter's ten projects")
INITIATIVE = (
    "l'iniziativa, secondo la relazione; i dieci progetti di Democenter in più distretti, secondo i resoconti pubblici",
    "the initiative, says the paper; Democenter's ten projects over several districts, say public accounts",
)
WHOLE_CALL = ("tutto il bando", "whole call")
REGION_WIDE = ("tutta la regione", "whole region")
BIOMEDICAL = ("distretto biomedicale e protesico", "biomedical and prosthetic district")
EIGHT = (
    "distretto biomedicale; molto probabilmente i 2 progetti del primo bando e le 6 reti del secondo",
    "biomedical district; most likely the 2 projects of the first call and the 6 networks of the second",
)
FIRST_DAY = ("Distretti Day, prima edizione", "Distretti Day, first edition")

# name in Italian and English, value, unit, scope, from the seed paper (else public accounts)
FIRST_FIGURES = [
    ("imprese coinvolte", "enterprises involved", 35, "", INITIATIVE, True),
    ("investimento attivato", "investment triggered", 16_700_000, "EUR", INITIATIVE, True),
    ("investimento", "investment", 16_692_000, "EUR", DEMOCENTER_TEN, False),
    ("contributi", "grants", 7_190_000, "EUR", DEMOCENTER_TEN, False),
    ("laureati assunti", "graduates hired", 176, "", WHOLE_CALL, False),
    ("assegnisti di ricerca", "research fellows", 112, "", WHOLE_CALL, False),
]
SECOND_FIGURES = [
    ("dotazione", "budget", 12_500_000, "EUR", REGION_WIDE, False),
    ("dotazione", "budget", 800_000, "EUR", BIOMEDICAL, False),
    ("reti", "networks", 93, "", REGION_WIDE, False),
    ("imprese", "enterprises", 281, "", REGION_WIDE, False),
    ("partenariati", "partnerships", 8, "", EIGHT, True),
]
EVENT_FIGURES = [
    ("persone", "people", 180, "", FIRST_DAY, True),
    ("imprese", "enterprises", 70, "", FIRST_DAY, True),
    ("enti pubblici", "public authorities", 15, "", FIRST_DAY, True),
    ("associazioni di categoria", "trade associations", 6, "", FIRST_DAY, True),
]

# acronym, title, aim in Italian and English, partners
PROJECTS = [
    (
        "ICL",
        "Integrated Compounding Lab",
        "Una piattaforma tecnologica integrata e multidisciplinare per la produzione automatica di preparati "
        "farmacologici.",
        "An integrated, multidisciplinary technology platform for the automatic production of pharmacological "
        "compounds.",
        ["B. Braun Avitum Italy", "Lean"],
    ),
    (
        "FARE",
        "Filtration and Adsorption Emilia-Romagna",
        "Un sistema di depurazione extracorporea del sangue che supera le restrizioni tecnologiche che oggi ne "
        "impediscono o riducono molto l'uso clinico.",
        "A system for extracorporeal blood clearance that overcomes the technological restrictions that preclude or "
        "drastically reduce its clinical practice today.",
        ["Bellco", "Medica"],
    ),
]
SLUGS = {"B. Braun Avitum Italy": "b-braun-avitum-italy", "Lean": "lean", "Bellco": "bellco", "Medica": "medica"}


def make() -> None:
    region, district = Region.objects.get(slug="emilia-romagna"), District.objects.get(slug="biomedicale")
    programme = Programme.objects.create(
        region=region,
        slug="distretti-tecnologici",
        name_it="Dai distretti produttivi ai distretti tecnologici",
        name_en="From production districts to technology districts",
    )
    first = _first_call(programme, district)
    _second_call(programme)
    Organisation.objects.create(
        name="Fondazione Democenter",
        slug="democenter",
        kind=OrganisationKind.TECHNOLOGY_TRANSFER_CENTRE,
        district=district,
        description_it="Soggetto attuatore del programma nel distretto biomedicale e protesico.",
        description_en="Actuator of the programme in the biomedical and prosthetic district.",
    )
    _projects(first, district)
    _first_event(region)


def _figures(kind: type, rows: list, **about: object) -> None:
    kind.objects.bulk_create(
        kind(
            name_it=name_it,
            name_en=name_en,
            value=Decimal(value),
            unit=unit,
            scope_it=scope[0],
            scope_en=scope[1],
            source_it=SEED if from_seed else PUBLIC_IT,
            source_en=SEED if from_seed else PUBLIC_EN,
            as_of=AS_OF,
            **about,
        )
        for name_it, name_en, value, unit, scope, from_seed in rows
    )


def _first_call(programme: Programme, district: District) -> Call:
    """Its deadline was moved; at which hour it fell is not known. Of its 14 districts only one is known by name."""
    title = "Dai Distretti Produttivi ai Distretti Tecnologici"
    call = Call.objects.create(
        programme=programme,
        slug="dai-distretti-produttivi-ai-distretti-tecnologici",
        edition=1,
        title_it=title,
        title_en=title,
        state=CallState.CONCLUDED,
        closes_at=at(date(2010, 2, 1)),
        deadline_has_time=False,
        summary_it="Progetti di ricerca di imprese e raggruppamenti nei distretti produttivi della regione.",
        summary_en="Research projects of enterprises and groupings in the region's production districts.",
        body_it="Aiuto: ricerca industriale 50 %, sviluppo sperimentale 25 %, diffusione fino al 100 %.\n\n"
        "14 distretti, al massimo 2 progetti per distretto, al massimo 1 milione di euro di contributo per progetto.",
        body_en="Aid: industrial research 50%, experimental development 25%, dissemination up to 100%.\n\n"
        "14 districts, at most 2 projects in each, a grant of at most EUR 1 million for a project.",
    )
    call.districts.set([district])
    give_rules(call, rule_set("call-1"))
    CallDeadline.objects.create(call=call, closes_at=at(date(2010, 1, 15)), has_time=False, set_at=None)
    CallDeadline.objects.create(call=call, closes_at=at(date(2010, 2, 1)), has_time=False, set_at=None)
    _figures(CallFigure, FIRST_FIGURES, call=call)
    return call


def _second_call(programme: Programme) -> None:
    title = "Dai distretti produttivi ai distretti tecnologici – 2"
    call = Call.objects.create(
        programme=programme,
        slug="dai-distretti-produttivi-ai-distretti-tecnologici-2",
        edition=2,
        title_it=title,
        title_en=title,
        state=CallState.CONCLUDED,
        summary_it="Reti di imprese nei distretti, selezionate dai soggetti attuatori. Avviato nel 2012.",
        summary_en="Networks of enterprises in the districts, selected by the actuators. Launched in 2012.",
        body_it="6 reti da selezionare nel distretto biomedicale e protesico. Costo del programma di ogni distretto "
        "tra 400.000 e 800.000 euro, finanziato fino al 100 %. Le grandi imprese partecipano solo con almeno 4 PMI "
        "indipendenti.\n\nMetodi promossi: open innovation, knowledge management, design management.",
        body_en="6 networks to be selected in the biomedical and prosthetic district. The programme of each district "
        "costs between EUR 400,000 and 800,000 and is financed up to 100%. Large enterprises take part only "
        "with at least 4 "
        "independent SMEs.\n\nMethods promoted: open innovation, knowledge management, design management.",
    )
    give_rules(call, rule_set("call-2"))
    _figures(CallFigure, SECOND_FIGURES, call=call)


def _projects(call: Call, district: District) -> None:
    """Who led is not told: each firm is a partner. Costs, grants, state and dates are not known."""
    for acronym, title, aim_it, aim_en, partners in PROJECTS:
        project = Project.objects.create(
            slug=acronym.lower(),
            acronym=acronym,
            title=title,
            aim_it=aim_it,
            aim_en=aim_en,
            call=call,
            district=district,
            source_it=SEED,
            source_en=SEED,
        )
        for name in partners:
            firm = Organisation.objects.create(name=name, slug=SLUGS[name], district=district)
            Award.objects.create(project=project, organisation=firm)


def _first_event(region: Region) -> None:
    event = Event.objects.create(
        slug=FIRST_EVENT,
        title_it="Distretti Day",
        title_en="Distretti Day",
        region=region,
        held_in=AS_OF,
        published=True,
        lead_it="I risultati ottenuti con il bando, raccontati a tutti.",
        lead_en="The results achieved under the call, told to everybody.",
    )
    _figures(EventFigure, EVENT_FIGURES, event=event)
