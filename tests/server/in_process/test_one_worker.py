"""A server with one worker: a run that waits for another one is told instead of left to hang."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.server.in_process.calling import COLOURS, Call, results

from graphwire import Client, get_sync_client
from graphwire_core.testing import DevServer

WAITING = ["wait", "stream", "thread_stream", "start_and_join"]


@pytest.fixture(scope="module")
def client(one_worker: DevServer) -> Iterator[Client]:
    with get_sync_client(one_worker.url) as client:
        yield client


@pytest.fixture(scope="module")
def found(client: Client) -> dict[Call, Any]:
    tasks = [*WAITING, "state", "start"]
    return results(client, *(Call(caller, task) for caller in COLOURS for task in tasks))


@pytest.mark.parametrize("caller", COLOURS)
@pytest.mark.parametrize("task", WAITING)
def test_the_deadlock_of_a_run_that_waits_is_named(
    found: dict[Call, Any], caller: str, task: str
) -> None:
    said = found[Call(caller, task)]
    assert said.startswith("NestedCallError: Deadlock: run ")
    assert "whose only worker it occupies" in said
    assert "--n-jobs-per-worker" in said


@pytest.mark.parametrize("caller", COLOURS)
def test_a_run_may_call_all_that_needs_no_worker(
    client: Client, found: dict[Call, Any], caller: str
) -> None:
    assert found[Call(caller, "state")] == {"done": 7}
    thread_id = found[Call(caller, "start")]
    (run,) = client.runs.list(thread_id)
    assert client.runs.join(thread_id, run.run_id) == {"count": 0, "done": 0}


def test_a_priority_in_the_configuration_is_not_even_loaded(one_worker: DevServer) -> None:
    assert "no_such_file.py" in Path(__file__).with_name("one_worker.json").read_text()
    assert "no_such_file" not in one_worker.log_tail(10_000)
