"""`runs.resume`: on the real server, and where the server has kept less than it should."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.stream.flaky import flaky_proxy
from tests.stream.scripted import (
    RUN,
    THREAD,
    Answer,
    AsyncScriptedTransport,
    Script,
    event,
    events,
)

from graphwire import AsyncClient, get_client
from graphwire_core.errors import (
    InvalidArgumentError,
    NotFoundError,
    RunFailedError,
    StreamInterrupted,
)
from graphwire_core.retry import Retry
from graphwire_core.testing import DevServer
from graphwire_stream import AsyncRunStream, RunCursor
from graphwire_stream._async import reception

COUNT = 20
OPTIONS: dict[str, Any] = {
    "input": {"count": COUNT, "delay": 0.01},
    "stream_mode": ["custom", "values"],
    "stream_resumable": True,
}
PARTS = ["metadata", "values", *["custom"] * COUNT, "values"]


def cursor(**fields: Any) -> RunCursor:
    where: dict[str, Any] = {"server": "http://server", "thread_id": THREAD, "run_id": RUN}
    return RunCursor(**where | fields)


def client_of(script: Script) -> AsyncClient:
    return AsyncClient("http://server", transport=AsyncScriptedTransport(script), retry=None)


async def collect(stream: AsyncRunStream[Any], parts: list[Any]) -> None:
    async for part in stream:
        parts += [part]


async def read(
    script: Script, where: RunCursor | str, **options: Any
) -> tuple[list[Any], AsyncRunStream[Any]]:
    """Resume the scripted run and read it to its end; return what came, and the stream."""
    async with client_of(script) as client:
        stream: AsyncRunStream[Any] = client.runs.resume(where, **options)
        return [part.data async for part in stream], stream


@pytest.mark.parametrize("stop", [1, 2, 7, COUNT + 2])
@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_stream_that_was_left_goes_on_in_another_client(
    stop: int, version: Any, server: DevServer
) -> None:
    parts: list[Any] = []
    async with get_client(server.url) as client:
        thread = await client.threads.create()
        options = OPTIONS | {"version": version, "on_disconnect": "continue"}
        async with client.runs.stream(thread.thread_id, "slow", **options) as stream:
            while len(parts) < stop:
                parts.append(await anext(stream))
            text = str(stream.cursor)
    async with get_client(server.url) as client, client.runs.resume(text) as resumed:
        assert resumed.run_id == stream.run_id
        parts += [part async for part in resumed]
        assert (resumed.gaps, resumed.resumable) == ([], True)

    names = [part.event if version == "v1" else part.type for part in parts]
    assert names == PARTS
    told = [part.data["i"] for part, name in zip(parts, names, strict=True) if name == "custom"]
    assert told == list(range(COUNT))


async def test_a_resumed_stream_goes_on_over_cuts_and_has_a_cursor_itself(
    server: DevServer,
) -> None:
    parts: list[Any] = []
    with flaky_proxy(server.url, [600, 600, 600]) as url:
        async with get_client(url) as client:
            thread = await client.threads.create()
            async with client.runs.stream(thread.thread_id, "slow", **OPTIONS) as stream:
                parts.append(await anext(stream))
                where = stream.cursor
            while len(parts) < len(PARTS) and where is not None:
                async with client.runs.resume(where, version="v1") as resumed:
                    async for part in resumed:
                        parts.append(part)
                        if len(parts) % 5 == 0:
                            break
                    where = resumed.cursor

    assert [part.event for part in parts] == PARTS


async def test_the_filter_of_a_joined_run_is_kept(server: DevServer) -> None:
    async with get_client(server.url) as client:
        thread = await client.threads.create()
        run = await client.runs.create(thread.thread_id, "slow", **OPTIONS)
        async with client.runs.join_stream(
            thread.thread_id, run.run_id, stream_mode="custom", last_event_id="-"
        ) as joined:
            first = await anext(joined)
            where = joined.cursor
        assert where is not None
        assert where.stream_mode == ["custom"]
        rest = [part async for part in client.runs.resume(where, version="v1")]

    assert {part.event for part in rest} == {"custom"}
    assert [part.data["i"] for part in (first, *rest)] == list(range(COUNT))


async def test_an_interruption_says_where_to_go_on(
    server: DevServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "RESUME", Retry(3, base_delay=0, max_delay=0))
    parts: list[Any] = []
    with flaky_proxy(server.url, [700, 0, 0]) as url:
        async with get_client(url) as client:
            thread = await client.threads.create()
            stream = client.runs.stream(thread.thread_id, "slow", **OPTIONS)
            with pytest.raises(StreamInterrupted) as caught:
                await collect(stream, parts)
            assert caught.value.cursor == str(stream.cursor)
            assert caught.value.last_event_id == parts[-1].id
            await collect(client.runs.resume(caught.value.cursor or ""), parts)

    assert [part.event for part in parts] == PARTS


async def test_a_run_that_does_not_exist_is_an_error_at_once(server: DevServer) -> None:
    async with get_client(server.url) as client:
        thread = await client.threads.create()
        where = RunCursor(server=server.url, thread_id=thread.thread_id, run_id=str(uuid4()))
        elsewhere = where.model_copy(update={"thread_id": str(uuid4())})
        for unknown in (where, str(elsewhere)):
            with pytest.raises(NotFoundError, match="404: Run not found"):
                _ = [part async for part in client.runs.resume(unknown)]
        with pytest.raises(NotFoundError, match="404: Run not found"):
            _ = [part async for part in client.runs.join_stream(where.thread_id, where.run_id)]


async def test_a_run_that_goes_while_it_is_streamed_is_an_interruption() -> None:
    gone = b'event: error\r\ndata: {"error":"HTTPException","message":"404: Run not found"}\r\n\r\n'
    script = Script([Answer(events(1, 2)), Answer(gone)], status="running")
    with pytest.raises(StreamInterrupted, match="Run not found") as caught:
        await read(script, cursor())

    assert caught.value.last_event_id == "2-0"
    assert script.open == 0


async def test_a_cursor_is_checked_before_anything_is_sent() -> None:
    script = Script([])
    async with client_of(script) as client:
        for broken in ("2-0", "{}", str(cursor(server="http://other"))):
            with pytest.raises(InvalidArgumentError, match=r"^cursor: expected"):
                client.runs.resume(broken)
        with pytest.raises(InvalidArgumentError, match=r"^on_gap: expected 'continue' or 'raise'"):
            client.runs.resume(cursor(), on_gap="ignore")  # type: ignore[call-overload]
        with pytest.raises(InvalidArgumentError, match=r"^version: expected 'v1' or 'v2'"):
            client.runs.resume(cursor(), version="v3")  # type: ignore[call-overload]
        with pytest.raises(InvalidArgumentError, match=r"^idle_timeout: expected a positive"):
            client.runs.resume(cursor(), idle_timeout=0)
    assert script.requests == []


async def test_events_of_the_millisecond_of_the_cursor_come_unless_they_were_seen() -> None:
    body = event(1, "7-0") + event(2, "7-0") + event(3, "8-0")
    script = Script([Answer(events(5) + body, cut=True), Answer(body)])
    async with (
        client_of(script) as client,
        client.runs.stream(THREAD, "agent", stream_resumable=True) as stream,
    ):
        assert [(await anext(stream)).data for _ in range(2)] == [5, 1]
        text = str(stream.cursor)
    given, _ = await read(script, text)

    assert given == [2, 3]
    assert script.streams()[-1].headers["last-event-id"] == "5-0"


async def test_a_run_of_which_nothing_was_read_yet_is_read_from_its_beginning() -> None:
    script = Script([Answer(events(1, 2))])
    given, resumed = await read(script, cursor())

    assert (given, resumed.gaps) == ([1, 2], [])
    assert script.streams()[0].headers["last-event-id"] == "0"


PLACE = cursor(last_event_id="2-0", after="1-0")


@pytest.mark.parametrize("body", [b"", events(4)], ids=["nothing", "later events"])
async def test_what_the_server_has_not_kept_is_a_gap(body: bytes) -> None:
    given, resumed = await read(Script([Answer(body)]), PLACE)

    assert given == ([4] if body else [])
    [gap] = resumed.gaps
    assert (gap.parts, "the server has not kept" in gap.reason) == (0, True)


@pytest.mark.parametrize("body", [b"", events(4)], ids=["nothing", "later events"])
async def test_what_the_server_has_not_kept_is_an_error_on_request(body: bytes) -> None:
    script = Script([Answer(body)])
    with pytest.raises(StreamInterrupted, match="events may be missing") as caught:
        await read(script, PLACE, on_gap="raise")

    assert caught.value.cursor == str(PLACE)
    assert script.open == 0


async def test_a_failure_that_was_not_heard_is_one_nevertheless() -> None:
    with pytest.raises(RunFailedError, match="the event that says why was missed"):
        await read(Script([Answer()], status="error"), PLACE, raise_on_error=True)
    given, resumed = await read(Script([Answer()], status="error"), PLACE)

    assert (given, len(resumed.gaps)) == ([], 1)
