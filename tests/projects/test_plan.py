"""Work plan: packages, milestones, deliverables, risks and expected indicators of a network."""

import pytest

from projects.content import snapshot
from tests.factories.calls import CallFactory
from tests.factories.proposals import whole_network

pytestmark = pytest.mark.django_db


def test_a_whole_network_has_what_its_call_asks_for():
    text = {"code": "independence", "name_it": "Indipendenza", "name_en": "Independence"}
    rules = {"declarations": {"declarations": [text]}, "documents": {"documents": [text]}}
    network = whole_network(call=CallFactory(rules=rules), partners=4, cells=60)
    content = snapshot(network)
    assert len(content["partners"]) == 4
    assert len(content["budget"]) == 60
    assert list(content["declarations"]) == ["independence"]
    assert [each["kind"] for each in content["attachments"]] == ["independence"]
