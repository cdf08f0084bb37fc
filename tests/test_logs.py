"""The log: a line for each request, ids that travel, and nothing about people."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from district_portal import embedded
from district_portal.logs import JsonFormatter, LineFormatter, masked
from district_portal.shared.errors import RequestIdFilter, set_request_id
from tests.factories.accounts import UserFactory


def json_line(message: str, error: Exception | None = None, **fields: object) -> dict[str, object]:
    info = (type(error), error, None) if error else None
    set_request_id("")
    record = logging.LogRecord("portal", logging.WARNING, "x.py", 1, message, (), info)
    RequestIdFilter().filter(record)
    record.fields = fields
    return json.loads(JsonFormatter().format(record))


@pytest.mark.parametrize(
    "written, logged",
    [
        ("Not Found: /it/tickets/kJ8s-_x/", "Not Found: /it/tickets/***/"),
        ("/tickets/kJ8s-_x.ics", "/tickets/***.ics"),
        ("/calendars/kJ8s-_x.ics", "/calendars/***.ics"),
        ("/alerts/off/kJ8s-_x/", "/alerts/off/***/"),
        ("/it/alerts/on/kJ8s-_x/", "/it/alerts/on/***/"),
        ("/it/alerts/searches/12/", "/it/alerts/searches/12/"),
        ("/en/organisations/invitations/abc:def/accept/", "/en/organisations/invitations/***/accept/"),
        ("/it/accounts/password/reset/key/3-cf1/", "/it/accounts/password/reset/key/***/"),
        ("/it/accounts/confirm-email/MQ:1t:zz/", "/it/accounts/confirm-email/***/"),
        ("refused {'giulia.b@novamed.example': 550}", "refused {'***@***': 550}"),
        ("/it/organisations/novamed/", "/it/organisations/novamed/"),
    ],
)
def test_tokens_and_addresses_are_masked(written: str, logged: str) -> None:
    assert masked(written) == logged


def test_a_json_line_holds_moment_level_request_and_fields() -> None:
    line = json_line("request", route="calls:list", status=200)
    assert line.pop("time").endswith("+00:00")
    expected = {"level": "WARNING", "logger": "portal", "request_id": "-", "message": "request"}
    assert line == expected | {"route": "calls:list", "status": 200}


@pytest.mark.django_db
def test_the_row_that_the_database_refuses_is_not_logged() -> None:
    person = UserFactory(given_name="Ermenegilda")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        UserFactory(email=person.email, given_name="Ermenegilda")
    assert person.email in str(caught.value)
    line = json_line("failed", caught.value)
    assert "IntegrityError" in line["exception"]
    assert person.email not in line["exception"] and "Ermenegilda" not in line["exception"]


@pytest.mark.django_db
def test_each_request_has_one_line_with_route_person_and_id(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    person = UserFactory()
    client.force_login(person)
    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.INFO, "district_portal.access"):
        client.get("/en/desk/", headers={"X-Request-ID": "request-0001"})
        client.get("/en/nothing-here/")
    first, second = (record for record in caplog.records if record.name == "district_portal.access")
    assert first.fields.pop("ms") > 0
    assert first.fields == {"method": "GET", "route": "desk", "status": 200, "user": person.pk}
    assert (first.request_id, second.fields["status"]) == ("request-0001", 404)
    formatter = LineFormatter("%(levelname)s [%(request_id)s] %(message)s")
    assert formatter.format(first) == f"INFO [request-0001] request method=GET route=desk status=200 user={person.pk}"


def test_workers_write_the_same_lines_and_secrets_may_be_files(tmp_path) -> None:
    (tmp_path / "secret").write_text("x" * 50 + "\n")
    code = (
        "from district_portal.celery import app; from django.conf import settings; import logging\n"
        "app.log.setup('INFO'); logging.getLogger('celery.task').warning('for giulia@novamed.example')\n"
        "assert settings.SECRET_KEY == 'x' * 50"
    )
    production = {
        "DEMO": "0",
        "DEBUG": "0",
        "PORTAL_URL": "https://portal.example",
        "EMAIL_URL": "smtp://mail.example",
        "ALLOWED_HOSTS": "portal.example",
    }
    environment = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "LOG_FORMAT")}
    environment |= production | {"SECRET_KEY_FILE": str(tmp_path / "secret"), "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=embedded.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stderr.strip())
    assert (line["logger"], line["message"]) == ("celery.task", "for ***@***")
