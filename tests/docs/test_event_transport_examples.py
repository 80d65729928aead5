"""The examples of docs/event_transports.md, run against the real server."""

from __future__ import annotations

from uuid import uuid4

import pytest
from docs_src.event_transports import counting, reading

from graphwire_core import Client
from graphwire_core.testing import DevServer
from graphwire_stream.event_transports import EventFilter, event_transport


@pytest.mark.parametrize("name", ["sse", "websocket"])
async def test_the_events_of_a_run_are_read_to_its_end(server: DevServer, name: str) -> None:
    seen = await reading.main(server.url, name)
    assert seen[0] == "running"
    assert seen[-1] == "completed"


def test_the_transport_of_the_page_counts_what_arrives(server: DevServer) -> None:
    plugin = counting.Plugin()
    thread_id = str(uuid4())
    start = {"assistant_id": "counter", "input": {"amount": 1}}
    command = {"id": 1, "method": "run.start", "params": start}
    with Client(server.url, plugins=[plugin]) as client:
        events = event_transport(client, "counting")
        connection = events.connect(thread_id, EventFilter(("lifecycle",)))
        client.request("POST", f"/threads/{thread_id}/commands", json=command)
        for _ in range(20):
            connection.receive(10)
            if plugin.counts["event"] >= 2:
                break
        connection.close()
    assert plugin.counts == {"event": 2}
