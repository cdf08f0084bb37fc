from collections.abc import Iterator

import pytest

from tests.journeys.stack import Person, Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("stack"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def administrator(stack: Stack) -> Person:
    return stack.person("admin")
