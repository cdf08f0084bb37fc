"""Faults: a broker of their own, processes that are killed, one seed for all dice, and a table of the figures."""

import os
import random
from collections.abc import Iterator

import pytest

from tests.faults.processes import Broker, Portal, tests_database_url

SEED = int(os.environ.get("FAULTS_SEED") or random.randrange(10**6))
FIGURES: list[tuple[str, str]] = []


@pytest.fixture
def dice() -> random.Random:
    """The same throws with the same FAULTS_SEED, in each test apart."""
    return random.Random(SEED)


@pytest.fixture
def figure():
    """`figure(fault, what was seen)` puts a line into the table at the end."""
    return lambda fault, seen: FIGURES.append((fault, seen))


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    own = Broker(tmp_path_factory.mktemp("broker"))
    own.start()
    yield own
    own.remove()


@pytest.fixture
def portal(broker: Broker, transactional_db, tmp_path, settings) -> Iterator[Portal]:
    """A portal's processes on the tests' database and the faults' broker; ended before the database is emptied."""
    running = Portal(tmp_path / "portal", tests_database_url(), broker.url)
    settings.MEDIA_ROOT = running.folder / "media"
    yield running
    running.end()
    broker.forget()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section(f"faults (again with FAULTS_SEED={SEED})")
        for fault, seen in FIGURES:
            terminalreporter.write_line(f"{fault:<58} {seen}")
