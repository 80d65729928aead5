"""Runs that are over before the first test begins, all made at once: a run costs a second."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.stream.thread_streams._sync.opening import HELLO, THROUGH

from graphwire import get_sync_client
from graphwire.errors import RunFailedError

INPUTS: dict[str, dict[str, Any]] = {
    "agent": HELLO,
    "counter": {"amount": 3},
    "duet": HELLO,
    "failing": {"x": 1},
    "failing_subgraph": {"x": 1},
    "fanout": {"count": 3},
    "full": THROUGH,
    "newsroom": HELLO,
}


def prepare(url: str) -> dict[str, str]:
    """Run each graph on a thread of its own; return the threads, which tests read and never use."""

    def run(graph: str) -> str:
        with client.threads.stream(assistant_id=graph, timeout=60) as thread:
            try:
                thread.run(INPUTS[graph])
            except RunFailedError:
                assert "failing" in graph
            return thread.thread_id

    with get_sync_client(url=url) as client, ThreadPoolExecutor(len(INPUTS)) as pool:
        return dict(zip(INPUTS, pool.map(run, INPUTS), strict=True))
