"""What only aiohttp needs: its large bodies are written by code of ours."""

from __future__ import annotations

import ssl
import threading
from dataclasses import replace

import aiohttp
import pytest
from tests.transports.faults import then
from tests.transports.proxies import IN_URL, proxying
from tests.transports.wire import PATIENCE, Peer, Server, answer, get, post, response

from graphwire_aiohttp.transports import AsyncAiohttpTransport
from graphwire_core.errors import ConnectionFailed, TransportError
from graphwire_core.transports import TransportConfig

LARGE = b"x" * 50_000_000


async def test_an_answer_before_the_end_of_a_large_body_is_read_and_ends_the_connection() -> None:
    closed, gone = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(response(b"too large", status="413 Content Too Large"))
        assert closed.wait(PATIENCE)
        peer.wait_closed()
        gone.set()

    transport = AsyncAiohttpTransport(TransportConfig("http://unused"))
    with Server(script) as server:
        answered = await transport.send(post(server.url, LARGE, write=PATIENCE))
        assert answered.status_code == 413
        assert b"".join([one async for one in answered.aiter_bytes()]) == b"too large"
        await answered.aclose()
        closed.set()
        assert gone.wait(PATIENCE)
        assert server.connections == 1
    await transport.aclose()


async def test_the_limit_of_a_write_ends_with_the_body() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        assert not threading.Event().wait(0.3)
        peer.send(response(b"{}"))

    transport = AsyncAiohttpTransport(TransportConfig("http://unused"))
    with Server(script) as server:
        answered = await transport.send(post(server.url, b"x" * 1_000_000, write=0.2))
        await answered.aclose()
        assert answered.status_code == 200
    await transport.aclose()


async def test_a_transport_is_made_outside_of_an_event_loop_and_used_inside() -> None:
    made: list[AsyncAiohttpTransport] = []
    config = TransportConfig("http://unused")
    thread = threading.Thread(target=lambda: made.append(AsyncAiohttpTransport(config)))
    thread.start()
    thread.join()
    with Server(answer()) as server:
        answered = await made[0].send(get(server.url))
        await answered.aclose()
    await made[0].aclose()


async def test_a_cause_keeps_what_went_wrong_and_loses_what_was_sent_in_secret() -> None:
    with Server(proxying(refuses=True)) as proxy:
        url = proxy.url.replace("://", f"://{IN_URL}@")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = AsyncAiohttpTransport(TransportConfig("https://unused", proxy=url, tls=tls))
        with pytest.raises(ConnectionFailed) as refused:
            await transport.send(get("https://server.test", "/x?token=secret"))
        await transport.aclose()
    cause = refused.value.__cause__
    assert isinstance(cause, aiohttp.ClientHttpProxyError)
    assert (cause.status, cause.message) == (407, "Proxy Authentication Required")
    assert cause.__traceback__ is not None
    assert str(cause.request_info.real_url) == proxy.url
    assert dict(cause.request_info.headers) == {}

    transport = AsyncAiohttpTransport(TransportConfig("http://unused"))
    with Server(then(Peer.close, b"HTTP/1.1 abc OK\r\n\r\n")) as server:
        sent = get(server.url, "/x?token=secret")
        with pytest.raises(TransportError) as broken:
            await transport.send(replace(sent, headers={"x-api-key": "secret"}))
        await transport.aclose()
    assert isinstance(broken.value.__cause__, aiohttp.ClientResponseError)
    assert "secret" not in repr(broken.value.__cause__) + str(broken.value.__cause__)
