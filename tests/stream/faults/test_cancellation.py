"""A task that is cancelled wherever it waits leaves no connection, task or warning behind."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
from tests.stream.cancelled import Cancelled
from tests.stream.faults._async.conftest import MAKERS, NAMES, client_of, no_delays
from tests.stream.faults.stage import THREAD, Act, Hold, Stage, stream, tell
from tests.stream.scripted import events
from tests.transports.wire import PATIENCE, Peer

from graphwire import AsyncClient
from graphwire_core.transports import AsyncResponse, AsyncTransport, Request, TransportConfig

__all__ = ["no_delays"]

pytestmark = pytest.mark.parametrize("transport", NAMES)


class Counting:
    """A transport that counts the responses which nobody has closed."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self.open = 0

    async def send(self, request: Request) -> AsyncResponse:
        response = await self._transport.send(request)
        self.open += 1
        return _Counted(self, response)

    async def aclose(self) -> None:
        await self._transport.aclose()


class _Counted:
    def __init__(self, counting: Counting, response: AsyncResponse) -> None:
        self._counting: Counting | None = counting
        self._response = response
        self.status_code = response.status_code
        self.headers: Mapping[str, str] = response.headers

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        return self._response.aiter_bytes()

    async def aclose(self) -> None:
        counting, self._counting = self._counting, None
        if counting is not None:
            counting.open -= 1
        await self._response.aclose()


def script(hold: Hold) -> tuple[list[Act], list[str]]:
    """Return acts with every kind of wait in them, and what the run says at each question."""
    return [
        stream(events(1, 2), end=Peer.reset),
        Peer.close,
        stream(events(2, 3)),
        stream(events(3, 4), end=hold),
    ], ["running"]


async def test_a_stream_may_be_cancelled_wherever_it_waits(transport: str) -> None:
    for at in itertools.count(1):
        hold = Hold()
        acts, run = script(hold)
        with Stage(*acts, run=run) as stage:
            counting = Counting(MAKERS[transport](TransportConfig(stage.url)))
            async with client_of(stage, counting) as client:
                cancelled = Cancelled(_read(client, stage, hold), at)
                task = asyncio.ensure_future(_awaiting(cancelled))
                await asyncio.wait([task])
                assert task.cancelled() == cancelled.done
                assert counting.open == 0
                await settle()
                assert asyncio.all_tasks() == {asyncio.current_task()}
        if not cancelled.done:
            task.result()
            break
    gc.collect()  # what was left open warns here
    assert at > 10


async def settle() -> None:
    """Let the loop close generators that were dropped: it gives each a task of its own."""
    for _ in range(20):
        await asyncio.sleep(0)


async def _awaiting(work: Awaitable[None]) -> None:
    await work


async def _read(client: AsyncClient, stage: Stage, hold: Hold) -> None:
    """Stream the run of the script; whatever happens, it is over afterwards."""
    run = client.runs.stream(THREAD, "agent", stream_resumable=True)
    seen: list[int] = []
    try:
        while len(seen) < 4:
            seen.append((await anext(run)).data)
        await run.aclose()
        assert hold.is_closed()
    finally:
        assert seen == [1, 2, 3, 4][: len(seen)]
        asked = len(stage.streams)
        assert [part async for part in run] == []
        assert len(stage.streams) == asked


class Wait:
    """A place where the server lets the client wait."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.hold = Hold()

    def __call__(self, peer: Peer) -> None:
        self.reached.set()
        self.hold(peer)


PLACES: dict[str, Callable[[Wait], tuple[list[Act], list[str | Act]]]] = {
    "the first answer": lambda wait: ([wait], ["success"]),
    "the first event": lambda wait: ([stream(end=wait)], ["success"]),
    "the next event": lambda wait: ([stream(events(1, 2), end=wait)], ["success"]),
    "the rest of an event": lambda wait: ([stream(events(1)[:-3], end=wait)], ["success"]),
    "the status of the run": lambda wait: ([stream(events(1))], [wait, "success"]),
    "an answer after a cut": lambda wait: ([stream(events(1), end=Peer.reset), wait], ["success"]),
    "an event after a cut": lambda wait: (
        [stream(events(1), end=Peer.reset), stream(end=wait)],
        ["success"],
    ),
    "a stream that goes on": lambda wait: (
        [stream(events(1)), stream(events(1), end=wait)],
        [tell("running")],
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("entered", [True, False])
async def test_cancelling_closes_the_connection_that_is_waited_on(
    place: str, transport: str, *, entered: bool
) -> None:
    wait = Wait()
    acts, run = PLACES[place](wait)
    with Stage(*acts, run=run) as stage:
        async with client_of(stage, transport) as client:
            parts = client.runs.stream(THREAD, "agent")

            async def read() -> list[Any]:
                if not entered:
                    return [part async for part in parts]
                async with parts:
                    return [part async for part in parts]

            task = asyncio.ensure_future(read())
            assert await asyncio.to_thread(wait.reached.wait, PATIENCE)
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert wait.hold.is_closed()
            assert [part async for part in parts] == []
    assert stage.connections <= 3


async def test_a_timeout_around_one_part_closes_the_connection(transport: str) -> None:
    hold = Hold()
    with Stage(stream(events(1), end=hold)) as stage:
        async with client_of(stage, transport) as client:
            parts = client.runs.stream(THREAD, "agent")
            assert (await anext(parts)).data == 1
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await anext(parts)
            assert hold.is_closed()
            assert [part async for part in parts] == []
    assert stage.connections == 1


async def test_a_stream_may_be_closed_by_another_task(transport: str) -> None:
    hold, seen = Hold(), asyncio.Event()
    data: list[int] = []
    with Stage(stream(events(1, 2), end=hold)) as stage:
        async with client_of(stage, transport) as client:
            parts = client.runs.stream(THREAD, "agent", stream_resumable=True)

            async def read() -> None:
                async for part in parts:
                    data.append(part.data)
                    if part.data == 2:
                        seen.set()

            task = asyncio.ensure_future(read())
            await seen.wait()
            await settle()
            await parts.aclose()
            assert hold.is_closed()
            await task
    assert data == [1, 2]
    assert (stage.connections, stage.questions) == (1, 0)


@pytest.mark.parametrize("place", PLACES)
async def test_closing_in_another_task_ends_the_wait_for(place: str, transport: str) -> None:
    """What has no connection yet ends with the answer to its request, whatever that is."""
    wait = Wait()
    acts, run = PLACES[place](wait)
    with Stage(*acts, run=run) as stage:
        async with client_of(stage, transport) as client:
            parts = client.runs.stream(THREAD, "agent", stream_resumable=True)

            async def read() -> list[Any]:
                return [part.data async for part in parts]

            task = asyncio.ensure_future(read())
            assert await asyncio.to_thread(wait.reached.wait, PATIENCE)
            await settle()
            await parts.aclose()
            if "answer" in place or "status" in place:
                stage.close_connections()
            seen = await asyncio.wait_for(task, PATIENCE / 2)
            assert wait.hold.is_closed()
            assert seen in ([], [1], [1, 2])
            assert [part async for part in parts] == []
    assert stage.connections <= 3


async def test_what_connects_again_while_it_is_closed_is_closed(transport: str) -> None:
    answer, hold = threading.Event(), Hold()
    reached = threading.Event()

    def late(peer: Peer) -> None:
        reached.set()
        assert answer.wait(PATIENCE)
        stream(events(1, 2), end=hold)(peer)

    with Stage(stream(events(1), end=Peer.reset), late) as stage:
        async with client_of(stage, transport) as client:
            parts = client.runs.stream(THREAD, "agent", stream_resumable=True)

            async def read() -> list[Any]:
                return [part.data async for part in parts]

            task = asyncio.ensure_future(read())
            assert await asyncio.to_thread(reached.wait, PATIENCE)
            await parts.aclose()
            answer.set()
            assert await asyncio.wait_for(task, PATIENCE / 2) == [1]
            assert await asyncio.to_thread(hold.is_closed)
    assert len(stage.streams) == 2
