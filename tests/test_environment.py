"""The surroundings of the code: settings, embedded servers, and what may not be in a committed file."""

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis

from district_portal import embedded

BASE_DIR = embedded.BASE_DIR
EXAMPLE = (BASE_DIR / ".env.example").read_text()


def committed_files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := BASE_DIR / name).is_file()]


def load_settings(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own; an empty value also hides one of a developer's .env."""
    names = ("SECRET_KEY", "DEMO", "DEBUG", "PORTAL_URL", "EMAIL_URL", "ALLOWED_HOSTS")
    bare = {name: value for name, value in os.environ.items() if name not in names}
    complete = {
        "SECRET_KEY": "x" * 50,
        "PORTAL_URL": "https://portal.example",
        "EMAIL_URL": "smtp://mail.example",
        "ALLOWED_HOSTS": "portal.example",
    }
    return subprocess.run(
        [sys.executable, "-c", "import district_portal.settings"],
        cwd=BASE_DIR,
        env=bare | {"DEMO": "0", "DEBUG": "0"} | complete | environment,
        capture_output=True,
        text=True,
        check=False,
    )


# --- Settings ---


def test_env_example_names_every_variable():
    read = set()
    for path in [BASE_DIR / "district_portal" / "settings.py", *(BASE_DIR / "district_portal").glob("embedded/*.py")]:
        source = path.read_text()
        read |= set(re.findall(r"env\.\w+\(\s*[\"'](\w+)[\"']", source))
        read |= set(re.findall(r"environ\.get\([\"'](\w+)[\"']", source))
    explained = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))
    composed = set(re.findall(r"\$\{(\w+)", (BASE_DIR / "docker-compose.yml").read_text()))
    assert explained == read | composed


def test_env_example_explains_each_variable():
    lines = EXAMPLE.splitlines()
    for before, line in zip(lines, lines[1:], strict=False):
        if re.match(r"(# )?[A-Z][A-Z_]+=", line):
            assert re.match(r"# (?![A-Z_]+=).{10}", before), f"{line} has no comment"


def test_settings_load_when_complete():
    assert load_settings().returncode == 0


@pytest.mark.parametrize("missing", ["SECRET_KEY", "PORTAL_URL", "EMAIL_URL", "ALLOWED_HOSTS"])
def test_settings_refuse_to_start_without(missing):
    done = load_settings(**{missing: ""})
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {missing} is not set" in done.stderr


def test_demonstration_needs_no_settings():
    assert load_settings(DEMO="1", SECRET_KEY="", PORTAL_URL="", EMAIL_URL="").returncode != 0
    bare = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "PORTAL_URL", "EMAIL_URL")}
    subprocess.run(
        [sys.executable, "-c", "import district_portal.settings"], cwd=BASE_DIR, env=bare | {"DEMO": "1"}, check=True
    )


def test_every_wiring_module_has_its_place_in_the_direction_of_imports():
    contract = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    listed = set(re.findall(r"[\w.]+", contract["layers"][0]))
    found = {f"district_portal.{path.stem}" for path in (BASE_DIR / "district_portal").glob("*.py")}
    assert found - {"district_portal.__init__"} == listed - {"district_portal.embedded", "district_portal.management"}


# --- Embedded servers ---


@pytest.fixture
def servers(tmp_path, monkeypatch):
    """Servers of their own, in a folder with a space and a name too long for a unix socket."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / ("a long name " * 12).strip()))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    yield embedded.var_dir() / "servers"
    embedded.remove()


def process_of(pid_file: Path) -> int:
    return int(pid_file.read_text().split()[0])


def assert_both_answer() -> None:
    assert [server.running for server in embedded.status()] == [True, True]
    assert redis.from_url(embedded.redis_url()).ping()
    with closing(psycopg2.connect(embedded.database_url())) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database(), current_setting('fsync'), version()")
        user, database, fsync, version = cursor.fetchone()
        assert (user, database, fsync) == ("portal", "portal", "on")
        assert int(re.match(r"PostgreSQL (\d+)", version)[1]) >= 15


def test_servers_start_and_stop_twice_over(servers, monkeypatch):
    monkeypatch.setenv("PGPORT", "5433")  # somebody's own habit
    assert embedded.stop() == []
    assert embedded.start() == ["PostgreSQL", "Valkey"]
    assert embedded.start() == []
    assert_both_answer()
    assert redis.from_url(embedded.redis_url()).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert embedded.stop() == ["PostgreSQL", "Valkey"]
    assert [server.running for server in embedded.status()] == [False, False]
    assert embedded.stop() == []


def test_killed_servers_start_again_with_their_data(servers):
    embedded.start()
    with closing(psycopg2.connect(embedded.database_url())) as connection:
        connection.autocommit = True
        connection.cursor().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(process_of(servers / "postgres" / "postmaster.pid"), signal.SIGKILL)
    os.kill(process_of(servers / "valkey.pid"), signal.SIGKILL)
    while any(server.running for server in embedded.status()):
        time.sleep(0.02)
    assert embedded.start() == ["PostgreSQL", "Valkey"]
    assert_both_answer()
    with closing(psycopg2.connect(embedded.database_url())) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)


def test_pid_files_that_name_a_stranger_harm_nobody(servers):
    embedded.start()
    embedded.stop()
    home = servers.resolve()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (home / "valkey.pid").write_text(f"{stranger.pid}\n")
        (home / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{home}/postgres\n0\n5432\n\n\n\nready\n")
        assert embedded.start() == ["PostgreSQL", "Valkey"]
        assert_both_answer()
        assert stranger.poll() is None
        stranger.kill()


def test_servers_whose_sockets_were_swept_away_are_replaced(servers):
    embedded.start()
    for name in (".s.PGSQL.5432", "valkey.sock"):
        (embedded.find_place().sockets / name).unlink()
    assert embedded.start() == ["PostgreSQL", "Valkey"]
    assert_both_answer()


def test_services_command_works_without_database_and_secret(servers):
    bare = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DEMO")}
    answers = {}
    for action in ("status", "start", "stop"):
        done = subprocess.run(
            [sys.executable, "manage.py", "services", action], cwd=BASE_DIR, env=bare, capture_output=True, text=True
        )
        answers[action] = (done.returncode, re.findall(r"running|stopped", done.stdout))
    assert answers == {
        "status": (3, ["stopped", "stopped"]),
        "start": (0, ["running", "running"]),
        "stop": (0, ["stopped", "stopped"]),
    }


# --- Committed files ---


def test_no_file_names_a_package_index():
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "--index" + "-url", "--find" + "-links"]
    for path in committed_files():
        content = path.read_bytes()
        assert not [host for host in hosts if host.encode() in content], path


def test_templates_hold_no_inline_style_or_script():
    """The content security policy would block them; mails are held to the same rule."""
    forbidden = re.compile(r"\sstyle\s*=|<style|<script(?![^>]*\ssrc=)|\son\w+\s*=|javascript:", re.IGNORECASE)
    for path in committed_files("*.html"):
        if "frontend" not in path.parts:
            assert not forbidden.findall(path.read_text()), path
