"""Whoever waits may be cancelled at any moment: the connection goes on, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable

import pytest
from tests.stream.event_transports._async.reading import WANTED, number_of
from tests.stream.event_transports.feeds import FEEDS, THREAD, Feed, event, feeding
from tests.transports.wire import PATIENCE, Peer, Server

from graphwire_core import AsyncClient
from graphwire_core.errors import ConnectionFailed
from graphwire_stream.event_transports import AsyncEventConnection, event_transport

MANY = 60


@pytest.fixture(params=FEEDS)
def feed(request: pytest.FixtureRequest) -> Feed:
    return FEEDS[request.param]


@contextlib.asynccontextmanager
async def connected(
    feed: Feed, way: str, act: Callable[[Peer], None]
) -> AsyncIterator[AsyncEventConnection]:
    with Server(feeding(feed, act)) as server:
        async with AsyncClient(server.url, transport=way, retry=None) as client:
            connection = await event_transport(client, feed.name).connect(THREAD, WANTED)
            yield connection
            await connection.aclose()


@pytest.mark.parametrize("way", ["aiohttp", "httpx", "httpx2"])
async def test_a_reader_that_is_cancelled_again_and_again_loses_nothing(
    feed: Feed, way: str
) -> None:
    cancelled = threading.Event()

    def act(peer: Peer) -> None:
        for number in range(MANY):
            data = feed.write(event(number))
            peer.send(data[:7])
            cancelled.wait(0.01)  # somewhere in the middle of a frame
            peer.send(data[7:])

    seen: list[int] = []
    async with connected(feed, way, act) as connection:
        begun = asyncio.get_running_loop().time()
        while len(seen) < MANY:
            assert asyncio.get_running_loop().time() - begun < 3 * PATIENCE
            reading = asyncio.create_task(connection.receive())
            await asyncio.wait((reading,), timeout=0.003)
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                seen += [number_of(frame) for frame in await reading or ()]
    assert seen == list(range(MANY))


async def test_a_limit_that_is_reached_again_and_again_loses_nothing(feed: Feed) -> None:
    def act(peer: Peer) -> None:
        for number in range(MANY):
            peer.send(feed.write(event(number)))

    seen: list[int] = []
    async with connected(feed, "httpx", act) as connection, asyncio.timeout(3 * PATIENCE):
        while len(seen) < MANY:
            seen += [number_of(frame) for frame in await connection.receive(0) or ()]
    assert seen == list(range(MANY))


async def test_a_reader_is_told_when_its_connection_is_closed(feed: Feed) -> None:
    async with connected(feed, "httpx", lambda _: None) as connection:
        reading = asyncio.create_task(connection.receive())
        assert await connection.receive(0.05) is None
        await connection.aclose()
        with pytest.raises(ConnectionFailed, match="is closed"):
            async with asyncio.timeout(PATIENCE):
                await reading


async def test_a_connection_that_is_closed_after_its_reader_leaves_no_task(feed: Feed) -> None:
    async with connected(feed, "httpx", lambda _: None) as connection:
        reading = asyncio.create_task(connection.receive())
        assert await connection.receive(0.05) is None
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await connection.aclose()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert [task for task in left if task.get_name() == "graphwire-events"] == []


async def test_a_connection_that_is_cancelled_while_it_is_made_leaves_nothing(feed: Feed) -> None:
    gone, asked = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        asked.set()
        peer.wait_closed()
        gone.set()

    with Server(script) as server:
        async with AsyncClient(server.url, retry=None) as client:
            connecting = asyncio.create_task(
                event_transport(client, feed.name).connect(THREAD, WANTED)
            )
            assert await asyncio.to_thread(asked.wait, PATIENCE)
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            assert await asyncio.to_thread(gone.wait, PATIENCE)
