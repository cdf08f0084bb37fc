"""Where the embedded servers live, and the user that runs them."""

import fcntl
import hashlib
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ROOT_FOLDER = Path("/var/lib/district-portal")


class EmbeddedError(Exception):
    """An embedded server cannot be started or stopped; the words say why."""


class Place(NamedTuple):
    """Where the servers live, and the user that runs them."""

    home: Path
    sockets: Path
    uid: int


def var_dir() -> Path:
    """The folder of everything that a running portal writes on this machine."""
    return Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").absolute()


def find_place() -> Place:
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
def lock() -> Iterator[None]:
    """One start or stop at a time."""
    try:
        var_dir().mkdir(parents=True, exist_ok=True)
        with open(var_dir() / "servers.lock", "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise EmbeddedError(f"The embedded servers cannot use {var_dir()}: {error}") from error


def prepare() -> Place:
    """Make the folders, private to the servers' user."""
    place = find_place()
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
