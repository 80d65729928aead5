"""Many requests at once over HTTP/2: the tasks of a loop share connections, threads do not."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.transports._async.conftest import MAKERS
from tests.transports._async.reading import fetch
from tests.transports._sync.conftest import MAKERS as SYNC_MAKERS
from tests.transports._sync.reading import fetch as fetch_sync
from tests.transports.certificates import Authority
from tests.transports.http2 import Http2Server
from tests.transports.http2_scripts import answering, echoing, resetting, step_by_step, stopping
from tests.transports.wire import PATIENCE, Server, answer, blackhole, get, post, response

from graphwire_core.errors import ConnectionFailed, RequestTimeout, TransportError
from graphwire_core.transports import AsyncResponse, AsyncTransport, Limits, TransportConfig

Opened = Callable[..., AsyncTransport]
FAMILY = ("httpx", "httpx2")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(params=FAMILY)
async def opened(request: pytest.FixtureRequest, authority: Authority) -> AsyncIterator[Opened]:
    """Make transports that ask for HTTP/2, by their limits."""
    transports: list[AsyncTransport] = []

    def make(*limits: Any) -> AsyncTransport:
        tls = ssl.create_default_context(cafile=str(authority.file))
        config = TransportConfig("https://unused", Limits(*limits), http2=True, tls=tls)
        transports.append(MAKERS[request.param](config))
        return transports[-1]

    yield make
    for transport in transports:
        await transport.aclose()


async def first_chunk(response: AsyncResponse) -> bytes:
    """Return what arrives first; the response stays open."""
    return await anext(response.aiter_bytes())


async def arrived(server: Http2Server, path: str) -> None:
    """Wait until the last request that the server has is one for a path."""
    for _ in range(int(PATIENCE / 0.001)):
        if server.exchanges and server.exchanges[-1].headers[":path"] == path:
            return
        await asyncio.sleep(0.001)
    raise AssertionError(f"{path} was not asked for")


async def test_fifty_calls_at_once_share_one_connection(
    opened: Opened, authority: Authority
) -> None:
    transport = opened()
    with Http2Server(answering, authority.server_context()) as server:
        calls = (fetch(transport, get(server.url, f"/{number}")) for number in range(50))
        answers = await asyncio.gather(*calls)
    assert answers == [f"GET /{number}".encode() for number in range(50)]
    assert server.connections == 1


async def test_a_further_connection_is_opened_where_a_server_takes_no_more_on_one(
    opened: Opened, authority: Authority
) -> None:
    transport = opened(None, None, None)
    with Http2Server(stopping(), authority.server_context(), streams=10) as server:
        sent = (transport.send(get(server.url, "/body")) for _ in range(35))
        held = await asyncio.gather(*sent)
        assert server.connections == 4
        assert await asyncio.gather(*map(first_chunk, held)) == [b"one"] * 35
        for one in held:
            await one.aclose()


async def test_open_streams_keep_neither_streams_nor_calls_waiting(
    opened: Opened, authority: Authority
) -> None:
    transport = opened(None, None, None)
    with Http2Server(stopping(), authority.server_context()) as server:
        sent = (transport.send(get(server.url, "/body")) for _ in range(250))
        held = await asyncio.gather(*sent)
        assert await fetch(transport, get(server.url, "/fine", read=5)) == b"{}"
        assert server.connections == 3
        for one in held:
            await one.aclose()


async def test_there_are_never_more_connections_than_allowed(
    opened: Opened, authority: Authority
) -> None:
    transport = opened(2)
    with Http2Server(stopping(), authority.server_context(), streams=3) as server:
        held = [await transport.send(get(server.url, "/body")) for _ in range(6)]
        with pytest.raises(ConnectionFailed, match="No connection of the pool was free"):
            await transport.send(get(server.url, "/body", pool=0.1))
        assert server.connections == 2
        await held.pop().aclose()
        assert await fetch(transport, get(server.url, "/fine")) == b"{}"
        for one in held:
            await one.aclose()


async def test_a_silence_towards_one_request_ends_no_other(
    opened: Opened, authority: Authority
) -> None:
    transport = opened()
    with Http2Server(stopping(), authority.server_context()) as server:
        other = await transport.send(get(server.url, "/body"))
        chunks = other.aiter_bytes()
        assert await anext(chunks) == b"one"
        reading = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        for path in ("/head", "/body"):
            with pytest.raises(RequestTimeout, match=r"Nothing could be read for 0\.1 s"):
                await fetch(transport, get(server.url, path, read=0.1))
        assert not reading.done()
        exchange = server.exchanges[0]
        server.call(lambda: exchange.link.http.send_data(exchange.number, b"two"))
        server.call(exchange.link.flush)
        assert await reading == b"two"
        assert server.connections == 1
        await other.aclose()


async def test_a_cancelled_task_ends_its_own_stream_alone(
    opened: Opened, authority: Authority
) -> None:
    left = threading.Event()
    transport = opened()
    with Http2Server(stopping(left), authority.server_context()) as server:
        other = await transport.send(get(server.url, "/body?other"))
        for path in ("/head", "/body"):
            left.clear()
            task = asyncio.ensure_future(fetch(transport, get(server.url, path)))
            await arrived(server, path)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(left.wait, PATIENCE)
        assert await first_chunk(other) == b"one"
        assert await fetch(transport, get(server.url, "/fine")) == b"{}"
        assert server.connections == 1
        await other.aclose()


async def test_a_stream_that_is_reset_ends_no_other(opened: Opened, authority: Authority) -> None:
    transport = opened()
    with Http2Server(resetting, authority.server_context()) as server:
        paths = ["/head", "/fine", "/body"] * 5
        calls = (fetch(transport, get(server.url, path)) for path in paths)
        ends = await asyncio.gather(*calls, return_exceptions=True)
    for path, end in zip(paths, ends, strict=True):
        assert end == b"{}" if path == "/fine" else type(end) is TransportError
    assert server.connections == 1


async def test_what_nobody_read_takes_no_room_from_the_others_of_its_connection(
    opened: Opened, authority: Authority
) -> None:
    transport = opened()
    script = stopping(after=b"x" * 1_000_000)
    with Http2Server(script, authority.server_context()) as server:
        other = asyncio.ensure_future(fetch(transport, get(server.url, "/head")))
        await arrived(server, "/head")
        for _ in range(30):  # the room of a connection is 16 MB
            unread = await transport.send(get(server.url, "/body"))
            assert await first_chunk(unread)
            await unread.aclose()
        assert await fetch(transport, post(server.url, b"[1]")) == b"{}"
        assert server.connections == 1
        other.cancel()
        with pytest.raises(asyncio.CancelledError):
            await other


async def test_who_waits_for_a_connection_that_fails_tries_another_at_once(
    opened: Opened,
) -> None:
    transport = opened()
    with blackhole() as plain:
        url = plain.replace("http:", "https:")
        started = asyncio.get_running_loop().time()
        calls = (fetch(transport, get(url, connect=0.5)) for _ in range(20))
        ends = await asyncio.gather(*calls, return_exceptions=True)
        assert asyncio.get_running_loop().time() - started < 5  # not twenty times the limit
    assert {type(one) for one in ends} == {ConnectionFailed}


async def test_many_at_once_over_a_server_of_http1_keep_to_the_limits(
    opened: Opened, authority: Authority
) -> None:
    transport = opened(5)
    with Server(answer(response(b"{}")), tls=authority.server_context()) as server:
        for _ in range(2):
            calls = (fetch(transport, get(server.url)) for _ in range(40))
            assert await asyncio.gather(*calls) == [b"{}"] * 40
    assert server.connections <= 5


@pytest.mark.parametrize("name", FAMILY)
def test_threads_have_a_connection_each(name: str, authority: Authority) -> None:
    tls = ssl.create_default_context(cafile=str(authority.file))
    transport = SYNC_MAKERS[name](TransportConfig("https://unused", http2=True, tls=tls))

    def call(number: int) -> bool:
        content = str(number).encode()
        return fetch_sync(transport, post(server.url, content)) == content

    with (
        Http2Server(echoing, authority.server_context()) as server,
        ThreadPoolExecutor(20) as threads,
    ):
        assert all(threads.map(call, range(400)))
        transport.close()
    assert server.connections <= 20


@pytest.mark.parametrize("name", FAMILY)
def test_a_thread_can_wait_for_what_arrives_next(name: str, authority: Authority) -> None:
    tls = ssl.create_default_context(cafile=str(authority.file))
    transport = SYNC_MAKERS[name](TransportConfig("https://unused", http2=True, tls=tls))
    seen = [threading.Event() for _ in range(3)]
    with Http2Server(step_by_step(seen), authority.server_context()) as server:
        response = transport.send(get(server.url))
        wait: Any = response.readable  # type: ignore[attr-defined]  # not of every transport
        chunks = response.iter_bytes()
        for number, event in enumerate(seen):
            assert next(chunks) == b"event %d" % number
            assert not wait(0.05)
            event.set()
            assert wait(PATIENCE)
        assert list(chunks) == []
        response.close()
        transport.close()
