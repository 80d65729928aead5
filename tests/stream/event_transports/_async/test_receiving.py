"""What arrives on a connection: whole, in order, once, however it comes over the wire."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.stream.event_transports._async.reading import (
    AsyncConnect,
    arrived,
    failure,
    number_of,
    numbers,
)
from tests.stream.event_transports.feeds import Feed, event, events, feeding
from tests.transports.wire import PATIENCE, Peer, Server

from graphwire_core.errors import ConnectionFailed, StreamProtocolError

MEGABYTE = 1 << 20


async def test_frames_of_one_piece_arrive_in_order(
    connect: AsyncConnect, feed: Feed, way: str
) -> None:
    data = feed.write(*events(*range(500)))
    with Server(feeding(feed, lambda peer: peer.send(data))) as server:
        connection = await connect(server.url, feed.name, transport=way)
        assert await numbers(connection, 500) == list(range(500))
        await connection.aclose()


async def test_frames_that_come_byte_by_byte_are_whole(
    connect: AsyncConnect, feed: Feed, way: str
) -> None:
    data = feed.write(*events(1, 2, 3))

    def act(peer: Peer) -> None:
        for byte in data:
            peer.send(bytes([byte]))

    with Server(feeding(feed, act)) as server:
        connection = await connect(server.url, feed.name, transport=way)
        assert await numbers(connection, 3) == [1, 2, 3]
        await connection.aclose()


async def test_a_large_frame_is_whole(connect: AsyncConnect, feed: Feed, way: str) -> None:
    large = event(1, text="x" * 20 * MEGABYTE)
    data = feed.write(large, event(2))
    with Server(feeding(feed, lambda peer: peer.send(data))) as server:
        connection = await connect(server.url, feed.name, transport=way)
        frames = await arrived(connection)
        while len(frames) < 2:
            frames += await arrived(connection)
        assert [number_of(frame) for frame in frames] == [1, 2]
        assert len(frames[0]["params"]["data"]["text"]) == 20 * MEGABYTE
        await connection.aclose()


async def test_silence_is_none_and_what_comes_later_is_not_lost(
    connect: AsyncConnect, feed: Feed, way: str
) -> None:
    go = threading.Event()

    def act(peer: Peer) -> None:
        for number in (1, 2):
            assert go.wait(PATIENCE)
            go.clear()
            peer.send(feed.write(event(number)))

    with Server(feeding(feed, act)) as server:
        connection = await connect(server.url, feed.name, transport=way)
        for number in (1, 2):
            assert await connection.receive(0.05) is None
            assert await connection.receive(0) is None
            go.set()
            assert await numbers(connection, 1) == [number]
        await connection.aclose()


async def test_without_a_limit_the_wait_goes_on(connect: AsyncConnect, feed: Feed) -> None:
    with Server(feeding(feed, lambda peer: peer.send(feed.write(event(1))))) as server:
        connection = await connect(server.url, feed.name)
        frames = await connection.receive()
        assert frames is not None
        assert [number_of(frame) for frame in frames] == [1]
        await connection.aclose()


async def test_a_sign_of_life_is_an_empty_sequence(
    connect: AsyncConnect, feed: Feed, way: str
) -> None:
    go = threading.Event()

    def act(peer: Peer) -> None:
        peer.send(feed.beat())
        assert go.wait(PATIENCE)
        peer.send(feed.beat(), feed.write(event(1)))

    with Server(feeding(feed, act)) as server:
        connection = await connect(server.url, feed.name, transport=way)
        assert await arrived(connection) == []
        go.set()
        assert await numbers(connection, 1) == [1]
        await connection.aclose()


async def test_a_frame_that_is_on_its_way_is_waited_for(
    connect: AsyncConnect, feed: Feed, way: str
) -> None:
    go = threading.Event()
    data = feed.write(event(1))

    def act(peer: Peer) -> None:
        peer.send(data[:-9])
        assert go.wait(PATIENCE)
        peer.send(data[-9:])

    with Server(feeding(feed, act)) as server:
        connection = await connect(server.url, feed.name, transport=way)
        assert await connection.receive(0.5) in ([], None)  # `None` where it was not yet there
        go.set()
        assert await numbers(connection, 1) == [1]
        await connection.aclose()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        pytest.param(b"{nonsense", "malformed frame: no JSON .*'{nonsense'", id="no JSON"),
        pytest.param(b"[1, 2]", r"expected an object, got list: '\[1, 2\]'", id="no object"),
        pytest.param(b'"text"', "expected an object, got str", id="text"),
        pytest.param(b'{"a": "\xff"}', "malformed frame: no JSON", id="no UTF-8"),
        pytest.param(b'{"a": "' + b"x" * 9999, r"\.\.\. \(10006 bytes\)$", id="long"),
    ],
)
async def test_what_is_no_frame_is_an_error_after_the_frames_before(
    connect: AsyncConnect, feed: Feed, frame: bytes, words: str
) -> None:
    data = feed.write(event(1), frame, event(2))
    with Server(feeding(feed, lambda peer: peer.send(data))) as server:
        connection = await connect(server.url, feed.name)
        assert await numbers(connection, 1) == [1]
        for _ in range(2):  # once and for all: reading on would lose events
            with pytest.raises(StreamProtocolError, match=words) as error:
                await arrived(connection)
            assert len(str(error.value)) < 1000
        await connection.aclose()


@pytest.mark.parametrize("end", [Peer.close, Peer.reset], ids=["in order", "reset"])
async def test_an_end_is_an_error_after_the_frames_before(
    connect: AsyncConnect, feed: Feed, way: str, end: Callable[[Peer], None]
) -> None:
    read = threading.Event()

    def script(peer: Peer) -> None:
        feed.begin(peer)
        peer.send(feed.write(*events(1, 2)))
        assert read.wait(PATIENCE)  # a reset discards what was not read
        end(peer)

    with Server(script) as server:
        connection = await connect(server.url, feed.name, transport=way)
        assert await numbers(connection, 2) == [1, 2]
        read.set()
        for _ in range(2):
            error = await failure(connection)
            assert type(error) is ConnectionFailed
            assert "connection for events ended" in str(error)
        await connection.aclose()


async def test_closing_releases_the_socket_and_can_be_repeated(
    connect: AsyncConnect, feed: Feed, way: str
) -> None:
    gone = threading.Event()

    def act(peer: Peer) -> None:
        feed.end(peer)
        gone.set()

    with Server(feeding(feed, act)) as server:
        connection = await connect(server.url, feed.name, transport=way)
        assert await connection.receive(0) is None
        await connection.aclose()
        await connection.aclose()
        assert gone.wait(PATIENCE)
        with pytest.raises(ConnectionFailed, match="is closed"):
            await connection.receive()


async def test_frames_that_were_not_taken_are_read_no_further_than_a_bound(
    connect: AsyncConnect, feed: Feed, way: str
) -> None:
    sent: list[int] = []
    full = threading.Event()
    data = feed.write(event(1, text="x" * MEGABYTE))

    def act(peer: Peer) -> None:
        peer.sock.settimeout(1.0)
        try:
            while len(sent) < 200:
                peer.send(data)
                sent.append(1)
        except TimeoutError:
            full.set()

    with Server(feeding(feed, act)) as server:
        connection = await connect(server.url, feed.name, transport=way)
        assert await arrived(connection) is not None
        assert full.wait(PATIENCE)
        assert len(sent) < 50
        await connection.aclose()


async def test_the_filter_is_what_the_server_is_asked_for(
    connect: AsyncConnect, feed: Feed
) -> None:
    seen: list[Any] = []

    def script(peer: Peer) -> None:
        seen.append(feed.begin(peer))
        feed.end(peer)

    with Server(script) as server:
        connection = await connect(f"{server.url}/prefix", feed.name, headers={"x-team": "blue"})
        await connection.aclose()
    assert seen[0].line.split(" ")[1].startswith("/prefix/threads/")
    assert seen[0].header("x-team") == "blue"
    assert seen[0].header("user-agent").startswith("graphwire")
