"""Documents that a worker makes: ordered once, made whole or not at all, read by who sees the network."""

import zipfile
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from projects.models import Network, Paper
from projects.operations.papers import ATTEMPTS, claim_paper, finish_paper, order_paper
from projects.papers.registry import PAPERS, PaperKind
from projects.states import PaperState
from projects.tasks import make_papers
from tests.factories.accounts import UserFactory
from tests.factories.proposals import (
    AnswerFactory,
    AttachmentFactory,
    ExpectedIndicatorFactory,
    lead_of,
    whole_network,
)
from tests.projects.sent import call_of, send, sign_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return whole_network(cells=6)


@pytest.fixture
def broken(monkeypatch):
    """A kind of document whose maker fails."""

    def fail(paper, path):
        path.write_bytes(b"half")
        raise ValueError("the maker has a fault")

    monkeypatch.setitem(PAPERS, "broken", PaperKind("broken", "pdf", lambda paper: "Broken", fail))
    return "broken"


def text_of(paper: Paper) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(paper.file.path).pages)


def made(network, language="en", **more) -> Paper:
    paper = order_paper(network, "proposal", language=language, actor=None, **more)
    make_papers()
    paper.refresh_from_db()
    return paper


def test_the_proposal_holds_all_that_was_written(network):
    AnswerFactory(network=network, question="aim", text="α-particles ≤ 5 µm,\n\nand “as it was typed” <b>too</b>.")
    text = text_of(made(network))
    for words in [
        network.title,
        network.idea,
        *(partner.organisation.name for partner in network.partners.all()),
        "α-particles ≤ 5 µm,",
        "and “as it was typed” <b>too</b>.",
        "WP2 Package 2",
        "The prototype measures",
        "The membrane comes late",
        "€ 60,000",
        "page 1 of",
    ]:
        assert words in text.replace("\xa0", " "), words


def test_indicators_have_their_names_and_decimals_and_headings_break_no_word(network):
    ExpectedIndicatorFactory(network=network, code="RCO10", baseline=Decimal("0.25"), target=Decimal("1.5"))
    text = text_of(made(network))
    assert "RCO10 Enterprises cooperating with research organisations" in " ".join(text.split())
    assert "0.25" in text and "1.5" in text
    assert "Person-months" in text and "Probabilità" in text_of(made(network, language="it"))


def test_a_document_speaks_the_language_in_which_it_was_ordered(network):
    paper = made(network, language="it")
    assert PdfReader(paper.file.path).trailer["/Root"]["/Lang"] == "it"
    assert "60.000 €" in text_of(paper).replace("\xa0", " ")


def test_a_text_of_many_pages_is_neither_cut_nor_refused(network):
    partner = network.partners.first()
    partner.tasks = " ".join(f"word{number}" for number in range(4000))
    partner.save()
    text = text_of(made(network))
    assert "word0 " in text and "word3999" in text


def test_ordered_twice_while_it_waits_it_is_made_once(network):
    first = order_paper(network, "proposal", language="it", actor=None)
    assert order_paper(network, "proposal", language="it", actor=None) == first
    assert make_papers() == 1
    # The proposal may have changed since: asked for again it is made again.
    assert order_paper(network, "proposal", language="it", actor=None) != first


def test_what_is_about_something_that_never_changes_is_made_once(network, monkeypatch):
    letter = PaperKind("letter", "pdf", lambda paper: "Letter", lambda paper, path: path.write_bytes(b"%PDF-1.7"))
    monkeypatch.setitem(PAPERS, "letter", letter)
    first = order_paper(network, "letter", about="7", language="it", actor=None)
    make_papers()
    assert order_paper(network, "letter", about="7", language="it", actor=None) == first
    assert order_paper(network, "letter", about="8", language="it", actor=None) != first


def test_the_same_content_gives_the_same_bytes(network):
    moment = timezone.now()
    papers = [made(network) for _time in range(2)]
    Paper.objects.update(requested_at=moment)
    for paper in papers:
        paper.refresh_from_db()
        PAPERS["proposal"].make(paper, Path(paper.file.path))
    assert Path(papers[0].file.path).read_bytes() == Path(papers[1].file.path).read_bytes()


def test_one_that_fails_is_tried_three_times_and_then_told(network, broken):
    paper = order_paper(network, broken, language="en", actor=None)
    for _attempt in range(ATTEMPTS):
        assert make_papers() == 1
        Paper.objects.filter(state=PaperState.WAITING).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert make_papers() == 0
    paper.refresh_from_db()
    assert (paper.state, paper.file.name) == (PaperState.FAILED, "")
    assert paper.error == "The document could not be made. The operators can see why; try again later."


def test_a_half_written_file_is_never_left_behind(network, broken, settings):
    order_paper(network, broken, language="en", actor=None)
    make_papers()
    assert [path for path in (Path(settings.MEDIA_ROOT) / "papers").rglob("*") if path.is_file()] == []


def test_a_worker_that_was_presumed_dead_changes_nothing(network):
    order_paper(network, "proposal", language="en", actor=None)
    dead = claim_paper()
    Paper.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    alive = claim_paper()
    assert not finish_paper(dead, file="papers/dead.pdf", name="dead.pdf", sha256="0" * 64, size=1)
    assert finish_paper(alive, file="papers/alive.pdf", name="alive.pdf", sha256="0" * 64, size=1)


def test_while_one_worker_makes_it_another_takes_the_next(network):
    first = order_paper(network, "proposal", language="en", actor=None)
    second = order_paper(network, "proposal", language="it", actor=None)
    assert [claim_paper(), claim_paper(), claim_paper()] == [first, second, None]


# --- What is made of a submission ------------------------------------------------------------------------------------


@pytest.fixture
def sent():
    """Sent for a call that is handed over, with an attachment."""
    network = whole_network(call=call_of(channel="hand_over"), partners=2, cells=6)
    AttachmentFactory(network=network, name="quote.pdf")
    sign_all(network)
    return send(network)


def papers_of(sent):
    make_papers()
    return {paper.kind: paper for paper in Paper.objects.filter(about=str(sent.pk))}


def test_the_receipt_says_what_anyone_needs_to_verify_it(sent):
    text = text_of(papers_of(sent)["receipt"]).replace("\n", " ")
    network = sent.network
    names = [partner.organisation.name for partner in network.partners.all()]
    address = f"/verify/{sent.code}/"
    for words in [sent.number, sent.code, sent.digest, sent.chain_digest, "quote.pdf", address, *names]:
        assert words in text, words


def test_the_package_holds_all_of_it_with_sums_that_hold(sent):
    package = papers_of(sent)["package"]
    with zipfile.ZipFile(package.file.path) as archive:
        names = archive.namelist()
        sums = dict(reversed(line.split("  ")) for line in archive.read("SHA256SUMS").decode().splitlines())
        assert sums == {name: sha256(archive.read(name)).hexdigest() for name in names if name != "SHA256SUMS"}
        assert archive.read("proposal.json").decode() == sent.content
        book = load_workbook(BytesIO(archive.read("budget.xlsx")))
    assert names == [
        "proposal.pdf",
        "receipt.pdf",
        "budget.xlsx",
        "proposal.json",
        "attachments/01 quote.pdf",
        "SHA256SUMS",
    ]
    assert sum(row[4] for row in book.active.iter_rows(min_row=2, values_only=True)) == 60000


def test_a_package_is_not_made_of_a_file_that_is_not_what_was_sent(sent):
    Path(sent.network.attachments.get().file.path).write_bytes(b"%PDF-1.7 another one")
    for _attempt in range(ATTEMPTS):
        make_papers()
        Paper.objects.filter(state=PaperState.WAITING).update(lease_until=timezone.now() - timedelta(seconds=1))
    states = dict(Paper.objects.values_list("kind", "state"))
    assert states == {"receipt": "ready", "sent_proposal": "ready", "package": "failed"}


def test_the_proposal_as_sent_stays_what_was_sent(sent):
    Network.objects.filter(pk=sent.network_id).update(title="Another title")
    text = text_of(papers_of(sent)["sent_proposal"])
    assert sent.network.title in text and "Another title" not in text
    assert f"Receipt {sent.number}" in text or f"Ricevuta {sent.number}" in text


def test_members_order_watch_and_download_the_proposal(client, network):
    client.force_login(lead_of(network))
    answer = client.post(reverse("projects:proposal_order", args=[network.pk]))
    paper = Paper.objects.get()
    assert answer.url == paper.get_absolute_url()
    waiting = client.get(answer.url)
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert client.get(reverse("projects:paper_download", args=[paper.pk])).status_code == 409
    make_papers()
    paper.refresh_from_db()
    ready = client.get(answer.url, headers={"hx-request": "true"}).content.decode()
    assert "every 2s" not in ready and reverse("projects:paper_download", args=[paper.pk]) in ready
    file = client.get(reverse("projects:paper_download", args=[paper.pk]))
    assert file["Content-Disposition"].startswith("attachment;")
    assert file["X-Content-SHA256"] == paper.sha256
    assert b"".join(file.streaming_content).startswith(b"%PDF-")


def test_strangers_neither_see_nor_order(client, network):
    paper = order_paper(network, "proposal", language="en", actor=None)
    client.force_login(UserFactory())
    assert client.get(paper.get_absolute_url()).status_code == 404
    assert client.get(reverse("projects:paper_download", args=[paper.pk])).status_code == 404
    assert client.post(reverse("projects:proposal_order", args=[network.pk])).status_code == 404
    assert Paper.objects.count() == 1


def test_only_one_that_failed_is_tried_again(client, network, broken):
    paper = order_paper(network, broken, language="en", actor=None)
    client.force_login(lead_of(network))
    url = reverse("projects:paper_retry", args=[paper.pk])
    assert client.post(url).status_code == 409
    Paper.objects.update(state=PaperState.FAILED, attempts=ATTEMPTS, error="It could not be made.")
    assert client.post(url).status_code == 302
    paper.refresh_from_db()
    assert (paper.state, paper.attempts, paper.error) == (PaperState.WAITING, 0, "")
