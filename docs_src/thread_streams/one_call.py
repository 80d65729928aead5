"""Two runs of a thread, each in one call."""

from __future__ import annotations

from graphwire import get_sync_client


def main(url: str | None = None) -> tuple[int, int]:
    """Count twice on a new thread; return both totals."""
    with (
        get_sync_client(url) as client,
        client.threads.stream(assistant_id="counter") as thread,
    ):
        first = thread.run({"amount": 2})
        second = thread.run({"amount": 3}, metadata={"by": "the docs"}, timeout=60)
        return first["total"], second["total"]
