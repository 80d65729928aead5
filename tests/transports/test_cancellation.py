"""A cancelled task leaves nothing behind: its connection is closed at once, its place is free."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.transports._async.conftest import MAKERS, NAMES
from tests.transports._async.reading import fetch
from tests.transports.certificates import Authority
from tests.transports.wire import (
    CHUNKED,
    PATIENCE,
    Peer,
    Server,
    blackhole,
    chunk,
    get,
    post,
    response,
)

from graphwire_core.transports import AsyncTransport, Limits, TransportConfig

ONE = Limits(max_connections=1)


@pytest.fixture(params=NAMES)
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Callable[..., AsyncTransport]]:
    """Make transports that have one connection, closed after the test."""
    transports: list[AsyncTransport] = []

    def make(tls: ssl.SSLContext | None = None) -> AsyncTransport:
        config = TransportConfig("http://unused", limits=ONE, tls=tls)
        transports.append(MAKERS[request.param](config))
        return transports[-1]

    yield make
    for transport in transports:
        await transport.aclose()


class Scene:
    """A server whose first connection stops where the test wants it; the others answer."""

    def __init__(self, *first: bytes) -> None:
        self.reached, self.gone = threading.Event(), threading.Event()
        self._first = first
        self._calls = 0

    def __call__(self, peer: Peer) -> None:
        self._calls += 1
        if self._calls > 1:
            peer.request()
            peer.send(response(b"{}"))
            return
        peer.request()
        peer.send(*self._first)
        self.reached.set()
        if isinstance(peer.sock, ssl.SSLSocket):
            # Below TLS, where the end of the connection is seen and its farewell not answered.
            with socket.socket(fileno=peer.sock.detach()) as raw:
                raw.settimeout(PATIENCE)
                Peer(raw, []).wait_closed()
        else:
            peer.wait_closed()
        self.gone.set()


async def cancelled(work: Awaitable[Any], reached: threading.Event) -> None:
    """Cancel work when the server has got where it stops."""
    task = asyncio.ensure_future(work)
    assert await asyncio.to_thread(reached.wait, PATIENCE)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("secure", [False, True])
async def test_a_call_that_is_cancelled_before_the_answer_closes_its_connection(
    opened: Callable[..., AsyncTransport], tmp_path: Path, *, secure: bool
) -> None:
    authority = Authority(tmp_path)
    tls = ssl.create_default_context(cafile=str(authority.file)) if secure else None
    scene = Scene()
    with Server(scene, tls=authority.server_context() if secure else None) as server:
        transport = opened(tls)
        await cancelled(fetch(transport, get(server.url)), scene.reached)
        assert await asyncio.to_thread(scene.gone.wait, PATIENCE / 5)
        assert await fetch(transport, get(server.url, pool=0.5)) == b"{}"


@pytest.mark.parametrize("secure", [False, True])
async def test_a_stream_that_is_cancelled_closes_its_connection(
    opened: Callable[..., AsyncTransport], tmp_path: Path, *, secure: bool
) -> None:
    authority = Authority(tmp_path)
    tls = ssl.create_default_context(cafile=str(authority.file)) if secure else None
    scene = Scene(CHUNKED, chunk(b"one"))
    with Server(scene, tls=authority.server_context() if secure else None) as server:
        transport = opened(tls)
        await cancelled(fetch(transport, get(server.url)), scene.reached)
        assert await asyncio.to_thread(scene.gone.wait, PATIENCE / 5)
        assert await fetch(transport, get(server.url, pool=0.5)) == b"{}"


async def test_an_upload_that_is_cancelled_closes_its_connection(
    opened: Callable[..., AsyncTransport],
) -> None:
    reached, gone = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        reached.set()
        if gone.is_set():
            peer.send(response(b"{}"))
            return
        peer.wait_closed()
        gone.set()

    with Server(script) as server:
        transport = opened()
        sending = post(server.url, b"x" * 30_000_000)
        await cancelled(fetch(transport, sending), reached)
        assert await asyncio.to_thread(gone.wait, PATIENCE / 5)
        assert await fetch(transport, get(server.url, pool=0.5)) == b"{}"


async def test_a_connection_in_the_making_is_given_up(
    opened: Callable[..., AsyncTransport],
) -> None:
    transport = opened()
    begun = threading.Event()
    begun.set()
    with blackhole() as url:
        await cancelled(transport.send(get(url)), begun)
    with Server(Scene(response(b"{}"))) as server:
        assert await fetch(transport, get(server.url, pool=0.5)) == b"{}"


async def test_who_waits_for_a_connection_may_give_up(
    opened: Callable[..., AsyncTransport],
) -> None:
    waiting = threading.Event()
    waiting.set()
    with Server(Scene(CHUNKED, chunk(b"one"))) as server:
        transport = opened()
        held = await transport.send(get(server.url))
        await cancelled(transport.send(get(server.url)), waiting)
        await held.aclose()
        assert await fetch(transport, get(server.url, pool=0.5)) == b"{}"
