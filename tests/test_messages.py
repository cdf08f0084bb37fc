"""The translation catalogues without the gettext programs."""

import gettext
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

CODE = """
from django.utils.translation import gettext as _, ngettext, pgettext
title = _("Open calls")
# Translators: the button
joined = _("Register "
    "interest")
count = ngettext("%(n)d call", "%(n)d calls", 2)
month = pgettext("month", "May")
computed = _(title)
"""
TEMPLATE = """{% load i18n %}
  {% translate "Open calls" %} it's <a title="{{ _("Read more") }}">
    {% blocktranslate trimmed count n=rows|length %}
      One network of {{ lead }}
    {% plural %}
      {{ n }} networks of {{ lead }}
    {% endblocktranslate %}
  {% translate "May" context "permission" %}
"""


@pytest.fixture
def project(settings, tmp_path: Path) -> Path:
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    for name, content in {"calls/views/listing.py": CODE, "templates/calls/list.html": TEMPLATE}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def italian(project: Path) -> Path:
    return project / "locale" / "it" / "LC_MESSAGES" / "django.po"


def translate_all(path: Path) -> None:
    """Fill each empty text with "tradotto", as a translator would."""
    head, body = path.read_text().split("\n\n", 1)
    for empty in ('msgstr ""', 'msgstr[0] ""', 'msgstr[1] ""'):
        body = body.replace(f"{empty}\n", f'{empty[:-1]}tradotto"\n')
    path.write_text(f"{head}\n\n{body}")


def test_texts_come_from_code_and_templates_with_plural_and_context(project):
    call_command("messages", verbosity=0)
    lines = [line for line in italian(project).read_text().splitlines() if line.startswith(("msgid", "msgctxt", "#."))]
    assert lines == [
        'msgid ""',
        'msgid "%(n)d call"',
        'msgid_plural "%(n)d calls"',
        'msgctxt "month"',
        'msgid "May"',
        'msgctxt "permission"',
        'msgid "May"',
        'msgid "One network of %(lead)s"',
        'msgid_plural "%(n)s networks of %(lead)s"',
        'msgid "Open calls"',
        'msgid "Read more"',
        "#. Translators: the button",
        'msgid "Register interest"',
    ]


def test_a_catalogue_without_italian_texts_is_refused(project):
    call_command("messages", verbosity=0)
    with pytest.raises(CommandError, match="it: not translated: 'Open calls'"):
        call_command("messages", check=True)


def test_a_complete_catalogue_passes_and_stays_as_it_is(project):
    call_command("messages", verbosity=0)
    translate_all(italian(project))
    before = italian(project).read_text()
    call_command("messages", verbosity=0)
    assert italian(project).read_text() == before
    call_command("messages", check=True, verbosity=0)


def test_a_new_text_makes_the_catalogue_out_of_date_and_keeps_the_others(project):
    call_command("messages", verbosity=0)
    translate_all(italian(project))
    (project / "calls" / "forms.py").write_text('label = _("A new text")')
    with pytest.raises(CommandError, match="it: out of date"):
        call_command("messages", check=True)
    call_command("messages", verbosity=0)
    with pytest.raises(CommandError) as refused:
        call_command("messages", check=True)
    assert str(refused.value) == "it: not translated: 'A new text'"


def test_a_fuzzy_translation_does_not_count(project):
    call_command("messages", verbosity=0)
    translate_all(italian(project))
    path = italian(project)
    path.write_text(path.read_text().replace('msgid "Read more"', '#, fuzzy\nmsgid "Read more"'))
    with pytest.raises(CommandError, match="it: not translated: 'Read more'"):
        call_command("messages", check=True)


def test_compiled_catalogue_translates(project):
    call_command("messages", verbosity=0)
    translate_all(italian(project))
    call_command("messages", compile=True)
    italian_texts, english_texts = compiled(project, "it"), compiled(project, "en")
    assert italian_texts.gettext("Open calls") == "tradotto"
    assert italian_texts.ngettext("%(n)d call", "%(n)d calls", 2) == "tradotto"
    assert italian_texts.pgettext("month", "May") == "tradotto"
    assert english_texts.gettext("Open calls") == "Open calls"
    assert english_texts.ngettext("%(n)d call", "%(n)d calls", 2) == "%(n)d calls"


def compiled(project: Path, language: str) -> gettext.GNUTranslations:
    with (project / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
