"""The coming Distretti Day, made up, with guests; its last edition is the real one of 2012."""

from __future__ import annotations

import random
import secrets
from datetime import datetime

from django.utils.text import slugify

from district_portal.accounts.models import District, Region
from district_portal.management.demo.dates import at, days, event_day
from district_portal.management.demo.facts import FIRST_EVENT
from district_portal.management.demo.organisations import Firms
from district_portal.management.demo.people import DOMAIN
from enterprises.models import Municipality
from events.codes import new_code
from events.models import Category, Event, Registration, Session
from events.names import organisation_key
from events.states import RegistrationState

CAPACITY = 200
# hour, minute, title and text in Italian and English
AGENDA = [
    (
        8,
        45,
        "Apertura e accoglienza",
        "Doors open, check-in",
        "Mostrate il codice QR del biglietto all'ingresso",
        "Scan your QR ticket at the entrance",
    ),
    (
        9,
        30,
        "Saluti",
        "Welcome",
        "La Regione e i comuni del distretto",
        "The Region and the municipalities of the district",
    ),
    (
        10,
        0,
        "Che cosa hanno fatto le reti finanziate",
        "What funded networks built",
        "ICL – Integrated Compounding Lab (B. Braun Avitum Italy, Lean) e "
        "FARE – Filtration and Adsorption Emilia-Romagna "
        "(Bellco, Medica)",
        "ICL – Integrated Compounding Lab (B. Braun Avitum Italy, Lean) and "
        "FARE – Filtration and Adsorption Emilia-Romagna "
        "(Bellco, Medica)",
    ),
    (
        11,
        30,
        "Il bando risponde: Reti di distretto, biomedicale",
        "Call clinic: Reti di distretto, biomedicale",
        "Chi ha scritto il bando risponde alle vostre domande",
        "The people who wrote the call answer your questions",
    ),
    (13, 0, "Pranzo", "Lunch", "", ""),
    (14, 0, "Incontri tra imprese", "B2B meetings", "Venti minuti a tavoli numerati", "20 minutes at numbered tables"),
    (
        16,
        30,
        "Le nuove reti si presentano",
        "Pitches of new networks",
        "Sei minuti per progetto",
        "6 minutes for each project",
    ),
]
GUESTS = {
    Category.ENTERPRISE: 78,
    Category.AUTHORITY: 14,
    Category.ASSOCIATION: 9,
    Category.RESEARCH: 19,
    Category.PROFESSIONAL: 12,
    Category.PRESS: 4,
    Category.STUDENT: 6,
}
HOSTS = {
    Category.AUTHORITY: [
        "Comune di Esempio",
        "Provincia di Esempio",
        "Camera di Esempio",
        "Unione dei Comuni di Esempio",
    ],
    Category.ASSOCIATION: ["Associazione Imprese della Bassa", "Artigiani di Esempio", "Industriali di Esempio"],
    Category.RESEARCH: [
        "Ateneo del Panaro",
        "Bioma Lab",
        "Laboratorio Superfici Emilia",
        "Centro Innovazione Via Emilia",
    ],
    Category.PROFESSIONAL: ["Studio Esempio", "Studio Brevetti della Bassa", ""],
    Category.PRESS: ["Gazzetta di Esempio", "Radio Bassa"],
    Category.STUDENT: ["Ateneo del Panaro", "Istituto tecnico di Esempio"],
}
GIVEN = (
    "Alice Andrea Anna Bruno Carla Chiara Davide Elena Enrico Fabio Federica Giada Giorgio Giulio Irene Laura Lorenzo "
    "Luca Marco Maria Marta Matteo Monica Nadia Nicola Paola Pietro Rita Roberto Sara Silvia Simone Stefano Tommaso"
)
FAMILY = (
    "Aldini Baldini Benatti Bergonzini Bertani Bonfatti Borsari Bruschi Calzolari Campana Casarini Corradini Ferraresi "
    "Galavotti Gavioli Golinelli Greco Guerzoni Lugli Magnani Malavasi Mantovani Marchetti Molinari Negri Paltrinieri "
    "Pellacani Poletti Rebecchi Reggiani Righini Salvioli Setti Tassinari Tosatti Vaccari Zaccarelli Zanasi"
)


def make(firms: Firms, moment: datetime) -> None:
    day = event_day(moment.date())
    event = Event.objects.create(
        slug=f"distretti-day-{day.year}",
        title_it=f"Distretti Day {day.year}",
        title_en=f"Distretti Day {day.year}",
        lead_it="Una giornata per incontrare il distretto: che cosa hanno costruito le reti finanziate, quali bandi "
        "sono aperti, e incontri di venti minuti con i partner che cercate.",
        lead_en="One day to meet the district: what funded networks have built, which calls are open, and 20-minute "
        "meetings with the partners you are looking for.",
        region=Region.objects.get(slug="emilia-romagna"),
        district=District.objects.get(slug="biomedicale"),
        starts_at=at(day, 9),
        ends_at=at(day, 17, 30),
        venue="Tecnopolo",
        municipality=Municipality.objects.get(istat="036022"),
        directions_it="Navetta dalla stazione di Mirandola alle 8:30 e alle 9:00. Parcheggio gratuito. Ingresso senza "
        "gradini, anello a induzione nella sala grande.",
        directions_en="Shuttle from Mirandola station at 8:30 and 9:00. Free parking. Step-free access, induction loop "
        "in the main hall.",
        capacity=CAPACITY,
        taken=sum(GUESTS.values()),
        previous=Event.objects.get(slug=FIRST_EVENT),
        published=True,
        illustrative=True,
    )
    Session.objects.bulk_create(
        Session(
            event=event,
            starts_at=at(day, hour, minute),
            title_it=title_it,
            title_en=title_en,
            text_it=text_it,
            text_en=text_en,
        )
        for hour, minute, title_it, title_en, text_it, text_en in AGENDA
    )
    Registration.objects.bulk_create(_guests(event, firms, moment))


def _guests(event: Event, firms: Firms, moment: datetime) -> list[Registration]:
    """Confirmed guests of all categories, each with another name. Tickets' secrets are real ones."""
    chance = random.Random(2012)
    names = [(given, family) for given in GIVEN.split() for family in FAMILY.split()]
    chance.shuffle(names)
    hosts = {**HOSTS, Category.ENTERPRISE: [firm.name for firm in firms.values() if firm.kind == "enterprise"]}
    guests = []
    for category, count in GUESTS.items():
        for number in range(count):
            given, family = names.pop()
            host = hosts[category][number % len(hosts[category])]
            guests.append(
                Registration(
                    event=event,
                    given_name=given,
                    family_name=family,
                    organisation=host,
                    category=category,
                    email=f"{slugify(given)}.{slugify(family)}@ospiti.{DOMAIN}",
                    organisation_key=organisation_key(host),
                    listed=chance.random() < 0.4,
                    state=RegistrationState.CONFIRMED,
                    token=secrets.token_urlsafe(32),
                    code=new_code(),
                    registered_at=moment - days(20) * chance.random(),
                    needs="Pasto vegetariano" if chance.random() < 0.07 else "",
                )
            )
    return guests
