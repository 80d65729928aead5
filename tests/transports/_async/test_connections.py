"""Connections: used again, bounded, and closed at once when they are of no use."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from tests.transports._async.reading import fetch
from tests.transports.wire import (
    CHUNKED,
    PATIENCE,
    Peer,
    Server,
    answer,
    chunk,
    get,
    post,
    response,
)

from graphwire_core.errors import ConnectionFailed, GraphwireError
from graphwire_core.transports import AsyncTransport, Limits

Opened = Callable[..., AsyncTransport]


async def test_a_connection_is_used_again(transport: AsyncTransport) -> None:
    with Server(answer()) as server:
        for _ in range(3):
            assert await fetch(transport, get(server.url)) == b"{}"
            assert await fetch(transport, post(server.url, b"{}")) == b"{}"
    assert server.connections == 1


async def test_a_connection_that_the_server_closed_in_the_meantime_is_not_used(
    transport: AsyncTransport,
) -> None:
    closed = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(response(b"{}"))
        peer.close()
        closed.set()

    with Server(script) as server:
        for _ in range(3):
            assert await fetch(transport, post(server.url, b"{}")) == b"{}"
            # The caller's own work blocks the loop, which cannot see the end of the connection.
            assert closed.wait(PATIENCE)
            assert not threading.Event().wait(0.005)
            closed.clear()
    assert server.connections == 3


async def test_a_response_that_says_so_ends_its_connection(transport: AsyncTransport) -> None:
    with Server(answer(response(b"{}", "connection: close"))) as server:
        for _ in range(2):
            await fetch(transport, get(server.url))
    assert server.connections == 2


async def test_a_stream_that_is_closed_half_way_closes_its_socket_at_once(
    transport: AsyncTransport,
) -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, chunk(b"one"))
        peer.wait_closed()
        gone.set()

    with Server(script) as server:
        answered = await transport.send(get(server.url))
        async for one in answered.aiter_bytes():
            assert one == b"one"
            break
        await answered.aclose()
        assert gone.wait(PATIENCE)
        await answered.aclose()


async def test_a_response_that_nobody_reads_closes_its_socket_at_once(
    transport: AsyncTransport,
) -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED)
        peer.wait_closed()
        gone.set()

    with Server(script) as server:
        answered = await transport.send(get(server.url))
        await answered.aclose()
        assert gone.wait(PATIENCE)


async def test_closing_the_transport_closes_its_idle_connections(opened: Opened) -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(response(b"{}"))
        peer.wait_closed()
        gone.set()

    with Server(script) as server:
        transport = opened()
        await fetch(transport, get(server.url))
        await transport.aclose()
        assert gone.wait(PATIENCE)
        await transport.aclose()


async def test_a_stream_of_a_transport_that_is_closed_ends_in_an_error(opened: Opened) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, chunk(b"one"))
        peer.wait_closed()

    with Server(script) as server:
        transport = opened()
        answered = await transport.send(get(server.url))
        await transport.aclose()
        with pytest.raises(GraphwireError):
            b"".join([one async for one in answered.aiter_bytes()])
        await answered.aclose()


def holding(release: threading.Event) -> Callable[[Peer], None]:
    """Make a script that answers with half a body, and with the rest when it is told to."""

    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(CHUNKED, chunk(b"half "))
            assert release.wait(PATIENCE)
            peer.send(chunk(b"whole"), chunk(b""))

    return script


async def test_there_are_never_more_connections_than_allowed(opened: Opened) -> None:
    release = threading.Event()
    with Server(holding(release)) as server:
        transport = opened(limits=Limits(max_connections=2))
        held = [await transport.send(get(server.url)) for _ in range(2)]
        with pytest.raises(ConnectionFailed, match=r"No connection of the pool was free") as error:
            await transport.send(get(server.url, pool=0.05))
        assert error.value.timed_out
        release.set()
        assert b"".join([one async for one in held[0].aiter_bytes()]) == b"half whole"
        await held[0].aclose()
        assert await fetch(transport, get(server.url)) == b"half whole"
        await held[1].aclose()
        assert await fetch(transport, get(server.url)) == b"half whole"
    assert server.connections == 2


async def test_a_failure_gives_its_place_in_the_pool_back(opened: Opened) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.close()

    with Server(script) as server:
        transport = opened(limits=Limits(max_connections=1))
        for _ in range(3):
            with pytest.raises(GraphwireError, match="connection failed"):
                await transport.send(get(server.url, pool=0.5))


async def test_no_more_idle_connections_are_kept_than_allowed(opened: Opened) -> None:
    release = threading.Event()
    with Server(holding(release)) as server:
        transport = opened(limits=Limits(max_keepalive=1))
        held = [await transport.send(get(server.url)) for _ in range(3)]
        release.set()
        for one in held:
            assert b"".join([part async for part in one.aiter_bytes()]) == b"half whole"
            await one.aclose()
        assert server.connections == 3
        release.clear()
        again = [await transport.send(get(server.url)) for _ in range(3)]
        assert server.connections == 5
        release.set()
        for one in again:
            await one.aclose()


async def test_a_connection_is_not_kept_longer_than_allowed(opened: Opened) -> None:
    with Server(answer()) as server:
        transport = opened(limits=Limits(keepalive_expiry=0.0))
        for _ in range(2):
            await fetch(transport, get(server.url))
    assert server.connections == 2


async def test_without_limits_many_streams_are_open_at_once(opened: Opened) -> None:
    release = threading.Event()
    with Server(holding(release)) as server:
        transport = opened(limits=Limits(None, None, None))
        held = [await transport.send(get(server.url)) for _ in range(120)]
        assert server.connections == 120
        release.set()
        for one in held:
            await one.aclose()
