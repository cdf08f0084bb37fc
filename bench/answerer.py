"""A process of the portal that answers what it is asked to measure: a line of JSON in, a line of JSON out.

Pages go through the whole stack of middleware, in process: server time without a network.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponseBase  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from district_portal.accounts.models import User  # noqa: E402

NEXT_STEPS = 30


class Answerer:
    def __init__(self) -> None:
        settings.ROOT_URLCONF = "bench.urls"
        self.clients: dict[str, Client] = {}
        self.backend: Path | None = None
        self.deep: dict[tuple[str, str], str] = {}

    def page(self, *, path: str, reader: str, deep: bool, times: int) -> dict[str, Any]:
        """Queries of one answer, its size, and the milliseconds of `times` answers: on the clock, and of processors.

        The queries and `first` are of an answer that has nothing remembered.
        """
        client = self._client(reader)
        if deep:
            path = self.deep.setdefault((path, reader), self.deep.get((path, reader)) or self._deep(client, path))
        self._get(client, path)  # templates are read
        caches["counts"].clear()
        with CaptureQueriesContext(connection) as captured:
            answer = self._get(client, path)
        # Now: the next request begins a new list of queries.
        queries = captured.captured_queries
        caches["counts"].clear()
        first = self._work()
        self._get(client, path)
        first = (self._work() - first) * 1000
        spent, work = [], []
        for _ in range(times):
            began, worked = time.perf_counter(), self._work()
            self._get(client, path)
            spent.append((time.perf_counter() - began) * 1000)
            work.append((self._work() - worked) * 1000)
        slowest = max(queries, key=lambda query: float(query["time"]), default=None)
        return {
            "queries": len(queries),
            "bytes": len(answer.content),
            "ms": spent,
            "work": work,
            "first": first,
            "slowest": slowest and {"ms": float(slowest["time"]) * 1000, "sql": slowest["sql"]},
        }

    def day(self, *, ahead: int) -> dict[str, Any]:
        return {"day": f"{timezone.localdate() + timedelta(days=ahead)}"}

    def index_scan(self, *, table: str, order: str, times: int) -> dict[str, Any]:
        """Milliseconds of the database's own work on a page of a list: 20 rows along an index."""
        spent = []
        with connection.cursor() as cursor:
            for _ in range(times):
                began = time.perf_counter()
                cursor.execute(f"SELECT * FROM {table} ORDER BY {order} LIMIT 20")
                cursor.fetchall()
                spent.append((time.perf_counter() - began) * 1000)
        return {"ms": spent}

    def _work(self) -> float:
        """Seconds that this process and its connection's process in the database have had a processor."""
        if self.backend is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        return time.process_time() + int(self.backend.read_text().split()[0]) / 1e9

    def largest_event(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT slug FROM events_event ORDER BY taken DESC, id LIMIT 1")
            return {"slug": cursor.fetchone()[0]}

    def _client(self, reader: str) -> Client:
        if reader not in self.clients:
            self.clients[reader] = Client(HTTP_HOST="127.0.0.1")
            if reader:
                self.clients[reader].force_login(User.objects.get(email=f"{reader}@demo.example"))
        return self.clients[reader]

    def _get(self, client: Client, path: str) -> HttpResponseBase:
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status_code}")
        return answer

    def _deep(self, client: Client, path: str) -> str:
        """The address of a page some thousand rows further on, or of the last one."""
        found = path
        for step in range(NEXT_STEPS):
            part = client.get(found if step else path, {"format": "json", "size": 100} if not step else None)
            following = json.loads(part.content)["next"]
            if following is None:
                break
            found = following
        return re.sub(r"(?<=[?&])(format=json|size=100)(&|$)", "", found).rstrip("?&")


def main() -> None:
    answerer = Answerer()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(getattr(answerer, asked.pop("do"))(**asked)), flush=True)


if __name__ == "__main__":
    main()
