"""Runs that are over before the first test begins, all made at once: a run costs a second."""

from __future__ import annotations

from typing import NamedTuple

from tests.contract._sync.finish import finish

from graphwire import get_sync_client

INPUTS = {
    "counter": {"amount": 2},
    "failing": {"x": 1},
    "interrupting": {"topic": "tests"},
    "parallel_interrupts": {},
    "subgraph_interrupt": {},
}


class Finished(NamedTuple):
    """A run that is over, on a thread that tests read or copy and never change."""

    thread_id: str
    run_id: str


def prepare(url: str) -> dict[str, Finished]:
    """Run each graph of `INPUTS` on a thread of its own, and wait for all."""
    with get_sync_client(url=url) as client:
        runs = {}
        for graph, given in INPUTS.items():
            thread = client.threads.create(metadata={"prepared": graph})
            runs[graph] = client.runs.create(thread.thread_id, graph, input=given)
        finish(client, *runs.values())
    return {graph: Finished(run.thread_id, run.run_id) for graph, run in runs.items()}
