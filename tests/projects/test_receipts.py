"""Receipts: numbers without gaps, a chain that shows any tampering, verified by anyone with the code."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from projects.models import Attachment, Submission
from projects.operations import listeners, sending
from projects.operations.chain import ALPHABET, as_code, new_code
from projects.operations.verification import chain_breaks
from tests.factories.proposals import AttachmentFactory, lead_of
from tests.projects.sent import call_of, send, sign_all, signed_network

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The assessment, which keeps its own record of each submission, would not let one go."""
    monkeypatch.setattr(listeners, "SENT", [])


def three() -> list[Submission]:
    call = call_of()
    return [send(signed_network(call=call, partners=1)) for _number in range(3)]


def tamper(statement: str, *parameters: object) -> None:
    """As somebody would who owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE projects_submission DISABLE TRIGGER USER")
        cursor.execute(statement, parameters)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE projects_submission ENABLE TRIGGER USER")


def test_numbers_are_of_the_year_and_have_no_gaps() -> None:
    year = timezone.localtime().year
    assert [each.number for each in three()] == [f"{year}-{serial:06}" for serial in (1, 2, 3)]


def test_a_new_year_in_rome_begins_at_one() -> None:
    last, first = datetime(2027, 12, 31, 22, 59, 59, 999999, UTC), datetime(2027, 12, 31, 23, 0, tzinfo=UTC)
    call = call_of(closes_at=datetime(2028, 6, 1, tzinfo=UTC))
    sent = [send(signed_network(call=call, partners=1), moment) for moment in (last, first)]
    assert [each.number for each in sent] == ["2027-000001", "2028-000001"]
    assert list(chain_breaks()) == []


def test_codes_can_be_read_out() -> None:
    code = new_code()
    assert re.fullmatch(r"(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}", code)
    assert not set("01OI") & set(ALPHABET)
    assert as_code(f" {code.lower().replace('-', ' ')} ") == code


def test_each_chain_digest_is_what_anyone_computes_from_the_receipts() -> None:
    previous = ""
    for each in three():
        moment = each.sent_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
        lines = [each.number, "proposal", moment, hashlib.sha256(each.content.encode()).hexdigest(), previous]
        assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == each.chain_digest
        previous = each.chain_digest


def test_an_honest_chain_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    three()
    call_command("verify_receipts")
    assert capsys.readouterr().out == "3 submissions, the chain is intact.\n"


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE projects_submission SET content = content || ' ' WHERE id = %s", "its content is not what was sent"),
        ("UPDATE projects_submission SET sent_at = sent_at - interval '1 µs' WHERE id = %s", "its chain digest"),
        ('UPDATE projects_submission SET files = \'[{"sha256": "00"}]\' WHERE id = %s', "its chain digest"),
        ("UPDATE projects_submission SET kind = 'integration' WHERE id = %s", "its chain digest"),
        ("UPDATE projects_submission SET previous_id = NULL WHERE id = %s", "does not follow the submission before it"),
        ("UPDATE projects_submission SET number = '2026-900000' WHERE id = %s", "its number is not the next one"),
    ],
)
def test_any_tampering_is_found(statement: str, what: str) -> None:
    _first, middle, _last = three()
    tamper(statement.replace("µs", "microsecond"), middle.pk)
    assert any(what in str(each) for each in chain_breaks())
    with pytest.raises(CommandError, match="broken links"):
        call_command("verify_receipts", stderr=StringIO())


def test_one_that_was_taken_out_breaks_the_next_even_when_it_is_led_to_the_one_before() -> None:
    first, middle, last = three()
    tamper("UPDATE projects_submission SET previous_id = NULL WHERE id = %s", middle.pk)
    tamper("UPDATE projects_submission SET previous_id = %s WHERE id = %s", first.pk, last.pk)
    tamper("DELETE FROM projects_submission WHERE id = %s", middle.pk)
    assert {each.number for each in chain_breaks()} == {last.number, str(middle.network_id)}


def test_a_last_submission_that_is_gone_is_missed_by_its_network() -> None:
    last = three()[-1]
    tamper("DELETE FROM projects_submission WHERE id = %s", last.pk)
    assert [str(each) for each in chain_breaks()] == [f"{last.network_id}: was sent, and has no submission that counts"]


def test_a_changed_file_is_found_when_files_are_read() -> None:
    network = signed_network(partners=1)
    each = AttachmentFactory(network=network)
    sign_all(network)
    sent = send(network)
    assert list(chain_breaks(files=True)) == []
    with Attachment.objects.get(pk=each.pk).file.open("wb") as file:
        file.write(b"something else")
    [found] = chain_breaks(files=True)
    assert str(found) == f"{sent.number}: its file {each.name} is not what was sent"


# --- From outside --------------------------------------------------------------------------------------------------


def test_anyone_verifies_a_receipt_by_its_code_and_reads_neither_title_nor_names(client: Client) -> None:
    network = signed_network(title="Secret weapon")
    sent = send(network)
    answer = client.post("/en/verify/", {"code": sent.code.lower().replace("-", " ")})
    assert answer["Location"] == f"/en/verify/{sent.code}/"
    text = client.get(answer["Location"]).content.decode()
    assert "Genuine, and it counts." in text
    assert all(each in text for each in (sent.number, sent.digest, sent.chain_digest, sent.network.call.title_en))
    names = [partner.organisation.name for partner in network.partners.all()]
    assert not any(each in text for each in ("Secret weapon", str(lead_of(network)), *names))


def test_a_withdrawn_one_is_genuine_and_does_not_count(client: Client) -> None:
    network = signed_network()
    sent = send(network)
    sending.withdraw_submission(network, reason="Ours alone.", actor=lead_of(network), moment=timezone.now())
    text = client.get(f"/en/verify/{sent.code}/").content.decode()
    assert "Genuine, but withdrawn." in text and "Ours alone." not in text


def test_a_tampered_one_does_not_verify(client: Client) -> None:
    sent = three()[1]
    tamper("UPDATE projects_submission SET content = replace(content, 'e', 'a') WHERE id = %s", sent.pk)
    assert "This receipt does not verify." in client.get(f"/en/verify/{sent.code}/").content.decode()


def test_an_unknown_code_is_404_with_kind_words(client: Client) -> None:
    answer = client.get(f"/en/verify/{new_code()}/")
    assert answer.status_code == 404
    assert "There is no receipt with this code." in answer.content.decode()
    assert client.post("/en/verify/", {"code": "nonsense"}).status_code == 404
    assert client.post("/en/verify/").status_code == 422


def test_a_file_or_a_hash_is_compared_with_what_was_sent(client: Client, tmp_path) -> None:
    sent = send(signed_network())
    address = f"/en/verify/{sent.code}/"
    file = tmp_path / "proposal.json"
    file.write_text(sent.content)
    with file.open("rb") as content:
        assert client.post(address, {"file": content}).context["compared"]["what"] == "content"
    assert client.post(address, {"digest": sent.digest.upper()}).context["compared"]["what"] == "content"
    assert client.post(address, {"digest": sent.chain_digest}).context["compared"]["what"] == "chain"
    assert client.post(address, {"digest": "0" * 64}).context["compared"]["what"] is None
    assert client.post(address, {"digest": "abc"}).status_code == 422
    assert client.post(address).status_code == 422


def test_the_downloaded_version_has_the_digest_of_the_receipt(client: Client) -> None:
    network = signed_network()
    sent = send(network)
    client.force_login(lead_of(network))
    answer = client.get(f"/en/networks/{network.pk}/history/{sent.version.number}/download/")
    assert hashlib.sha256(answer.content).hexdigest() == sent.digest
    assert json.loads(answer.content)["title"] == network.title


def test_guessing_codes_is_limited(client: Client, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"verification": "3/m/ip"}
    answers = [client.post("/en/verify/", {"code": new_code()}).status_code for _number in range(4)]
    assert answers == [404, 404, 404, 429]


def test_the_moment_is_kept_to_the_microsecond() -> None:
    network = signed_network()
    moment = network.call.closes_at - timedelta(microseconds=1)
    send(network, moment)
    assert Submission.objects.get(network=network).sent_at == moment
