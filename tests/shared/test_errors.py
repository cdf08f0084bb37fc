"""What is refused by a rule is answered with 409 and its sentence; each answer carries the request id."""

from __future__ import annotations

import json

import pytest
from django.test import Client, RequestFactory

from district_portal.shared.errors import DomainError, DomainErrorMiddleware, RequestIdFilter, current_request_id
from district_portal.shared.states import check_move
from projects.states import NETWORK_MOVES, NetworkState


def answer(**headers):
    middleware = DomainErrorMiddleware(lambda request: None)
    request = RequestFactory().post("/en/somewhere/", headers=headers)
    return middleware.process_exception(request, DomainError("The call closed yesterday."))


def test_json_clients_read_the_sentence() -> None:
    response = answer(accept="application/json")
    assert (response.status_code, json.loads(response.content)) == (409, {"error": "The call closed yesterday."})


def test_other_errors_are_not_swallowed() -> None:
    middleware = DomainErrorMiddleware(lambda request: None)
    assert middleware.process_exception(RequestFactory().get("/"), ValueError("a bug")) is None


@pytest.mark.parametrize("given, kept", [("proxy-id-12345", True), ("x" * 99, False), ("bad id\n", False), ("", False)])
def test_the_request_id_is_the_proxys_when_it_is_one(client: Client, given: str, kept: bool) -> None:
    response = client.get("/en/privacy/", headers={"X-Request-ID": given} if given and "\n" not in given else {})
    assert (response["X-Request-ID"] == given) is kept
    assert len(response["X-Request-ID"]) >= 8


def test_log_records_carry_the_request_id() -> None:
    class Record:
        request_id = ""

    record = Record()
    assert RequestIdFilter().filter(record)
    assert record.request_id == (current_request_id() or "-")


@pytest.mark.parametrize("current", NetworkState)
@pytest.mark.parametrize("target", NetworkState)
def test_a_move_that_the_table_does_not_name_is_refused_with_the_state_of_now(
    current: NetworkState, target: NetworkState
) -> None:
    if target in NETWORK_MOVES[current]:
        check_move(NETWORK_MOVES, current, target)
    else:
        with pytest.raises(DomainError, match="not possible any more"):
            check_move(NETWORK_MOVES, current, target)
