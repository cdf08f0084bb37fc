"""The workers of a running portal show themselves on the status page."""

from __future__ import annotations

from tests.journeys.stack import Person, eventually


def test_both_workers_are_seen_at_work(administrator: Person) -> None:
    def at_work() -> list[str] | None:
        workers = administrator.get("/status/?format=json").json()["workers"]
        queues = [row["queue"] for row in workers if not row["late"]]
        return queues if len(queues) == 2 else None

    assert eventually(at_work) == ["messages", "reports"]
    page = administrator.get("/status/").text
    assert "messages@" in page and "at work" in page
