"""The drill: back up, lose everything, restore, and have the same rows and the same files."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from district_portal import embedded
from district_portal.management.backups import BackupError, make_backup, verify_backup
from tests.factories.calls import CallDocumentFactory
from tests.factories.funding import ProjectFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Place:
    """A second portal: a database of its own on the same server, and a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parameters = connection.get_connection_params() | {"dbname": f"drill_{os.getpid()}"}
        self.parameters = {
            name: self.parameters[name]
            for name in ("dbname", "user", "password", "host", "port")
            if name in self.parameters
        }

    def execute(self, sql: str) -> list[tuple]:
        database = psycopg2.connect(**self.parameters)
        try:
            with database, database.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            database.close()

    def restore(self, backup: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        host = self.parameters["host"].replace("/", "%2F")
        user = ":".join(filter(None, [self.parameters["user"], self.parameters.get("password")]))
        url = f"postgresql://{user}@{host}:{self.parameters.get('port', 5432)}/{self.parameters['dbname']}"
        environment = os.environ | {"DEMO": "1", "VAR_DIR": str(self.folder), "DATABASE_URL": url}
        command = [sys.executable, "manage.py", "restore", str(backup), *arguments]
        return subprocess.run(
            command, cwd=embedded.BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )


def hashes_of_rows(execute) -> dict[str, str]:
    tables = execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    assert len(tables) > 30
    row = 'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM public."{}" t'
    return {name: execute(row.format(name))[0] for (name,) in tables}


def hashes_of_files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def execute_here(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "other var")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a busy disk may need more than the web's ten seconds
        cursor.execute(f"CREATE DATABASE {place.parameters['dbname']}")
        yield place
        cursor.execute(f"DROP DATABASE {place.parameters['dbname']} WITH (FORCE)")


def test_after_a_loss_every_row_and_every_file_is_back(place: Place, tmp_path: Path, settings) -> None:
    CallDocumentFactory.create_batch(3)
    ProjectFactory(title="A pump; with 'quotes', \\backslash and tab\tin its name: ünïcode")
    backup = make_backup(tmp_path / "backups")
    rows, files = hashes_of_rows(execute_here), hashes_of_files(Path(settings.MEDIA_ROOT))
    assert len(files) == 3

    done = place.restore(backup)
    assert done.returncode == 0, done.stderr
    assert hashes_of_rows(place.execute) == rows
    assert hashes_of_files(place.folder / "media") == files

    # Then that portal loses a table, rows and a file, and something strange moves in.
    place.execute("DROP TABLE calls_calldocument; DELETE FROM accounts_user; CREATE TABLE strange (id int)")
    next(path for path in (place.folder / "media").rglob("*") if path.is_file()).unlink()
    (place.folder / "media" / "strange").write_text("x")
    refused = place.restore(backup)
    assert refused.returncode == 1 and "--force" in refused.stderr
    assert place.execute("SELECT count(*) FROM strange") == [(0,)]
    done = place.restore(backup, "--force")
    assert done.returncode == 0, done.stderr
    assert hashes_of_rows(place.execute) == rows
    assert hashes_of_files(place.folder / "media") == files


def test_a_damaged_backup_is_refused_before_anything_changes(place: Place, tmp_path: Path) -> None:
    CallDocumentFactory()
    backup = make_backup(tmp_path / "backups")
    document = next(path for path in (backup / "media").rglob("*") if path.is_file())
    words = document.read_bytes()
    document.write_bytes(words[:-1] + b"?")
    with pytest.raises(BackupError, match="checksum differs"):
        verify_backup(backup)
    document.unlink()
    with pytest.raises(CommandError, match="not complete"):
        call_command("restore", backup)
    document.write_bytes(words)
    (backup / "media" / "one more").write_text("x")
    with pytest.raises(BackupError, match="does not name"):
        verify_backup(backup)
    assert place.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_restore_that_fails_in_the_middle_leaves_the_database_as_it_was(place: Place, tmp_path: Path) -> None:
    ProjectFactory()
    backup = make_backup(tmp_path / "backups")
    assert place.restore(backup).returncode == 0
    rows = hashes_of_rows(place.execute)
    # A dump that ends too early, with a manifest that says it is whole.
    dump = backup / "database.dump"
    content = dump.read_bytes()
    dump.write_bytes(content[: len(content) * 3 // 4])
    (backup / "manifest.json").write_text(
        (backup / "manifest.json")
        .read_text()
        .replace(hashlib.sha256(content).hexdigest(), hashlib.sha256(dump.read_bytes()).hexdigest())
        .replace(f'"size": {len(content)}', f'"size": {dump.stat().st_size}')
    )
    done = place.restore(backup, "--force")
    assert done.returncode == 1 and "as it was" in done.stderr
    assert hashes_of_rows(place.execute) == rows


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")
    with pytest.raises(BackupError, match="pg_dump failed"):
        make_backup(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
