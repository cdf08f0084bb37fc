"""Processes of a portal that faults are done to: each started alone, in a group of its own, and ended with its test.

They share the tests' database (so that tests speak of rows, with factories) and use a broker of the faults' own.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.db import connection

from district_portal import embedded
from tests.journeys.stack import ROOT, Answer, Person, eventually

LISTENING = "0A"  # in /proc/net/tcp
QUIET = "ignore:You're running the worker with superuser privileges"


class Process:
    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.log = name, log
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def words(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def children(self) -> list[int]:
        pid = self.popen.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def term(self) -> None:
        """Ask the process to end, as an operator or a container's host does: its children hear it from itself."""
        self.popen.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 30) -> int:
        return self.popen.wait(seconds)

    def kill(self) -> None:
        """kill -9 to it and all that it started, as when the machine's memory is full."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


class Guest(Person):
    """Somebody who can also stay where the answer leads away from: redirects are not followed."""

    def post_only(self, path: str, **fields: str) -> Answer:
        data = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": self._token()}).encode()
        connection = http.client.HTTPConnection(urlsplit(self.stack.url).netloc, timeout=30)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", f"/en{path}", data, headers)
            response = connection.getresponse()
            return Answer(response.status, path, response.read(), response.headers)
        finally:
            connection.close()


class Web(Process):
    url: str

    def visitor(self) -> Guest:
        return Guest(self, "en")

    def person(self, name: str) -> Guest:
        return self.visitor().sign_in(name)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def answers_or_died(self) -> bool:
        assert self.popen.poll() is None, self.words
        return self.answers()

    @property
    def is_bound(self) -> bool:
        """Whether one of its processes still takes connections, seen without making one."""
        port = f":{urlsplit(self.url).port:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        return any(row[1].endswith(port) and row[3] == LISTENING for row in rows)

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", urlsplit(self.url).port)) == 0


class Portal:
    """Starts processes; `without` names the protections that they are to run without (see worker.py and web.py)."""

    def __init__(self, folder: Path, database_url: str, broker_url: str) -> None:
        self.folder, self.processes = folder, []
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = own_environment(folder) | {
            "DATABASE_URL": database_url,
            "REDIS_URL": broker_url,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "PYTHONWARNINGS": QUIET,
        }

    def python(self, *arguments: str, name: str, without: str = "", kind: type[Process] = Process, **more: str):
        environment = self.environment | {"FAULTS_WITHOUT": without, "PGAPPNAME": name} | more
        process = kind(name, [sys.executable, *arguments], environment, self.folder / f"{name}.log")
        self.processes.append(process)
        return process

    def worker(self, queue: str, *, name: str = "worker", without: str = "", **more: str) -> Process:
        command = f"-m celery -A tests.faults.worker worker -Q {queue} -n {name} -c 1 --without-gossip --without-mingle"
        return self.python(*command.split(), name=name, without=without, **more)

    def beat(self) -> Process:
        return self.python(*"-m celery -A tests.faults.worker beat".split(), name="beat")

    def web(self, *, without: str = "") -> Web:
        port = free_port()
        command = f"-m granian --interface wsgi --host 127.0.0.1 --port {port} --workers 1 --blocking-threads 4 --no-ws"
        command += " --workers-kill-timeout 10 tests.faults.web:application"
        web = self.python(*command.split(), name="web", without=without, kind=Web)
        web.url = f"http://127.0.0.1:{port}"
        eventually(web.answers_or_died)
        return web

    def end(self) -> None:
        for process in self.processes:
            process.kill()


def own_environment(folder: Path) -> dict[str, str]:
    outside = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "STATEMENT_TIMEOUT_MS"}
    kept = {name: value for name, value in os.environ.items() if name not in outside}
    return kept | {"VAR_DIR": str(folder), "DEMO": "1", "PYTHONUNBUFFERED": "1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Servers:
    """Embedded servers in a folder of their own, as another portal on this machine would have them."""

    def __init__(self, folder: Path, **elsewhere: str) -> None:
        """`DATABASE_URL` or `REDIS_URL` in `elsewhere`: that server is not wanted here."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = own_environment(folder) | elsewhere

    def start(self) -> None:
        self.run("embedded.start()")

    def remove(self) -> None:
        self.run("embedded.remove()")

    def run(self, code: str) -> str:
        command = [sys.executable, "-c", f"from district_portal import embedded; {code}"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def pid(self, file: str) -> int:
        return int((self.folder / "servers" / file).read_text().split()[0])


class Broker(Servers):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, DATABASE_URL="postgresql://elsewhere/portal")
        self.url = self.run("print(embedded.redis_url())")

    @property
    def is_frozen(self) -> bool:
        state = Path(f"/proc/{self.pid('valkey.pid')}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T"

    def forget(self) -> None:
        """Hints of one test do not reach the next."""
        with redis.from_url(self.url) as client:
            client.flushall()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and data (the kernel does), and never answers."""
        pid = self.pid("valkey.pid")
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
            assert self.is_frozen, "the broker answered again too early: nothing was shown"
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        os.kill(self.pid("valkey.pid"), signal.SIGKILL)
        try:
            yield
        finally:
            self.start()


def tests_database_url() -> str:
    """The address of the database that pytest works in, for processes."""
    url = os.environ.get("DATABASE_URL") or embedded.database_url()
    return f"{url.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
