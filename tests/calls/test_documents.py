"""Documents and steps of a call: judged by content, corrected and withdrawn without a gap in the history."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from calls.models import Call, CallDocument, CallMilestone
from calls.operations.documents import (
    add_document,
    remove_milestone,
    replace_document,
    save_milestone,
    withdraw_document,
)
from calls.panels.documents import panel
from calls.states import OVER
from calls.uploads import LARGEST, check_document
from district_portal.accounts.models import Role
from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from tests.factories.accounts import AppointmentFactory, UserFactory
from tests.factories.calls import CallDocumentFactory, CallFactory, CallMilestoneFactory, InterestFactory
from tests.factories.enterprises import MembershipFactory

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF"


def archive(**entries: bytes) -> bytes:
    """A zip file; the first `_` of a name stands for `/`, the last one for a dot."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        for name, content in entries.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return kept.getvalue()


DOCX = archive(word__document_xml=b"<w/>")
XLSX = archive(xl__workbook_xml=b"<x/>")
ODT = archive(mimetype=b"application/vnd.oasis.opendocument.text")


def uploaded(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


# --- What a document is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, content",
    [
        ("bando.pdf", PDF),
        ("Bando.PDF", PDF),
        ("modulo.docx", DOCX),
        ("budget.xlsx", XLSX),
        ("testo.odt", ODT),
        ("dati.csv", "città,1 < 2\n".encode()),
        ("dati.csv", b"\xef\xbb\xbfa;b\n"),
        ("tutto.zip", archive(bando_pdf=PDF)),
    ],
)
def test_documents_are_accepted(name, content):
    check_document(uploaded(name, content))


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("page.html", b"<html>", "can't be added"),
        ("program.exe", b"MZ", "can't be added"),
        ("noending", PDF, "can't be added"),
        ("bando.pdf.html", PDF, "can't be added"),
        ("bando.pdf", b"<html><script>alert(1)</script>", "not that of a PDF"),
        ("bando.pdf", b"MZ\x90\x00", "not that of a PDF"),
        ("bando.pdf", DOCX, "not that of a PDF"),
        ("bando.pdf", b"  %PDF-1.7", "not that of a PDF"),
        ("modulo.docx", PDF, "not that of a DOCX"),
        ("modulo.docx", XLSX, "not that of a DOCX"),
        ("modulo.docx", archive(evil_html=b"<script>"), "not that of a DOCX"),
        ("modulo.docx", DOCX[:40], "not that of a DOCX"),
        ("macro.docx", archive(word__document_xml=b"", word__vbaProject_bin=b""), "a program or a macro"),
        ("budget.xlsx", DOCX, "not that of a XLSX"),
        ("testo.odt", archive(mimetype=b"text/html"), "not that of a ODT"),
        ("all.zip", archive(setup_exe=b"MZ"), "a program or a macro"),
        ("all.zip", archive(page_html=b""), "a program or a macro"),
        ("all.zip", b"not an archive", "not that of a ZIP"),
        ("up.zip", archive(**{"..__bando_pdf": PDF}), "not that of a ZIP"),
        ("note.txt", b"<!DOCTYPE html><p>", "holds a page or a program"),
        ("note.txt", b"hello <ScRiPt src=x>", "holds a page or a program"),
        ("data.csv", b"<svg onload=alert(1)>", "holds a page or a program"),
        ("run.txt", b"#!/bin/sh\nrm -rf /", "holds a page or a program"),
        ("data.csv", b"MZ\x90\x00\xff", "not written in UTF-8"),
        ("data.csv", b"a,b\ncitt\xe0,1\n", "Line 2 of this file is not written in UTF-8"),
        ("data.csv", b"a\x00b", "not that of a TXT"),
        ("large.pdf", PDF + b" " * LARGEST, "the most is 20"),
    ],
    ids=lambda part: "content" if isinstance(part, bytes) else None,  # archives hold the time: no name for a test
)
def test_what_is_not_a_document_is_refused_with_a_way_on(name, content, words):
    with pytest.raises(ValidationError) as refused:
        check_document(uploaded(name, content))
    assert words in refused.value.messages[0]


def test_an_archive_that_would_unpack_to_too_much_is_refused_without_unpacking_it():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for number in range(3):
            made.writestr(f"{number}.txt", bytes(70_000_000))
    with pytest.raises(ValidationError, match="holds too much"):
        check_document(uploaded("bomb.zip", kept.getvalue()))


# --- Publishing --------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(db):
    return UserFactory()


@pytest.fixture
def call(staff):
    call = CallFactory(slug="reti")
    AppointmentFactory(role=Role.REGIONAL_STAFF, region=call.programme.region, district=None, user=staff)
    return call


@pytest.fixture
def publisher(client, staff):
    client.force_login(staff)
    return client


def fields(**changes):
    return {
        "title_it": "Modulo",
        "title_en": "Form",
        "language": "it",
        "file": uploaded("modulo.docx", DOCX),
        "note": "New form.",
    } | changes


def told() -> int:
    return OutboxRow.objects.filter(message="calls/call_changed", channel="mail").count()


def test_a_document_of_a_public_call_comes_with_a_note_a_version_and_a_message(publisher, call):
    MembershipFactory(organisation=InterestFactory(call=call).organisation)
    long_name = uploaded(f"{'modulo ' * 20}.docx", DOCX)
    assert publisher.post("/en/publishing/reti/documents/", fields(file=long_name)).status_code == 302
    document = call.documents.get()
    assert (document.title_en, document.extension, document.published_on) == ("Form", "docx", timezone.localdate())
    latest = call.versions.first()
    assert (latest.number, latest.note) == (2, "New form.")
    assert [value["sha256"] for value in latest.content["documents"].values()] == [document.sha256]
    assert told() == 1


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"note": ""}, "note"),
        ({"file": uploaded("page.pdf", b"<html>")}, "file"),
        ({"file": ""}, "file"),
        ({"title_it": ""}, "title_it"),
        ({"language": "fr"}, "language"),
    ],
)
def test_a_wrong_document_is_told_at_its_field_and_nothing_is_saved(publisher, call, settings, changes, field):
    answer = publisher.post("/en/publishing/reti/documents/", fields(**changes))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not call.documents.exists()
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []
    assert told() == 0


def test_a_draft_asks_for_no_note_and_makes_no_version(publisher, call):
    call.state = "draft"
    call.save()
    assert "note" not in publisher.get("/en/publishing/reti/documents/").context["form"].fields
    assert publisher.post("/en/publishing/reti/documents/", fields(note="")).status_code == 302
    assert (call.documents.count(), call.versions.count()) == (1, 0)


def test_the_same_file_again_is_refused(publisher, call):
    publisher.post("/en/publishing/reti/documents/", fields())
    assert publisher.post("/en/publishing/reti/documents/", fields(title_it="Altro")).status_code == 409
    assert call.documents.count() == 1


def test_a_replaced_document_stays_readable_as_an_earlier_version(publisher, call):
    old = CallDocumentFactory(call=call)
    sent = fields(file=uploaded("bando.pdf", PDF), note="Annex 2 corrected.")
    assert publisher.post(f"/en/publishing/reti/documents/{old.pk}/replace/", sent).status_code == 302
    shown = panel(call)["documents"]
    assert [(document.row.note, document.earlier) for document in shown] == [("Annex 2 corrected.", [old])]
    page = publisher.get("/en/calls/reti/").content.decode()
    assert "corrected" in page and "Annex 2 corrected." in page
    assert b"".join(publisher.get(f"/en/calls/reti/documents/{old.pk}/").streaming_content)
    change = publisher.get("/en/calls/reti/versions/2/").context["changes"]
    assert [each.label for each in change] == ["Document replaced: Form"]


def test_a_document_is_replaced_once(call, staff):
    old = CallDocumentFactory(call=call)
    new, late = (CallDocument(call=call, title_it="Nuovo", file=uploaded("b.pdf", PDF + end)) for end in (b"1", b"2"))
    replace_document(old, new, actor=staff, note="Corrected.")
    with pytest.raises(DomainError, match="has been replaced"):
        replace_document(old, late, actor=staff, note="Corrected.")
    assert call.documents.count() == 2


@pytest.mark.parametrize("state", OVER)
def test_the_documents_and_steps_of_a_call_that_is_over_stay_as_they_are(state, call, staff):
    document, step = CallDocumentFactory(call=call), CallMilestoneFactory(call=call)
    Call.objects.filter(pk=call.pk).update(state=state)
    new = CallDocument(call=call, title_it="Nuovo", file=uploaded("b.pdf", PDF))
    for change in (
        lambda: add_document(new, actor=staff, note="Late."),
        lambda: replace_document(document, new, actor=staff, note="Late."),
        lambda: withdraw_document(document, actor=staff, note="Late."),
        lambda: save_milestone(step, actor=staff, note="Late."),
        lambda: remove_milestone(step, actor=staff, note="Late."),
    ):
        with pytest.raises(DomainError, match="is over"):
            change()
    assert list(call.documents.current()) == [document]


def test_a_withdrawn_document_of_a_public_call_stays_in_the_history_with_its_reason(publisher, call):
    document = CallDocumentFactory(call=call)
    address = f"/en/publishing/reti/documents/{document.pk}/withdraw/"
    assert publisher.post(address, {"note": ""}).status_code == 422
    assert publisher.post(address, {"note": "Wrong call."}).status_code == 302
    shown = panel(call)
    assert (shown["documents"], [each.row for each in shown["withdrawn_documents"]]) == ([], [document])
    assert "Wrong call." in publisher.get("/en/calls/reti/").content.decode()
    assert b"".join(publisher.get(f"/en/calls/reti/documents/{document.pk}/").streaming_content)
    assert publisher.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_removed_document_of_a_draft_is_gone_with_the_files_that_it_replaced(client, settings):
    staff, call = UserFactory(is_staff=True, is_superuser=True), CallFactory(draft=True)
    old = CallDocumentFactory(call=call)
    new = CallDocument(call=call, title_it="Nuovo", file=uploaded("b.pdf", PDF))
    replace_document(old, new, actor=staff)
    withdraw_document(new, actor=staff)
    assert not call.documents.exists()
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_all_documents_come_in_one_file_that_is_written_while_it_is_sent(client, call):
    contents = [bytes([number]) * 300_000 for number in range(4)]
    for content in contents:
        CallDocumentFactory(call=call, file=uploaded("bando.pdf", content))
    withdrawn = CallDocumentFactory(call=call)
    CallDocument.objects.filter(pk=withdrawn.pk).update(withdrawn_at=timezone.now())
    answer = client.get("/en/calls/reti/documents.zip")
    pieces = list(answer.streaming_content)
    assert len(pieces) > 4
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as read:
        assert read.namelist() == ["call-text.pdf", "call-text-2.pdf", "call-text-3.pdf", "call-text-4.pdf"]
        assert [read.read(name) for name in read.namelist()] == contents
        assert read.testzip() is None


def test_a_call_without_documents_has_no_file_of_them(client, call):
    assert client.get("/en/calls/reti/documents.zip").status_code == 404


# --- Timeline ----------------------------------------------------------------------------------------------------

STEP = {"name_it": "Graduatoria", "name_en": "Ranking", "starts_on": "2027-03-01", "note": "Date known."}


def test_steps_are_added_changed_and_removed_each_with_a_version(publisher, call):
    assert publisher.post("/en/publishing/reti/timeline/", STEP).status_code == 302
    step = call.milestones.get()
    changed = STEP | {"ends_on": "2027-03-05"}
    assert publisher.post(f"/en/publishing/reti/timeline/{step.pk}/", changed).status_code == 302
    assert publisher.post(f"/en/publishing/reti/timeline/{step.pk}/remove/", {"note": "Later."}).status_code == 302
    assert not call.milestones.exists()
    labels = [publisher.get(f"/en/calls/reti/versions/{number}/").context["changes"][0].label for number in (2, 3, 4)]
    assert labels == [f"Step of the timeline {word}: Ranking" for word in ("added", "changed", "removed")]


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"ends_on": "2027-02-28"}, "ends_on"),
        ({"starts_on": "2027-02-30"}, "starts_on"),
        ({"name_en": ""}, "name_en"),
        ({"note": ""}, "note"),
    ],
)
def test_a_wrong_step_is_told_at_its_field(publisher, call, changes, field):
    answer = publisher.post("/en/publishing/reti/timeline/", STEP | changes)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not CallMilestone.objects.exists()


def test_others_neither_see_nor_change_them(client, call):
    client.force_login(MembershipFactory().user)
    step = CallMilestoneFactory(call=call)
    for path in ("documents/", "timeline/", f"timeline/{step.pk}/", f"timeline/{step.pk}/remove/"):
        assert client.post(f"/en/publishing/reti/{path}", STEP).status_code == 403
