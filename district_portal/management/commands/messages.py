"""`manage.py messages`: the translation catalogues, without the gettext programs (a fresh machine has none).

Texts are taken from the Python files and from the templates into `locale/<language>/LC_MESSAGES/django.po`. The files
are sorted and hold neither dates nor line numbers, so that a change of code shows only changed texts. Nothing is
guessed: a changed text is a new text.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
ROOMS = ("assessment", "calls", "district_portal", "enterprises", "events", "projects", "templates")
# The language of the source texts: what is missing there is shown as it stands in the code.
SOURCE_LANGUAGE = "en"
COMMENT_TAG = "Translators:"

Text = str | tuple[str, ...]


class Command(BaseCommand):
    help = "Bring the translation catalogues up to date, check them (--check) or compile them (--compile)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail when something is to do")
        parser.add_argument("--compile", action="store_true", help="write the .mo files that are older than their .po")

    def handle(self, *, check: bool, compile: bool, verbosity: int, **options: object) -> None:
        if compile:
            return compile_catalogues()
        messages = list(extract(settings.BASE_DIR))
        faults = []
        for language, _name in settings.LANGUAGES:
            path = _po_path(language)
            text = _po_text(merge(language, messages))
            if check:
                if not path.exists() or path.read_bytes() != text:
                    faults.append(f"{language}: out of date, run `make messages`")
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text)
            faults += [f"{language}: not translated: {text!r}" for text in untranslated(language)]
        if check and faults:
            raise CommandError("\n".join(faults))
        if verbosity:
            self.stdout.write("\n".join([*faults, f"{len(set(messages))} texts in the code and the templates."]))
        return None


def extract(base: Path) -> Iterator[tuple[str | None, Text, tuple[str, ...]]]:
    """All texts as (context, text or (singular, plural), translators' comments)."""
    for room in ROOMS:
        for path in sorted((base / room).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                source = path.read_bytes()
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                # Django turns a template into something like Python, in which indentation has no meaning.
                lines = templatize(path.read_text(), origin=str(path)).splitlines()
                source = "\n".join(line.lstrip() for line in lines).encode()
            else:
                continue
            yield from _extract_from(source)


def _extract_from(source: bytes) -> Iterator[tuple[str | None, Text, tuple[str, ...]]]:
    found = extract_python(BytesIO(source), KEYWORDS.keys(), [COMMENT_TAG], {"encoding": "utf-8"})
    for _line, function, arguments, comments in found:
        words = arguments if isinstance(arguments, tuple | list) else (arguments,)
        positions = KEYWORDS[function] or (1,)
        context, texts = None, []
        for position in positions:
            if isinstance(position, tuple):
                context = words[position[0] - 1] if len(words) >= position[0] else None
            elif len(words) >= position:
                texts.append(words[position - 1])
        # A text that is computed cannot be extracted; an empty one is the header's.
        if len(texts) == sum(isinstance(position, int) for position in positions) and all(texts):
            yield context, texts[0] if len(texts) == 1 else tuple(texts), tuple(comments)


def merge(language: str, messages: list[tuple[str | None, Text, tuple[str, ...]]]) -> Catalog:
    """The texts of the code with the translations that exist; texts that are gone are left out.

    The same text once alone and once with a plural is one entry, as in gettext.
    """
    old = read_catalogue(language)
    new = Catalog(locale=language)
    for context, text, comments in sorted(messages, key=lambda found: isinstance(found[1], str)):
        singular = text if isinstance(text, str) else text[0]
        known = new.get(singular, context)
        if known is not None:
            known.auto_comments = list(dict.fromkeys([*known.auto_comments, *comments]))
            continue
        before = old.get(singular, context)
        fits = before is not None and isinstance(before.id, str) == isinstance(text, str)
        new.add(
            text,
            before.string if fits else None,
            context=context,
            auto_comments=comments,
            user_comments=before.user_comments if before else (),
            flags=before.flags - {"python-format"} if fits else (),
        )
    return new


def read_catalogue(language: str) -> Catalog:
    path = _po_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, ignore_obsolete=True, abort_invalid=True)


def untranslated(language: str) -> list[str]:
    """The texts that readers of a language would see in another one."""
    if language == SOURCE_LANGUAGE:
        return []
    return [_singular(message) for message in read_catalogue(language) if message.id and not _is_complete(message)]


def compile_catalogues() -> None:
    """Write each .mo file that is missing or older than its .po file."""
    for language, _name in settings.LANGUAGES:
        source = _po_path(language)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        fresh = target.with_suffix(".mo.new")
        with fresh.open("wb") as file:
            write_mo(file, read_catalogue(language))
        fresh.replace(target)


def _po_path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def _po_text(catalogue: Catalog) -> bytes:
    headers = {
        "Language": str(catalogue.locale_identifier),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalogue.plural_forms,
    }
    lines = ['msgid ""', 'msgstr ""', *(f'"{name}: {value}\\n"' for name, value in headers.items())]
    body = BytesIO()
    write_po(body, catalogue, width=100, no_location=True, omit_header=True, sort_output=True)
    return "\n".join(lines).encode() + b"\n\n" + body.getvalue()


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _is_complete(message: Message) -> bool:
    strings = (message.string,) if isinstance(message.string, str) else message.string
    return bool(strings) and all(strings) and not message.fuzzy
