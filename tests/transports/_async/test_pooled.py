"""The connections of httpx's family: one request at a time on each, and no more than allowed."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.transports._async.conftest import MAKERS
from tests.transports._async.reading import fetch
from tests.transports.wire import PATIENCE, Peer, Server, answer, get, response

from graphwire_core.errors import ConnectionFailed
from graphwire_core.transports import AsyncTransport, Limits, TransportConfig

Opened = Callable[..., AsyncTransport]


@pytest.fixture(params=["httpx", "httpx2"])
async def pooled(request: pytest.FixtureRequest) -> AsyncIterator[Opened]:
    """Make a transport of the family, by the keywords of its configuration."""
    transports: list[AsyncTransport] = []

    def make(**config: Any) -> AsyncTransport:
        transports.append(MAKERS[request.param](TransportConfig("http://unused", **config)))
        return transports[-1]

    yield make
    for transport in transports:
        await transport.aclose()


def noting(gone: threading.Event) -> Callable[[Peer], None]:
    """Make a script that notes when its connection is closed."""

    def script(peer: Peer) -> None:
        try:
            while True:
                peer.request()
                peer.send(response(b"{}"))
        finally:
            gone.set()

    return script


async def test_the_connection_that_was_used_last_is_used_next(pooled: Opened) -> None:
    transport = pooled()
    with Server(answer()) as server:
        held = [await transport.send(get(server.url)) for _ in range(5)]
        for one in held:
            assert b"".join([part async for part in one.aiter_bytes()]) == b"{}"
            await one.aclose()
        for _ in range(20):
            await fetch(transport, get(server.url))
    assert server.connections == 5


async def test_an_idle_connection_to_elsewhere_makes_room(pooled: Opened) -> None:
    transport = pooled(limits=Limits(max_connections=1))
    gone = threading.Event()
    with Server(noting(gone)) as one, Server(answer()) as other:
        for _ in range(2):
            await fetch(transport, get(one.url))
        assert not gone.is_set()
        await fetch(transport, get(other.url, pool=0.5))
        assert gone.wait(PATIENCE)
        await fetch(transport, get(one.url, pool=0.5))
    assert (one.connections, other.connections) == (2, 1)


async def test_idle_connections_are_closed_when_their_time_is_over(pooled: Opened) -> None:
    transport = pooled(limits=Limits(keepalive_expiry=0.05))
    gone = threading.Event()
    with Server(noting(gone)) as one, Server(answer()) as other:
        await fetch(transport, get(one.url))
        assert not gone.wait(0.1)  # nothing wakes up for it alone
        await fetch(transport, get(other.url))
        assert gone.wait(PATIENCE)


@pytest.mark.parametrize("waiting", [1, 3])
async def test_a_place_that_nobody_takes_is_not_lost(pooled: Opened, waiting: int) -> None:
    transport = pooled(limits=Limits(max_connections=1))
    with Server(answer()) as server:
        held = await transport.send(get(server.url))
        for _ in range(waiting):
            with pytest.raises(ConnectionFailed, match="No connection of the pool was free"):
                await transport.send(get(server.url, pool=0.02))
        await held.aclose()
        assert await fetch(transport, get(server.url, pool=0.5)) == b"{}"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:{port}/a?b#c", "127.0.0.1:{port}"),
        ("http://127.0.0.1:{port}?b", "127.0.0.1:{port}"),
        ("http://me:secret@127.0.0.1:{port}/a", "127.0.0.1:{port}"),
    ],
)
async def test_what_a_url_says_beside_the_target_is_not_sent(
    pooled: Opened, url: str, host: str
) -> None:
    with Server(answer()) as server:
        await fetch(pooled(), get(url.format(port=server.port), ""))
    (sent,) = server.requests
    assert sent.header("host") == host.format(port=server.port)
    target = sent.line.split(" ")[1]
    assert target in {"/a?b", "/?b", "/a"}
    assert "secret" not in repr(sent)
