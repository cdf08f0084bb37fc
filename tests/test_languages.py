"""Both languages are complete: nothing of a page is left in the other one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import CharField, TextField
from django.test import Client, override_settings
from django.utils import translation

from district_portal.accounts.models import User
from district_portal.management.commands.messages import read_catalogue
from projects.models import Submission
from tests.access_world import ROLES, World
from tests.test_access import TABLE

# What people wrote is the same in both languages.
SAME = {"A disposable line with built-in sensors.", "May we lead, being small?", "Tecnopolo, Mirandola (MO)"}
PAGES = {"200", "409", "422"}
ATTRIBUTES = ("alt", "aria-label", "data-l", "placeholder", "title")
WORD = re.compile(r"\W*[^\W\d_]{2,}(?:['’-][^\W\d_]+)*\W*")
KEPT = re.compile(r"%(?:\(\w+\))?[sd%]|<[^>]+>|\N{NO-BREAK SPACE}")
FILES = {f"projects:{name}" for name in ("paper_download", "attachment", "attachment_replace")} | {
    "assessment:attachment",
    "assessment:evaluation_attachment",
}
ROWS = [
    row
    for row in csv.DictReader(TABLE.read_text().splitlines())
    if row["row"] != "other"
    and PAGES & set(row.values())
    and not row["route"].startswith(("calls_", "calls:document", "tickets:ics", "events:calendar", "reports:download"))
    and row["route"] not in FILES
]


def test_every_text_is_translated():
    call_command("messages", check=True, verbosity=0)


def test_a_translation_keeps_placeholders_tags_and_no_break_spaces():
    for message in filter(lambda message: message.id, read_catalogue("it")):
        sources, words = message.id, message.string
        pairs = [(sources, words)] if isinstance(sources, str) else zip(sources, words, strict=True)
        for source, text in pairs:
            assert set(KEPT.findall(source)) == set(KEPT.findall(text)), source


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=media):
            made = World()
        made.media = media
        yield made
        transaction.set_rollback(True)


def sentences(html: str) -> Iterator[str]:
    """Three words or more: of each text, and of each attribute that is shown or read out."""
    page = BeautifulSoup(html, "html.parser")
    # What stands on a page in a language of its own says so, such as a rule that is previewed in both.
    for element in page(["script", "style"]) + page.select("body [lang]"):
        element.decompose()
    texts = [text for text in page.find_all(string=True) if not isinstance(text, PreformattedString)]
    spoken = [element[name] for name in ATTRIBUTES for element in page.find_all(attrs={name: True})]
    for text in [*texts, *spoken]:
        words = text.replace(settings.PORTAL_NAME, "").strip(" ·:\n").split()
        if len([word for word in words if WORD.fullmatch(word)]) >= 3:
            yield " ".join(words)


def answer(world: World, role: str, row: dict[str, str], language: str) -> str:
    client = Client()
    with transaction.atomic(), override_settings(MEDIA_ROOT=world.media), translation.override(language):
        person = world.people[role]
        if person is not None:
            client.force_login(type(person).objects.get(pk=person.pk))
        address = world.address(row["route"], row["row"])
        response = client.get(address) if row["method"] == "GET" else client.post(address)
        body = b"" if response.streaming else response.content
        transaction.set_rollback(True)
    return body.decode() if response["Content-Type"].startswith("text/html") else ""


def written() -> list[str]:
    """What people wrote in networks and assessments, and their names: the longest first."""
    texts = {str(person) for person in User.objects.all()}
    for model in [*apps.get_app_config("projects").get_models(), *apps.get_app_config("assessment").get_models()]:
        fields = [field for field in model._meta.fields if type(field) in (CharField, TextField)]
        for row in model._base_manager.values_list(*(field.name for field in fields)):
            texts.update(text for text in row if text and " " in text)
    for sent in Submission.objects.all():
        texts.update(re.findall(r'"([^"\\]* [^"\\]*)"', sent.content))
    return sorted((" ".join(text.split()) for text in texts), key=len, reverse=True)


def of_the_portal(sentence: str, texts: list[str]) -> bool:
    """Whether more of it than a code is left without what people wrote."""
    for text in texts:
        sentence = sentence.replace(text, " ")
    return len([word for word in sentence.split() if WORD.fullmatch(word)]) >= 3


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['method']} {row['route']}")
def test_an_italian_page_has_no_sentence_of_the_english_one(world: World, row: dict[str, str]):
    texts = written()
    for role in (role for role in ROLES if row[role] in PAGES):
        english = set(sentences(answer(world, role, row, "en")))
        italian = set(sentences(answer(world, role, row, "it")))
        assert {each for each in english & italian if of_the_portal(each, texts)} <= SAME, role
