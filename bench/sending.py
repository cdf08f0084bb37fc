"""500 proposals sent in the last minute before a deadline, to two web processes: all that arrive in time are taken."""

from __future__ import annotations

import http.client
import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bench.data import environment, fresh
from bench.figures import Figure

DATABASE = "bench_sending"
PROPOSALS, MINUTE, AFTER = 500, 60.0, 3.0
"""How many, in how many seconds before the deadline, and until how many after it."""
LATE, P99 = 20, 2.0
"""How many more come too late; seconds within which 99 of 100 are answered."""
SENDERS = 96


class Answer(NamedTuple):
    began: float
    """Seconds since the epoch."""
    took: float
    status: int


def measure() -> list[Figure]:
    fresh(DATABASE)
    proposals = _ask(str(PROPOSALS + LATE))
    with _web() as port:
        _post(port, proposals[0] | {"path": "/en/"})  # the first request of a process loads the addresses
        deadline = datetime.fromisoformat(_ask("close", str(MINUTE + 1))).astimezone(UTC).timestamp()
        answers = _send(port, proposals, deadline)
    return _figures(answers, deadline, _ask("check"))


def _send(port: int, proposals: list[dict[str, str]], deadline: float) -> list[Answer]:
    """More and more of them as the deadline comes near, a few after it."""
    chance = random.Random(1)
    moments = sorted(deadline - MINUTE * chance.random() ** 2 for _number in range(PROPOSALS))
    moments += sorted(deadline + AFTER * chance.random() for _number in range(LATE))

    def send(planned: tuple[float, dict[str, str]]) -> Answer:
        moment, proposal = planned
        time.sleep(max(0.0, moment - time.time()))
        began = time.time()
        status = _post(port, proposal)
        return Answer(began, time.time() - began, status)

    with ThreadPoolExecutor(SENDERS) as senders:
        return list(senders.map(send, zip(moments, proposals, strict=True)))


def _post(port: int, proposal: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    # As the proxy says it.
    headers = {
        "Cookie": proposal["cookies"],
        "X-CSRFToken": proposal["token"],
        "X-Request-Start": f"t={time.time():.3f}",
    }
    connection.request("POST", proposal["path"], "", headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _figures(answers: list[Answer], deadline: float, found: dict[str, Any]) -> list[Figure]:
    took = sorted(each.took for each in answers)
    # What the proxy says has milliseconds, and is said a little after the sender has looked at the clock.
    refused = sum(each.status != 302 and each.began < deadline - 0.005 for each in answers)
    accepted = sum(each.status == 302 for each in answers)
    late = sum(each.status == 302 and each.began >= deadline + 0.001 for each in answers)
    busiest = sum(deadline - 10 <= each.began < deadline for each in answers)
    return [
        Figure("accepted", accepted, "proposals", note=f"{busiest} in the last ten seconds"),
        Figure("refused although they were sent in time", refused, "proposals", 0),
        Figure("accepted although they were sent too late", late + found["late"], "proposals", 0),
        Figure("answered as accepted and not kept", accepted - found["sent"], "proposals", 0),
        Figure("broken links of the chain", found["breaks"], "links", 0),
        Figure("half are answered within", took[len(took) // 2], "s"),
        Figure("99 of 100 are answered within", took[int(len(took) * 0.99)], "s", P99),
    ]


@contextmanager
def _web() -> Iterator[int]:
    """Two processes, as in production."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = f"-m granian --interface wsgi --host 127.0.0.1 --port {port} --workers 2 --blocking-threads 4 --no-ws"
    web = subprocess.Popen(
        [sys.executable, *command.split(), "district_portal.wsgi:application"],
        env=environment(DATABASE) | {"BEHIND_PROXY": "1"},
    )
    try:
        _wait(port)
        yield port
    finally:
        web.terminate()
        web.wait()


def _wait(port: int) -> None:
    for _attempt in range(240):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.25)
    raise TimeoutError("the portal does not answer")


def _ask(*words: str) -> Any:
    command = [sys.executable, "-m", "bench.lastminute", *words]
    done = subprocess.run(command, env=environment(DATABASE), check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)
