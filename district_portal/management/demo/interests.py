"""Interests of the demonstration at each visibility, and a message of the facilitator.

The accounts' own firms have none in the main call: whoever tries the portal starts there with an empty sheet.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from calls.models import Call, Interest, InterestMessage, Visibility
from district_portal.accounts.models import User
from district_portal.management.demo.call_texts import MAIN
from district_portal.management.demo.dates import days
from district_portal.management.demo.organisations import Firms
from district_portal.management.reference import COMPETENCE_VERSION
from enterprises.models import Concept


class Told(NamedTuple):
    """A row of the file."""

    call: str
    firm: str
    visibility: str
    """Level; with + the competences are opened to all who see the interest."""
    lead: str
    offered: str
    sought: str
    offers: str
    seeks: str


# The words are Italian, as the firms would write them. Of the small enterprises of the district around Modena two show
# themselves without their names, and none with it: else fewer than five could be meant.
with (Path(__file__).parent / "data" / "interests.csv").open(newline="", encoding="utf-8") as file:
    TOLD = [Told(**row) for row in csv.DictReader(file)]
NOTES = {
    "membrane-della-bassa-srl": "Cerchiamo chi ha già provato plastiche riciclate a contatto con il sangue.",
    "bassa-infusioni-spa": "Vorremmo partire prima dell'estate; il reparto pilota c'è.",
}
INVITED = ["panaro-dialisi-srl", "bassa-infusioni-spa", "tubi-medicali-carpi-srl", "membrane-della-bassa-srl"]
SUBJECT = "Incontro tra chi vuole guidare una rete"
TEXT = """Vi invito a un incontro di un'ora, in sede e in rete, tra chi vorrebbe guidare una rete in questo bando.

Ciascuno presenta in cinque minuti l'idea e il partner che manca. Rispondete con il giorno che preferite."""


def make(users: dict[str, User], firms: Firms, calls: dict[str, Call], moment: datetime) -> None:
    interests = Interest.objects.bulk_create(
        Interest(
            call=calls[told.call],
            organisation=firms[told.firm],
            visibility=Visibility(told.visibility.removesuffix("+")),
            opens_competences=told.visibility.endswith("+"),
            offers=told.offers,
            seeks=told.seeks,
            wants_to_lead=bool(told.lead),
            note=NOTES.get(told.firm, ""),
            registered_by=firms.owners[told.firm],
            registered_at=moment - days(22 - number),
        )
        for number, told in enumerate(TOLD)
    )
    concepts = dict(Concept.objects.competences().filter(version=COMPETENCE_VERSION).values_list("code", "pk"))
    for what in ("offered", "sought"):
        links = getattr(Interest, what).through
        links.objects.bulk_create(
            links(interest=interest, concept_id=concepts[code])
            for interest, told in zip(interests, TOLD, strict=True)
            for code in getattr(told, what).split()
        )
    message = InterestMessage.objects.create(
        call=calls[MAIN], sender=users["facilitator"], subject=SUBJECT, text=TEXT, sent_at=moment - days(4)
    )
    message.organisations.set(firms[slug] for slug in INVITED)
