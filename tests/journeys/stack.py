"""A running portal of the tests' own (web, workers, beat, servers), and people who use it without JavaScript."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
from bs4 import BeautifulSoup, Tag

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "mirandola-2012"
Found = TypeVar("Found")


def eventually(ask: Callable[[], Found | None], seconds: float = 30, *, pause: float = 0.3) -> Found:
    """What `ask` finds, as soon as it finds something: the worker needs its second. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, f"nothing happened within {seconds} seconds"
        time.sleep(pause)
    return found


@dataclass
class Answer:
    status: int
    url: str
    body: bytes
    headers: Any

    @property
    def path(self) -> str:
        return urllib.parse.urlsplit(self.url).path

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.body, "html.parser")

    @property
    def text(self) -> str:
        """The words of the page, spaces made one."""
        return " ".join(self.page.get_text(" ").split())

    def json(self) -> Any:
        return json.loads(self.body)


class Person:
    """Somebody with a browser: keeps cookies, follows redirects, sends forms with their token."""

    def __init__(self, stack: Stack, language: str = "en") -> None:
        self.stack, self.language = stack, language
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def sign_in(self, name: str) -> Person:
        answer = self.post("/accounts/login/", login=f"{name}@demo.example", password=PASSWORD)
        assert answer.path == f"/{self.language}/desk/", f"{name} could not sign in: {answer.text[:300]}"
        return self

    def get(self, path: str) -> Answer:
        return self._open(urllib.request.Request(self.stack.url + self._localised(path)))

    def post(self, path: str, **fields: Any) -> Answer:
        data = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": self._token()}, doseq=True).encode()
        request = urllib.request.Request(self.stack.url + self._localised(path), data, {"Referer": self.stack.url})
        return self._open(request)

    def fill(self, path: str, **typed: Any) -> Answer:
        """Open a page, type into its first form that has these fields, and send it with all that stood in it."""
        page = self.get(path)
        forms = [form for form in page.page.select("main form") if all(form.select(f"[name={name}]") for name in typed)]
        assert forms, f"{page.path} ({page.status}) has no form with {', '.join(typed)}: {page.text[:300]}"
        return self.post(urllib.parse.urljoin(page.path, forms[0].get("action") or ""), **_sent_by(forms[0]) | typed)

    def _localised(self, path: str) -> str:
        return path if re.match(r"/(it|en)/", path) else f"/{self.language}{path}"

    def _token(self) -> str:
        for _attempt in range(2):
            for cookie in self.cookies:
                if cookie.name == "csrf":
                    return cookie.value or ""
            self.get("/accounts/login/")
        raise AssertionError("the sign-in page sets no CSRF cookie")

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=30) as response:
                return Answer(response.status, response.url, response.read(), response.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.url or request.full_url, error.read(), error.headers)


def _sent_by(form: Tag) -> dict[str, list[str]]:
    """What a browser sends of a form in which nobody changes anything."""
    found: dict[str, list[str]] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        kind, ticked = field.get("type"), "checked" in field.attrs
        if field.name == "select":
            values = [option["value"] for option in field.select("option[selected]")]
        elif field.name == "textarea":
            values = [field.get_text().removeprefix("\n")]
        elif kind in ("checkbox", "radio"):
            values = [field.get("value", "on")] if ticked else []
        else:
            values = [] if kind in ("submit", "file") else [field.get("value", "")]
        found.setdefault(field["name"], []).extend(values)
    return found


class Stack:
    """`manage.py demo` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        self.environment = kept | {"VAR_DIR": str(folder), "PORT": str(self.port), "DEMO": "1"}
        # Where the tests run on servers of this machine (.ci/integration): a database and a broker's number of its own.
        if server := os.environ.get("DATABASE_URL"):
            self.environment["DATABASE_URL"] = f"{server.rpartition('/')[0]}/journey_{self.port}"
        if broker := os.environ.get("REDIS_URL"):
            self.environment["REDIS_URL"] = f"{broker.rpartition('/')[0]}/1"
        self.log = folder / "stack.log"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._on_server(f"CREATE DATABASE journey_{self.port}")
        with self.log.open("wb") as log:
            command = [sys.executable, "manage.py", "demo"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 180
        while "Ready: " not in self.log.read_text(errors="replace"):
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text(errors="replace")
            time.sleep(0.2)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        # For root the servers' data is elsewhere and would outlive pytest's folder.
        command = [sys.executable, "-c", "from district_portal import embedded; embedded.remove()"]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)
        self._on_server(f"DROP DATABASE journey_{self.port} WITH (FORCE)")

    def _on_server(self, sql: str) -> None:
        if server := os.environ.get("DATABASE_URL"):
            with closing(psycopg2.connect(server)) as connection:
                connection.autocommit = True
                connection.cursor().execute(sql)

    def run(self, code: str) -> str:
        """Run Python inside the portal, as an administrator on its machine could."""
        python = shlex.split(os.environ.get("RUNNING_PORTAL_PYTHON", sys.executable))
        command = [*python, "manage.py", "shell", "--no-imports", "-c", code]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def visitor(self, language: str = "en") -> Person:
        return Person(self, language)

    def person(self, name: str, language: str = "en") -> Person:
        return Person(self, language).sign_in(name)


def mail_to(administrator: Person, address: str, words: str) -> str | None:
    """The text of the newest kept mail to `address` whose subject holds `words`, once the worker has sent it."""
    rows = administrator.get(f"/status/mail/?q={urllib.parse.quote(address)}").page.select("tbody tr")
    for row in rows:
        link = row.find("a")
        if words in link.get_text():
            return administrator.get(link["href"]).text
    return None


def message_in_inbox(person: Person, words: str) -> str | None:
    """The text of the newest message in the inbox whose title holds `words`."""
    for link in person.get("/inbox/").page.select("main h2 a"):
        if words in link.get_text():
            return person.get(link["href"]).text
    return None
