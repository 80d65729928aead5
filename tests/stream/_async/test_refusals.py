"""The real server and what it cannot stream: an answer at once, and no hang."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from graphwire import AsyncClient, get_client
from graphwire_core.errors import NotFoundError, StreamInterrupted, UnprocessableEntityError
from graphwire_core.testing import DevServer
from graphwire_stream import AsyncRunStream, RunCursor


@pytest.fixture
async def client(server: DevServer) -> AsyncIterator[AsyncClient]:
    async with get_client(server.url) as client:
        yield client


async def finished(client: AsyncClient, *, resumable: bool) -> tuple[str, str]:
    """Run the graph `slow` to its end; return its thread and run."""
    thread = await client.threads.create()
    run = client.runs.stream(
        thread.thread_id,
        "slow",
        input={"count": 2, "delay": 0.01},
        stream_mode="custom",
        stream_resumable=resumable,
    )
    assert [part.data async for part in run if part.event == "custom"] == [{"i": 0}, {"i": 1}]
    assert run.run_id is not None
    return thread.thread_id, run.run_id


async def names(stream: AsyncRunStream[Any]) -> list[str]:
    return [part.event async for part in stream]


@pytest.mark.parametrize("mode", ["lifecycle", "tools"])
async def test_a_stream_mode_that_the_server_refuses_is_an_error(
    mode: Any, client: AsyncClient
) -> None:
    thread = await client.threads.create()
    run = client.runs.stream(thread.thread_id, "slow", input={}, stream_mode=mode)
    with pytest.raises(UnprocessableEntityError, match="stream_mode"):
        await names(run)
    assert await names(run) == []
    assert await client.runs.list(thread.thread_id) == []


async def test_a_finished_run_is_joined_to_its_end(client: AsyncClient) -> None:
    thread_id, run_id = await finished(client, resumable=True)

    assert await names(client.runs.join_stream(thread_id, run_id)) == []
    replayed = client.runs.join_stream(thread_id, run_id, last_event_id="-")
    assert await names(replayed) == ["metadata", "custom", "custom"]
    # Old, and of a time that is to come: both are places in a stream that is over.
    old = client.runs.join_stream(thread_id, run_id, last_event_id="1-0")
    assert await names(old) == ["metadata", "custom", "custom"]
    late = client.runs.join_stream(thread_id, run_id, last_event_id="9999999999999-0")
    assert await names(late) == []


async def test_a_finished_run_that_is_not_resumable_has_nothing_left(client: AsyncClient) -> None:
    thread_id, run_id = await finished(client, resumable=False)

    for last_event_id in (None, "-", "1-0"):
        joined = client.runs.join_stream(thread_id, run_id, last_event_id=last_event_id)
        assert await names(joined) == []


@pytest.mark.parametrize(
    ("place", "parts"),
    [("nonsense", 0), ("9999999999999-0", 0), ("1-0", 3)],
    ids=["broken", "of a time to come", "old"],
)
async def test_a_cursor_that_the_server_cannot_place_is_a_gap(
    place: str, parts: int, client: AsyncClient, server: DevServer
) -> None:
    thread_id, run_id = await finished(client, resumable=True)
    cursor = RunCursor(
        server=server.url, thread_id=thread_id, run_id=run_id, last_event_id="2-0", after=place
    )
    resumed = client.runs.resume(cursor)
    assert await names(resumed) == ["metadata", "custom", "custom"][:parts]
    [gap] = resumed.gaps
    assert "the server has not kept" in gap.reason
    with pytest.raises(StreamInterrupted, match="events may be missing"):
        await names(client.runs.resume(cursor, on_gap="raise"))


async def test_a_finished_run_is_resumed_to_its_end(client: AsyncClient) -> None:
    thread = await client.threads.create()
    run = client.runs.stream(
        thread.thread_id,
        "slow",
        input={"count": 2, "delay": 0.01},
        stream_mode="custom",
        stream_resumable=True,
    )
    cursors = [str(run.cursor) async for _ in run]
    rest = [client.runs.resume(cursor) for cursor in cursors]
    assert [await names(one) for one in rest] == [["custom", "custom"], ["custom"], []]
    assert [one.gaps for one in rest] == [[], [], []]


async def test_what_is_no_place_in_the_stream_of_a_thread_is_refused(client: AsyncClient) -> None:
    thread = await client.threads.create()
    with pytest.raises(UnprocessableEntityError, match="last-event-id"):
        await names(client.threads.join_stream(thread.thread_id, last_event_id="nonsense"))
    with pytest.raises(UnprocessableEntityError, match="Invalid thread ID"):
        await names(client.threads.join_stream("no-uuid"))


async def test_a_run_that_the_server_does_not_know_is_an_error(client: AsyncClient) -> None:
    thread = await client.threads.create()
    joined = client.runs.join_stream(thread.thread_id, uuid.uuid4())
    with pytest.raises(NotFoundError):
        await names(joined)
    with pytest.raises(NotFoundError):
        await names(client.runs.stream(str(uuid.uuid4()), "slow", input={}))
