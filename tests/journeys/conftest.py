import os
from collections.abc import Iterator

import pytest

from tests.journeys.proxy import Proxy
from tests.journeys.stack import Person, Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running portal: one of the tests' own, with THROUGH_PROXY=1 behind nginx, or the one at RUNNING_PORTAL."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    if url := os.environ.get("RUNNING_PORTAL"):
        running.url = url
        yield running
        return
    if os.environ.get("THROUGH_PROXY") != "1":
        running.start()
        yield running
        running.stop()
        return
    proxy = Proxy(tmp_path_factory.mktemp("proxy") / "nginx", running.port)
    running.environment["BEHIND_PROXY"] = "1"
    running.url = proxy.url
    running.start()
    proxy.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(proxy.folder / "fullchain.pem"))
        yield running
    proxy.stop()
    running.stop()


@pytest.fixture(scope="session")
def administrator(stack: Stack) -> Person:
    return stack.person("admin")
