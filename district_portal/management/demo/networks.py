"""Networks of the demonstration, in each state, with journals as the operations would have written them.

The accounts' own firms have none in the main call: whoever tries the portal starts there with an empty sheet.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from calls.models import Call
from district_portal.accounts.models import District, User
from district_portal.management.demo.call_texts import ASSESSED, MAIN, RANKED, STERILE
from district_portal.management.demo.dates import days
from district_portal.management.demo.organisations import Firms
from projects.models import Decision, Network, Partner
from projects.states import NetworkState, PartnerState


class Step(NamedTuple):
    """One entry of a journal: days before now, the state reached, and why."""

    ago: int
    state: NetworkState
    reason: str = ""


class Plan(NamedTuple):
    call: str
    district: str
    title: str
    idea: str
    partners: str  # slugs, the lead first; ? still waits for an answer, - declined
    steps: list[Step]
    seeks: str = ""
    looking: bool = False


S = NetworkState
PLANS = [
    Plan(
        MAIN,
        "biomedicale",
        "Dialisi a casa",
        "Un'apparecchiatura per dialisi domiciliare con linea monouso guidata e "
        "controllo a distanza, pensata con i pazienti.",
        "panaro-dialisi-srl dati-clinici-modena-srl nuvola-reggiana-srl?",
        [Step(24, S.FORMING)],
        "Sensori di flusso e valutazione clinica",
        True,
    ),
    Plan(
        MAIN,
        "biomedicale",
        "Filtri circolari",
        "Emofiltri con involucri in plastica riciclata e prove di biocompatibilità condivise.",
        "membrane-della-bassa-srl laboratorio-superfici-emilia tubi-medicali-carpi-srl",
        [Step(40, S.FORMING), Step(3, S.SUBMITTED)],
    ),
    Plan(
        MAIN,
        "biomedicale",
        "Infusione sicura",
        "Pompe che riconoscono la linea e il farmaco, con prove di usabilità in reparto.",
        "bassa-infusioni-spa ateneo-del-panaro pico-stampi-srl-",
        [
            Step(45, S.FORMING),
            Step(9, S.SUBMITTED),
            Step(
                2,
                S.CHANGES_REQUESTED,
                "Nessun partner copre la valutazione clinica. Aggiungete un partner, oppure spiegate nell'idea "
                "come la acquistate.",
            ),
        ],
        "Valutazione clinica",
        True,
    ),
    Plan(
        MAIN,
        "biomedicale",
        "Camera bianca condivisa",
        "Assemblaggio e convalide in una camera bianca usata a turno da più imprese.",
        "cavezzo-camera-bianca-srl pico-stampi-srl regola-qualita-srl",
        [
            Step(50, S.FORMING),
            Step(16, S.SUBMITTED),
            Step(11, S.APPROVED, "Rete completa: ruoli chiari, tre partner indipendenti e convalide coperte."),
        ],
    ),
    Plan(
        MAIN,
        "biomedicale",
        "Cateteri tracciati",
        "Cateteri con un codice nel materiale, che il reparto legge anche quando la confezione non c'è più.",
        "tubi-medicali-carpi-srl dati-clinici-modena-srl",
        [
            Step(52, S.FORMING),
            Step(20, S.SUBMITTED),
            Step(14, S.APPROVED, "Piano chiaro e prova in due reparti: la proposta può partire."),
            Step(5, S.SENT),
        ],
    ),
    Plan(
        MAIN,
        "biomedicale",
        "Catalogo comune",
        "Un catalogo commerciale comune dei prodotti del distretto.",
        "tubi-medicali-carpi-srl cavezzo-camera-bianca-srl",
        [
            Step(55, S.FORMING),
            Step(30, S.SUBMITTED),
            Step(26, S.REFUSED, "Il bando finanzia ricerca industriale: un catalogo commerciale non è ammissibile."),
        ],
    ),
    Plan(
        MAIN,
        "biomedicale",
        "Stampa 3D in reparto",
        "Guide chirurgiche stampate vicino alla sala operatoria.",
        "ateneo-del-panaro laboratorio-superfici-emilia?",
        [
            Step(48, S.FORMING),
            Step(20, S.WITHDRAWN, "Il reparto partner ha cambiato programma: ripresenteremo l'idea il prossimo anno."),
        ],
    ),
    Plan(
        STERILE,
        "biomedicale",
        "SterilPack 4.0",
        "Un imballaggio sterile riciclabile, sterilizzato e tracciato nel distretto.",
        "estense-sterile-srl blister-verde-srl novamed-plast-srl? bioma-lab?",
        [Step(18, S.FORMING)],
        "Stampaggio in camera bianca e biocompatibilità",
        True,
    ),
    Plan(
        STERILE,
        "biomedicale",
        "SmartDialysis Line",
        "Una linea monouso con sensori di flusso e conducibilità, prodotta e sterilizzata nel distretto.",
        "secchia-sensors-srl novamed-plast-srl estense-sterile-srl bioma-lab valli-robotics-srl? etichette-idice-srl-",
        [
            Step(22, S.FORMING),
            Step(6, S.SUBMITTED),
            Step(
                1,
                S.CHANGES_REQUESTED,
                "Nessuno copre la valutazione clinica. Aggiungete un partner, oppure spiegate nel piano di lavoro "
                "come la acquistate.",
            ),
        ],
        "Valutazione clinica",
        True,
    ),
    Plan(
        ASSESSED,
        "packaging",
        "Linea Flessibile",
        "Cambio formato in un minuto con robot e visione artificiale.",
        "reno-confezioni-spa savena-automazioni-srl valli-robotics-srl",
        [Step(80, S.FORMING), Step(45, S.SUBMITTED), Step(38, S.APPROVED, "Rete solida e ben divisa.")],
    ),
    Plan(
        RANKED,
        "veicoli",
        "Trazione Emilia",
        "Parti leggere e utensili per la trazione elettrica.",
        "telai-leggeri-srl batterie-ghirlandina-srl utensili-elettrici-modena-srl",
        [Step(240, S.FORMING), Step(190, S.SUBMITTED), Step(182, S.APPROVED, "Filiera completa.")],
    ),
]
DECIDED = {S.APPROVED, S.CHANGES_REQUESTED, S.REFUSED}
ANSWERS = {"?": PartnerState.INVITED, "-": PartnerState.DECLINED}


def make(users: dict[str, User], firms: Firms, calls: dict[str, Call], moment: datetime) -> None:
    for plan in PLANS:
        make_network(plan, calls[plan.call], users["facilitator"], firms, moment)


def make_network(plan: Plan, call: Call, facilitator: User, firms: Firms, moment: datetime) -> Network:
    """A network with its partners and its journal. Firms act through their owner, decisions are the facilitator's."""
    lead = firms.owners[plan.partners.split()[0]]
    moments = {step.state: moment - days(step.ago) for step in plan.steps}
    network = Network.objects.create(
        call=call,
        district=District.objects.get(slug=plan.district),
        title=plan.title,
        idea=plan.idea,
        state=plan.steps[-1].state,
        seeks=plan.seeks,
        looking_for_partners=plan.looking,
        created_by=lead,
        created_at=moments[S.FORMING],
        submitted_at=moments.get(S.SUBMITTED),
        decided_at=next((when for state, when in moments.items() if state in DECIDED), None),
        illustrative=True,
    )
    _partners(network, plan, firms, lead)
    previous = ""
    for step in plan.steps:
        Decision.objects.create(
            network=network,
            actor=facilitator if step.state in DECIDED else lead,
            at=moments[step.state],
            from_state=previous,
            to_state=step.state,
            reason=step.reason,
        )
        previous = step.state
    return network


def _partners(network: Network, plan: Plan, firms: Firms, lead: User) -> None:
    rows = []
    for number, word in enumerate(plan.partners.split()):
        slug, state = word.rstrip("?-"), ANSWERS.get(word[-1], PartnerState.ACCEPTED)
        invited = network.created_at + days(number)
        answered = state != PartnerState.INVITED
        rows.append(
            Partner(
                network=network,
                organisation=firms[slug],
                state=state,
                role=Partner.Role.PARTNER if number else Partner.Role.LEAD,
                invited_by=lead,
                invited_at=invited,
                answered_by=firms.owners[slug] if answered else None,
                answered_at=invited + days(min(number, 1)) if answered else None,
            )
        )
    Partner.objects.bulk_create(rows)
