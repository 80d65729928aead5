"""Nodes of a graph on the real server, and the server's own cache below them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from graphwire import get_sync_client
from graphwire_core.testing import DevServer

GRAPH = f"{Path(__file__).parent / 'server' / 'graph.py'}:graph"


@pytest.fixture(scope="module", params=["one loop", "isolated loops"])
def url(request: pytest.FixtureRequest, server: DevServer) -> Iterator[str]:
    """The server of the session, and one whose runs have event loops of their own."""
    if request.param == "one loop":
        server.register("cached", GRAPH)
        yield server.url
        server.forget("cached")
        return
    isolated = DevServer(
        graphs={"cached": GRAPH},
        arguments=["--n-jobs-per-worker", "2"],
        environment={"BG_JOB_ISOLATED_LOOPS": "true"},
    )
    with isolated:
        yield isolated.url


def test_fifty_callers_load_once_and_the_server_keeps_it_for_the_next_run(
    url: str, request: pytest.FixtureRequest
) -> None:
    key = str(uuid4())
    with get_sync_client(url, trust_env=False) as client:
        first = client.runs.wait(None, "cached", input={"key": key, "expires": True})
        again = client.runs.wait(None, "cached", input={"key": key})
    misuse = first["from_async"].pop("misuse")
    blocked = "would block the event loop" in misuse
    assert blocked == (request.node.callspec.params["url"] == "one loop"), misuse
    assert first["from_async"] == {
        "backend": "AsyncServerCache",
        "calls": 1,
        "statuses": ["miss"],
        "values": [1],
        "short": ["Weather(city='Paris', celsius=5)", "gone"],
    }
    assert first["from_sync"] == {
        "backend": "ServerCache",
        "calls": 1,
        "values": [10],
        "plain": {"by": "sync"},
    }
    assert (again["from_async"]["calls"], again["from_async"]["statuses"]) == (0, ["fresh"])
    assert again["from_sync"]["calls"] == 0
