"""Documents of a proposal: what may be uploaded, by whom, and what becomes of what is replaced or removed."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from projects import sections
from projects.content import snapshot
from projects.models import IntegrationRound, Partner
from projects.operations import attachments as operations
from tests.factories.accounts import UserFactory
from tests.factories.calls import CallFactory
from tests.factories.enterprises import MembershipFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.factories.proposals import AttachmentFactory, lead_of, owner_of, whole_network

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 letter of intent"
WANTED = [{"code": "letter", "name_it": "Lettera di intenti", "name_en": "Letter of intent"}]


@pytest.fixture
def network():
    network = whole_network(call=CallFactory(rules={"documents": {"documents": WANTED}}))
    network.attachments.all().delete()
    return network


@pytest.fixture
def lead(client, network):
    user = lead_of(network)
    client.force_login(user)
    return user


def address(name, network, *more):
    return reverse(f"projects:{name}", args=[network.pk, *more])


def upload(client, network, content=PDF, name="letter.pdf", **values):
    file = SimpleUploadedFile(name, content)
    return client.post(address("attachment_new", network), {"kind": "letter", "title": "", "file": file, **values})


def test_what_the_call_asks_for_is_missing_until_it_is_there(client, network, lead):
    text = client.get(address("documents", network)).content.decode()
    assert "0 of 1 document that the call asks for is there." in text
    assert upload(client, network).status_code == 302
    text = client.get(address("documents", network)).content.decode()
    assert "1 of 1 document that the call asks for is there." in text
    assert hashlib.sha256(PDF).hexdigest() in text
    (attachment,) = network.attachments.all()
    assert (attachment.title, attachment.name, attachment.size) == ("Letter of intent", "letter.pdf", len(PDF))
    assert attachment.file.name.startswith(f"networks/{network.pk}/")


@pytest.mark.parametrize(
    ("name", "content"),
    [("letter.pdf", b"<html>"), ("letter.exe", b"MZ"), ("letter.docx", b"no archive"), ("letter.pdf", b"")],
)
def test_a_file_that_is_not_what_it_says_is_refused(client, network, lead, name, content):
    answer = upload(client, network, content, name)
    assert answer.status_code == 422
    assert answer.context["form"]["file"].errors
    assert not network.attachments.exists()


def test_an_archive_that_unpacks_to_too_much_is_refused(client, network, lead):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", bytes(90 * 1024 * 1024))
    assert upload(client, network, packed.getvalue(), "letter.zip").status_code == 422


def test_the_download_is_a_file_to_keep_and_never_a_page(client, network, lead):
    upload(client, network)
    answer = client.get(address("attachment", network, network.attachments.get().pk))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_who_is_not_in_the_network_finds_no_document(client, network, lead):
    upload(client, network)
    stranger = NetworkFactory()
    MembershipFactory(organisation=stranger.partners.get().organisation, user=(user := UserFactory()))
    client.force_login(user)
    pk = network.attachments.get().pk
    assert client.get(address("attachment", network, pk)).status_code == 404
    assert client.get(address("attachment", stranger, pk)).status_code == 404


def test_the_same_file_is_not_added_twice(client, network, lead):
    upload(client, network)
    answer = upload(client, network)
    assert answer.status_code == 409
    assert "This very file is already there as “Letter of intent”." in answer.content.decode()
    assert "Add the document" in answer.content.decode()  # the form, with what was typed
    partner = network.partners.exclude(role=Partner.Role.LEAD).first()
    assert upload(client, network, partner=partner.pk).status_code == 302


def test_what_is_replaced_is_kept_and_no_longer_part_of_the_proposal(client, network, lead):
    upload(client, network)
    old = network.attachments.get()
    url = address("attachment_replace", network, old.pk)
    assert client.post(url, {"file": SimpleUploadedFile("new.pdf", b"%PDF-1.7 new")}).status_code == 302
    assert [each["name"] for each in snapshot(network)["attachments"]] == ["new.pdf"]
    assert b"".join(client.get(address("attachment", network, old.pk)).streaming_content) == PDF
    answer = client.post(url, {"file": SimpleUploadedFile("newer.pdf", b"%PDF-1.7 newer")})
    assert answer.status_code == 409


def test_a_removed_document_can_be_brought_back(client, network, lead):
    upload(client, network)
    pk = network.attachments.get().pk
    client.post(address("attachment_remove", network, pk))
    assert not network.attachments.current().exists()
    assert "Undo" in client.get(address("documents", network)).content.decode()
    client.post(address("attachment_restore", network, pk))
    assert network.attachments.current().count() == 1


def test_there_is_an_end_to_documents(client, network, lead, monkeypatch):
    monkeypatch.setattr(operations, "MOST_FILES", 2)
    AttachmentFactory.create_batch(2, network=network, kind="other")
    assert upload(client, network).status_code == 409


def test_a_partner_that_has_not_confirmed_has_no_documents(client, network, lead):
    invited = PartnerFactory(network=network, invited=True)
    assert upload(client, network, partner=invited.pk).status_code == 422


@pytest.mark.parametrize(("unlocked", "status"), [([sections.ATTACHMENTS], 302), ([sections.PLAN], 409)])
def test_an_integration_round_unlocks_documents_where_it_asks_for_them(client, unlocked, status, proposal_sent):
    network = proposal_sent
    client.force_login(lead_of(network))
    IntegrationRound.objects.create(
        submission=network.submissions.get(),
        sections=unlocked,
        text="The letter is missing.",
        asked_by=UserFactory(),
        due_at=timezone.now() + timedelta(days=10),
    )
    assert upload(client, network, kind="other").status_code == status


@pytest.fixture
def proposal_sent():
    """A sent network with the row of its submission; sending itself is tested where it is done."""
    network = whole_network(state="sent")
    version = network.versions.create(number=1, content=snapshot(network), digest="0" * 64)
    network.submissions.create(
        number="2026-1", code="code", version=version, content="{}", digest="0" * 64, files=[], chain_digest="0" * 64,
        sent_by=lead_of(network), sent_at=timezone.now(),
    )  # fmt: skip
    return network


def test_every_partner_adds_documents(client, network):
    client.force_login(owner_of(network.partners.exclude(role=Partner.Role.LEAD).first()))
    assert upload(client, network).status_code == 302
