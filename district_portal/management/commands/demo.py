"""`manage.py demo` (`make demo`): the whole portal on this machine, with demonstration data, until Ctrl-C or TERM."""

import fcntl
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from district_portal import embedded

ACCOUNTS = {
    "enterprises": "novamed secchia estense valli",
    "research laboratory": "lab",
    "facilitators": "facilitator facilitator2",
    "evaluators": "evaluator evaluator2",
    "organiser of events": "organiser",
    "Region": "region region2",
    "administrator": "admin",
}
PASSWORD = "mirandola-2012"
CELERY = [sys.executable, "-m", "celery", "-A", "district_portal.celery", "--quiet"]
SECONDS_TO_START = 60
SECONDS_TO_END = 10


class Ended(Exception):
    """Somebody asked the demonstration to end."""


class Command(BaseCommand):
    help = "Run the portal with demonstration data: web, workers and beat. PORT=8011, RESET=1."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The demonstration runs with DEMO=1 only; `make demo` sets it.")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _end)
        try:
            with _alone(), _servers():
                self._prepare()
                self._run(_port())
        except Ended as asked:
            self._say(f"Ended ({asked}).")
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def _prepare(self) -> None:
        (embedded.var_dir() / "demonstration").touch()
        self._say("Preparing database, texts and files ...")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("messages", compile=True, verbosity=0)
        _collect_static()
        self._say("Loading reference and demonstration data ...")
        call_command("load_reference", verbosity=0)
        call_command("load_demo", verbosity=0)

    def _run(self, port: int) -> None:
        """Run the portal's processes; when one ends, all do. Raises `CommandError`."""
        children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name, command in _commands(port).items():
                # Of a session of its own, so that Ctrl-C reaches this process only, which ends the others in order.
                children[name] = subprocess.Popen(command, env=_environment(), start_new_session=True)
            self._wait_until_ready(port, children)
            while True:
                _check(children)
                time.sleep(0.5)
        finally:
            _end_all(children)

    def _wait_until_ready(self, port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not _is_ready(port):
            _check(children)
            if time.monotonic() > deadline:
                raise CommandError(f"The portal did not answer within {SECONDS_TO_START} seconds.")
            time.sleep(0.1)
        lines = [f"Ready: http://127.0.0.1:{port}", f"Accounts (password {PASSWORD} for all):"]
        for role, names in ACCOUNTS.items():
            lines.append(f"  {role}: " + " ".join(f"{name}@demo.example" for name in names.split()))
        lines.append("Mails: /en/status/mail/ as the administrator. Ctrl-C ends the demonstration.")
        self._say("\n".join(lines))


def _end(number: int, frame: object) -> None:
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Ended(signal.Signals(number).name)


def _port() -> int:
    """The port to use. Raises `CommandError` when it is taken."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT={text} is not a port: use a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            words = f"Port {text} is taken: end the program that uses it, or choose another, for example PORT=8011."
            raise CommandError(words) from error
    return int(text)


@contextmanager
def _alone() -> Iterator[None]:
    """One demonstration per folder: a second one would lose its servers when the first one ends."""
    _port()
    embedded.var_dir().mkdir(parents=True, exist_ok=True)
    with open(embedded.var_dir() / "demo.lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(f"The demonstration in {embedded.var_dir()} runs already: end it first.") from error
        if os.environ.get("RESET", "0") not in ("", "0"):
            _reset()
        yield


@contextmanager
def _servers() -> Iterator[None]:
    """The embedded servers; afterwards they go on only where `manage.py services start` asked for it."""
    try:
        embedded.start()
        yield
    finally:
        if not embedded.keep():
            embedded.stop()


def _reset() -> None:
    if os.environ.get("DATABASE_URL"):
        raise CommandError("RESET=1 starts afresh with the embedded database only; unset DATABASE_URL.")
    embedded.keep(False)
    embedded.remove()
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def _collect_static() -> None:
    """Collect and compress the static files, unless nothing changed: compressing takes seconds."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest.hexdigest())


def _commands(port: int) -> dict[str, list[str]]:
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    web += ["--workers-kill-timeout", "5", "district_portal.wsgi:application"]
    worker = [*CELERY, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "-l", "WARNING"]
    return {
        "web server": web,
        "worker for messages": [*worker, "-Q", "messages", "-n", "messages@%h"],
        "worker for reports": [*worker, "-Q", "reports", "-n", "reports@%h"],
        "scheduler": [*CELERY, "beat", "-l", "WARNING"],
    }


def _environment() -> dict[str, str]:
    # Celery warns at length against root; here everything is of this machine and for trying out.
    quiet = "ignore:You're running the worker with superuser privileges"
    environment = dict(os.environ, PYTHONUNBUFFERED="1", PYTHONWARNINGS=quiet)
    environment.setdefault("LOG_LEVEL", "WARNING")
    # manage.py lifts the limit on statements for its commands; the web keeps it.
    if environment.get("STATEMENT_TIMEOUT_MS") == "0":
        del environment["STATEMENT_TIMEOUT_MS"]
    return environment


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _check(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise CommandError(
                f"The {name} ended by itself (exit code {child.returncode}), so the demonstration ended too; "
                "the lines above say why."
            )


def _end_all(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask all to end, then insist; each with the processes that it started."""
    for child in children.values():
        _signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_END
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
    for child in children.values():
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
