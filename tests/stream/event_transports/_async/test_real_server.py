"""The real server: what it sends arrives over each kind of connection alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any
from uuid import uuid4

import pytest
from tests.stream.event_transports._async.reading import failure
from tests.stream.event_transports.feeds import FEEDS
from tests.transports.wire import PATIENCE

from graphwire_core import AsyncClient
from graphwire_core.errors import BadRequestError, ConnectionFailed
from graphwire_core.testing import DevServer
from graphwire_stream.event_transports import (
    AsyncEventConnection,
    EventFilter,
    event_transport,
)

ALL = EventFilter(("lifecycle", "values", "messages", "input", "custom"))
Frames = list[Mapping[str, Any]]


@pytest.fixture(params=FEEDS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def client(server: DevServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.url) as client:
        yield client


async def start(client: AsyncClient, thread_id: str, graph: str, input: Any) -> str:
    """Start a run and return its id."""
    command = {"id": 5, "method": "run.start", "params": {"assistant_id": graph, "input": input}}
    reply = await client.request("POST", f"/threads/{thread_id}/commands", json=command)
    assert reply["type"] == "success", reply
    run_id: str = reply["result"]["run_id"]
    return run_id


def is_end(frame: Mapping[str, Any]) -> bool:
    """Tell whether an event is the last of a run."""
    params = frame["params"]
    ends = {"completed", "failed", "interrupted"}
    return bool(
        frame["method"] == "lifecycle"
        and not params["namespace"]
        and params["data"]["event"] in ends
    )


async def until(
    connection: AsyncEventConnection, last: Callable[[Mapping[str, Any]], bool] = is_end
) -> Frames:
    """Read until an event that is told to be the last."""
    seen: Frames = []
    silences = 0
    while not any(map(last, seen)):
        frames = await connection.receive(PATIENCE)
        silences += frames is None
        assert silences < 6, f"nothing came after {seen[-1:]}"
        seen += frames or []
    return seen


async def test_the_events_of_a_run_arrive_in_order(server: DevServer, kind: str, way: str) -> None:
    thread_id = str(uuid4())
    said = {"messages": [{"role": "user", "content": "a"}]}
    async with AsyncClient(server.url, transport=way) as client:
        connection = await event_transport(client, kind).connect(thread_id, ALL)
        run_id = await start(client, thread_id, "echo", said)
        seen = await until(connection)
        await connection.aclose()
    assert all(frame["type"] == "event" for frame in seen)
    assert seen[0]["params"]["data"]["event"] == "running"
    assert run_id in seen[0]["event_id"]
    places = [frame["seq"] for frame in seen]
    assert places == sorted(set(places))
    assert {"lifecycle", "values"} <= {frame["method"] for frame in seen}


async def test_each_connection_gets_what_its_own_filter_asks_for(
    client: AsyncClient, kind: str
) -> None:
    thread_id = str(uuid4())
    transport = event_transport(client, kind)
    narrow = await transport.connect(thread_id, EventFilter(("lifecycle",)))
    root = await transport.connect(thread_id, EventFilter(("lifecycle", "values"), ((),), 0))
    await start(client, thread_id, "full", {"messages": [{"role": "user", "content": "hi"}]})
    of_narrow, of_root = await until(narrow), await until(root)
    await narrow.aclose()
    await root.aclose()
    assert {frame["method"] for frame in of_narrow} == {"lifecycle"}
    assert any(frame["params"]["namespace"] for frame in of_narrow)
    assert {frame["method"] for frame in of_root} == {"lifecycle", "values"}
    assert not any(frame["params"]["namespace"] for frame in of_root)


async def test_another_connection_repeats_the_whole_thread(client: AsyncClient, kind: str) -> None:
    thread_id = str(uuid4())
    transport = event_transport(client, kind)
    first = await transport.connect(thread_id, ALL)
    await start(client, thread_id, "full", {"messages": [{"role": "user", "content": "hi"}]})
    seen = await until(first)
    await first.aclose()
    again = await transport.connect(thread_id, ALL)
    repeated = await until(again)
    await again.aclose()

    def lines(frames: Frames) -> list[Any]:
        return [frame["params"]["data"] for frame in frames if frame["method"] == "lifecycle"]

    assert lines(repeated) == lines(seen)


async def test_a_channel_that_the_server_does_not_know_is_refused(
    client: AsyncClient, kind: str
) -> None:
    with pytest.raises(BadRequestError, match="unsupported") as error:
        await event_transport(client, kind).connect(str(uuid4()), EventFilter(("nonsense",)))
    assert error.value.status_code == 400


async def test_a_quiet_thread_shows_that_it_lives(client: AsyncClient, kind: str) -> None:
    connection = await event_transport(client, kind).connect(str(uuid4()), ALL)
    for _ in range(3):  # a heartbeat, or a pong, after five seconds
        if (frames := await connection.receive(PATIENCE)) is not None:
            break
    assert frames == []
    await connection.aclose()


async def test_a_thread_that_cannot_be_ends_its_connection(client: AsyncClient, kind: str) -> None:
    error: BaseException
    try:
        connection = await event_transport(client, kind).connect("no-uuid", ALL)
    except ConnectionFailed as refused:  # over WebSocket, where that came before the reply
        error = refused
    else:
        error = await failure(connection)
        await connection.aclose()
    assert type(error) is ConnectionFailed
