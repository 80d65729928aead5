"""Nodes that call runs, streams, state and store of their own server, without a socket."""

from __future__ import annotations

from typing import Any

import pytest
from tests.server.in_process.calling import COLOURS, Call, results

from graphwire import get_sync_client
from graphwire_core.testing import DevServer

FOUND = {
    "stream": [0, 1, 2],
    "leave": "interrupted",
    "thread_stream": {"count": 0, "done": 0},
    "wait": {"count": 0, "done": 0},
    "start_and_join": {"count": 0, "done": 0},
    "state": {"done": 7},
    "store": [{"text": "hello"}],
}
"""What each task finds; a run that is streamed goes on only when its last event was seen."""


@pytest.fixture(scope="module", params=["shared loop", "isolated loops"])
def found(request: pytest.FixtureRequest) -> dict[Call, Any]:
    """Of a server whose runs are on its one loop, and of one where each has its own."""
    if request.param == "shared loop":
        server: DevServer = request.getfixturevalue("server")
        url = server.url
    else:
        url = request.getfixturevalue("deployment")
    found: dict[Call, Any] = {}
    with get_sync_client(url) as client:
        for caller in COLOURS:  # both at once would take every worker with runs that wait
            found |= results(client, *(Call(caller, task) for task in FOUND))
    return found


@pytest.mark.parametrize("caller", COLOURS)
@pytest.mark.parametrize("task", FOUND)
def test_a_node_calls_its_own_server(found: dict[Call, Any], caller: str, task: str) -> None:
    assert found[Call(caller, task)] == FOUND[task]
