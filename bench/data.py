"""The databases that are measured, each made once and kept for the next run.

`bench_1`, `bench_10` and `bench_100` hold a hundredth, a tenth and all of the sizes that the portal promises to bear,
beside reference and demonstration data. `bench_report` is a copy of one of them with a million awards.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import closing
from datetime import date
from typing import NamedTuple

import psycopg2
from psycopg2.extensions import connection as Connection

from district_portal import embedded

# Of everything: organisations, calls, networks, registrations.
WHOLE = {"organisations": 100_000, "calls": 10_000, "networks": 20_000, "registrations": 200_000}


# Databases of calls without organisations, by their number.
CATALOGUES = {size: f"bench_calls_{size}" for size in (1_000, 10_000, 100_000, 1_000_000)}


class Scale(NamedTuple):
    """Names of databases, how many awards the report has, and sizes of catalogues of calls."""

    tenth: str
    whole: str
    report_rows: int
    catalogues: list[int]


SCALES = {
    "small": Scale("bench_1", "bench_10", 100_000, [1_000, 10_000, 100_000]),
    "full": Scale("bench_10", "bench_100", 1_000_000, [1_000, 100_000, 1_000_000]),
}


def address(database: str) -> str:
    return f"{embedded.database_url().rpartition('/')[0]}/{database}"


def environment(database: str) -> dict[str, str]:
    """For a process of the portal that works on this database."""
    return os.environ | {
        "DEMO": "1",
        "DATABASE_URL": address(database),
        "STATEMENT_TIMEOUT_MS": "0",
        "LOG_LEVEL": "ERROR",
    }


def prepare_catalogues(scale: Scale) -> None:
    for size in scale.catalogues:
        _make(CATALOGUES[size], _fingerprint(), lambda database, size=size: _fill(database, {"calls": size}))
    _serve(CATALOGUES[scale.catalogues[0]])


def prepare(scale: Scale) -> None:
    """Make what is missing, or was made of other code or long ago: open calls close as time goes by."""
    for database in (scale.tenth, scale.whole):
        share = int(database.rpartition("_")[2])
        sizes = {name: size * share // 100 for name, size in WHOLE.items()}
        _make(database, _fingerprint(), lambda database, sizes=sizes: _fill(database, sizes))
    _make(
        f"bench_report_{scale.report_rows}",
        _fingerprint() + str(scale.report_rows),
        lambda database: _multiply(database, scale.report_rows),
        template=scale.whole,
    )
    _serve(scale.whole)


def fresh(database: str) -> None:
    """An empty portal: tables, and nothing in them."""
    with closing(_server()) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {database}")
    for command in (["migrate", "--verbosity=0"], ["createcachetable"]):
        _manage(database, *command)
    _serve(database)


def _serve(database: str) -> None:
    """What pages need beside the database."""
    _manage(database, "messages", "--compile")
    _manage(database, "collectstatic", "--no-input")


def _fingerprint() -> str:
    base = embedded.BASE_DIR
    code = sorted([*base.glob("*/migrations/*.py"), *base.glob("district_portal/*/migrations/*.py")])
    code += sorted(base.glob("district_portal/management/**/*.py"))
    digest = hashlib.sha256("-".join(map(str, date.today().isocalendar()[:2])).encode())
    for path in code:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _make(database: str, fingerprint: str, fill, template: str = "template1") -> None:
    with closing(_server()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database])
        if cursor.fetchone() == (fingerprint,):
            return
        print(f"Preparing the database {database} ...", flush=True)
        cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {database} TEMPLATE {template}")
        fill(database)
        # Said last: half a database is made again.
        cursor.execute(f"COMMENT ON DATABASE {database} IS '{fingerprint}'")


def _server() -> Connection:
    connection = psycopg2.connect(address("portal"))
    connection.autocommit = True
    return connection


def _fill(database: str, wanted: dict[str, int]) -> None:
    sizes = [word for name, size in wanted.items() for word in (f"--{name}", str(size))]
    for command in (
        ["migrate", "--verbosity=0"],
        ["createcachetable"],
        ["load_reference", "--verbosity=0"],
        ["load_demo", "--verbosity=0"],
        ["synthesize", *sizes, "--seed=1"],
    ):
        _manage(database, *command)
    # The made-up events are the whole region's.
    _execute(database, "UPDATE accounts_appointment SET district_id = NULL WHERE role = 'organiser'")
    # As autovacuum leaves it after a while; the run should not depend on when that is.
    _execute(database, "VACUUM ANALYZE")


def _manage(database: str, *arguments: str) -> None:
    command = [sys.executable, str(embedded.BASE_DIR / "manage.py"), *arguments]
    subprocess.run(command, env=environment(database), check=True, stdout=subprocess.DEVNULL)


def _execute(database: str, *statements: str) -> None:
    with closing(psycopg2.connect(address(database))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _multiply(database: str, awards: int) -> None:
    """Copies of the funded projects with their awards and payments, until there are so many awards."""
    with closing(psycopg2.connect(address(database))) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM projects_award")
        copies = -(-awards // cursor.fetchone()[0]) - 1
        steps = {}
        for name in ("project", "award", "payment"):
            cursor.execute(f"SELECT max(id) FROM projects_{name}")
            steps[name] = cursor.fetchone()[0]
        changes = {
            "project": {
                "id": f"id + n * {steps['project']}",
                "slug": "slug || '-c' || n",
                "network_id": "NULL",
                "cup": "NULL",
            },
            "award": {"id": f"id + n * {steps['award']}", "project_id": f"project_id + n * {steps['project']}"},
            "payment": {"id": f"id + n * {steps['payment']}", "award_id": f"award_id + n * {steps['award']}"},
        }
        for name, changed in changes.items():
            _copy_rows(cursor, f"projects_{name}", changed, copies)
        too_many = "SELECT id FROM projects_award ORDER BY id OFFSET %s"
        cursor.execute(f"DELETE FROM projects_payment WHERE award_id IN ({too_many})", [awards])
        cursor.execute(f"DELETE FROM projects_award WHERE id IN ({too_many})", [awards])
        connection.commit()
    _execute(database, "VACUUM ANALYZE")


def _copy_rows(cursor, name: str, changed: dict[str, str], copies: int) -> None:
    cursor.execute(
        "SELECT quote_ident(column_name) FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
        [name],
    )
    columns = [column for (column,) in cursor.fetchall()]
    values = [changed.get(column, column) for column in columns]
    cursor.execute(
        f"INSERT INTO {name} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {name},"
        f" generate_series(1, {copies}) AS n"
    )
