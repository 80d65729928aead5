"""Another event loop than asyncio's own: what a client does is the same on uvloop."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop
from tests.transports._async.conftest import MAKERS, NAMES
from tests.transports._async.reading import fetch
from tests.transports.certificates import Authority
from tests.transports.wire import CHUNKED, Peer, Server, answer, chunk, free_port, get, post

from graphwire_core.errors import ConnectionFailed, RequestTimeout, TransportError
from graphwire_core.transports import AsyncTransport, Request, Timeout, TransportConfig

pytestmark = pytest.mark.parametrize("name", NAMES)

BODY = bytes(1 << 20)


def run(
    name: str,
    work: Callable[[AsyncTransport], Awaitable[None]],
    tls: ssl.SSLContext | None = None,
) -> None:
    """Run work with a transport on uvloop."""

    async def main() -> None:
        transport = MAKERS[name](TransportConfig("http://unused", tls=tls))
        try:
            await work(transport)
        finally:
            await transport.aclose()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_connection_is_used_again(name: str, host: str) -> None:
    async def work(transport: AsyncTransport) -> None:
        for _ in range(3):
            url = server.url.replace("127.0.0.1", host)
            assert await fetch(transport, post(url, BODY)) == b"{}"

    with Server(answer()) as server:
        run(name, work)
    assert server.connections == 1


def test_tls_is_spoken_and_checked(name: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def work(transport: AsyncTransport) -> None:
        for _ in range(2):
            assert await fetch(transport, get(server.url)) == b"{}"

    with Server(answer(), tls=authority.server_context()) as server:
        run(name, work, ssl.create_default_context(cafile=str(authority.file)))
        assert server.connections == 1
        with pytest.raises(ConnectionFailed, match="its certificate is not trusted"):
            run(name, work, ssl.create_default_context())


def test_a_body_in_chunks_is_whole(name: str) -> None:
    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(CHUNKED, *[chunk(BODY)] * 8, chunk(b""))

    async def work(transport: AsyncTransport) -> None:
        for _ in range(2):
            assert await fetch(transport, get(server.url)) == BODY * 8

    with Server(script) as server:
        run(name, work)
    assert server.connections == 1


def test_failures_are_told_apart(name: str) -> None:
    over = threading.Event()

    def script(peer: Peer) -> None:
        request = peer.request()
        if "cut" in request.line:
            peer.send(CHUNKED, chunk(b"one"), b"5\r\nhel")
            peer.close()
        peer.wait_closed()
        over.set()

    async def work(transport: AsyncTransport) -> None:
        with pytest.raises(ConnectionFailed, match="Connection refused"):
            await fetch(transport, get(f"http://127.0.0.1:{free_port()}"))
        with pytest.raises(TransportError, match="The connection failed"):
            await fetch(transport, get(f"{server.url}/cut"))
        silent = Request("GET", server.url, {}, b"", timeout=Timeout(read=0.1))
        with pytest.raises(RequestTimeout, match=r"Nothing could be read for 0\.1 s"):
            await fetch(transport, silent)

    with Server(script) as server:
        run(name, work)
    assert over.is_set()
