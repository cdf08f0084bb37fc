"""A process that makes a network of 20 partners and 2,000 budget cells and opens its pages as its lead: prints JSON.

Everything is made in one transaction and taken back.
"""

from __future__ import annotations

import json
from statistics import median

from django.db import transaction
from django.urls import reverse

from bench.answerer import Answerer
from tests.factories.proposals import lead_of, whole_network

PARTNERS, CELLS = 20, 2000
PAGES = ["network_detail", "network_partners", "proposal", "plan", "budget", "documents", "sending", "history"]
TIMES = 9


@transaction.atomic
def main() -> None:
    network = whole_network(partners=PARTNERS, cells=CELLS)
    lead = lead_of(network)
    lead.email = "bench-lead@demo.example"
    lead.save()
    answerer = Answerer()
    found = {}
    for name in PAGES:
        path = reverse(f"projects:{name}", args=[network.pk])
        answer = answerer.page(path=path, reader="bench-lead", deep=False, times=TIMES)
        found[name] = {"queries": answer["queries"], "work": median(answer["work"]), "clock": median(answer["ms"])}
    print(json.dumps(found))
    transaction.set_rollback(True)


main()
