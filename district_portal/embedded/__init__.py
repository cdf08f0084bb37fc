"""The portal's own PostgreSQL and Valkey, used where `DATABASE_URL` / `REDIS_URL` are unset.

Both come as Python wheels and listen on unix sockets only, so that no port can collide. Nothing here knows Django:
the settings ask for the addresses, `manage.py services`, `manage.py demo` and the tests start and stop the servers.

Where things are: the data in `var/servers`, the sockets in a short private folder below /tmp, since the path of a
unix socket may not exceed about 100 bytes. PostgreSQL refuses to run as root: for root both servers run as the user
`nobody` below /var/lib/district-portal, with copies of their programs, because that user can read neither /root nor
a virtual environment in it; `var/servers` then is a link that says wplace.
"""

import os
import shutil
from contextlib import suppress
from typing import NamedTuple

from district_portal.embedded import postgres, valkey
from district_portal.embedded.places import BASE_DIR, EmbeddedError, find_place, lock, prepare, var_dir

__all__ = [
    "BASE_DIR",
    "EmbeddedError",
    "Server",
    "database_url",
    "find_place",
    "keep",
    "redis_url",
    "remove",
    "start",
    "status",
    "stop",
    "var_dir",
]


class Server(NamedTuple):
    name: str
    running: bool
    address: str


def database_url() -> str:
    """Address of the embedded PostgreSQL, as `dj-database-url` reads it; whether it runs or not."""
    return postgres.url(find_place())


def redis_url() -> str:
    """Address of the embedded Valkey, as `redis.from_url` reads it; whether it runs or not."""
    return valkey.url(find_place())


def start() -> list[str]:
    """Start what is needed and does not run yet. Returns the names of the servers started.

    Safe to repeat, and from several processes at once. Raises `EmbeddedError`.
    """
    started: list[str] = []
    if not (_postgres_is_needed() or _valkey_is_needed()):
        return started
    with lock():
        place = prepare()
        if _postgres_is_needed():
            if not postgres.answers(place):
                postgres.start(place)
                started.append("PostgreSQL")
            postgres.create_database(place)
        if _valkey_is_needed() and not valkey.answers(place):
            valkey.start(place)
            started.append("Valkey")
    return started


def stop() -> list[str]:
    """Stop both servers, if they run. Returns the names of the servers stopped. Raises `EmbeddedError`."""
    stopped = []
    with lock():
        place = find_place()
        if postgres.stop(place):
            stopped.append("PostgreSQL")
        if valkey.stop(place):
            stopped.append("Valkey")
        if place.sockets != place.home:
            with suppress(OSError):  # not there, or not empty
                place.sockets.rmdir()
    return stopped


def status() -> list[Server]:
    """Both servers with their addresses, and whether they answer."""
    place = find_place()
    servers = []
    if _postgres_is_needed():
        servers.append(Server("PostgreSQL", postgres.answers(place), database_url()))
    if _valkey_is_needed():
        servers.append(Server("Valkey", valkey.answers(place), redis_url()))
    return servers


def remove() -> None:
    """Stop the servers and delete their data."""
    stop()
    place = find_place()
    with lock():
        shutil.rmtree(place.home, ignore_errors=True)
        shutil.rmtree(place.sockets, ignore_errors=True)
        link = var_dir() / "servers"
        if link.is_symlink():
            link.unlink()


def keep(yes: bool | None = None) -> bool:
    """Whether the servers outlive the demonstration and the tests: set by `manage.py services`."""
    mark = var_dir() / "servers.keep"
    if yes:
        mark.touch()
    elif yes is False:
        mark.unlink(missing_ok=True)
    return mark.exists()


def _postgres_is_needed() -> bool:
    return not os.environ.get("DATABASE_URL")


def _valkey_is_needed() -> bool:
    return not os.environ.get("REDIS_URL")
