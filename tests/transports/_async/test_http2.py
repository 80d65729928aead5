"""HTTP/2, when it is asked for: over TLS, where the server speaks it too."""

from __future__ import annotations

import ssl
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.transports._async.conftest import MAKERS
from tests.transports._async.reading import drain, fetch
from tests.transports.certificates import Authority
from tests.transports.http2 import Http2Server
from tests.transports.http2_scripts import (
    answering,
    babbling,
    echoing,
    hanging_up,
    once_each,
    packing,
    resetting,
    step_by_step,
    stopping,
)
from tests.transports.proxies import IN_URL, proxying
from tests.transports.wire import PATIENCE, Server, answer, get, post

from graphwire_core.errors import ConnectionFailed, RequestTimeout, TransportError
from graphwire_core.transports import AsyncTransport, Limits, TransportConfig

Opened = Callable[..., AsyncTransport]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(params=["httpx", "httpx2"])
async def opened(request: pytest.FixtureRequest, authority: Authority) -> AsyncIterator[Opened]:
    """Make transports that ask for HTTP/2, by the keywords of their configuration."""
    transports: list[AsyncTransport] = []

    def make(**config: Any) -> AsyncTransport:
        tls = ssl.create_default_context(cafile=str(authority.file))
        config = {"url": "https://unused", "http2": True, "tls": tls, **config}
        transports.append(MAKERS[request.param](TransportConfig(**config)))
        return transports[-1]

    yield make
    for transport in transports:
        await transport.aclose()


@pytest.fixture
def transport(opened: Opened) -> AsyncTransport:
    return opened()


async def test_calls_one_after_the_other_go_over_one_connection(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(answering, authority.server_context()) as server:
        for path in ("/a/%2E%2E?x=%2F", "/b"):
            assert await fetch(transport, get(server.url, path)) == f"GET {path}".encode()
            assert await fetch(transport, post(server.url, b"{}", path)) == f"POST {path}".encode()
    assert server.connections == 1


async def test_the_headers_are_those_of_the_request_and_of_the_protocol(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(answering, authority.server_context()) as server:
        await fetch(transport, get(server.url))
    (sent,) = server.exchanges
    host = server.url.removeprefix("https://")
    assert sent.headers == {
        ":method": "GET",
        ":authority": host,
        ":scheme": "https",
        ":path": "/",
        "accept": "application/json",
    }


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
async def test_bodies_of_any_size_arrive_whole_in_both_directions(
    transport: AsyncTransport, authority: Authority, size: int
) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    with Http2Server(echoing, authority.server_context()) as server:
        for _ in range(2):
            assert await fetch(transport, post(server.url, content)) == content
    assert server.connections == 1


async def test_a_head_is_read_and_a_content_encoding_undone(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(packing, authority.server_context()) as server:
        response = await transport.send(get(server.url))
        chunks: list[bytes] = []
        await drain(response, chunks.append)
        await response.aclose()
    assert response.status_code == 418
    assert response.headers["x-request-id"] == "r"
    assert b"".join(chunks) == b"packed"


async def test_a_stream_arrives_while_the_server_still_writes(
    transport: AsyncTransport, authority: Authority
) -> None:
    seen = [threading.Event() for _ in range(3)]
    with Http2Server(step_by_step(seen), authority.server_context()) as server:
        response = await transport.send(get(server.url))
        chunks: list[bytes] = []
        async for one in response.aiter_bytes():
            seen[len(chunks)].set()
            chunks.append(one)
        await response.aclose()
    assert chunks == [b"event 0", b"event 1", b"event 2"]


async def test_the_server_is_told_at_once_of_a_stream_that_is_closed_half_way(
    transport: AsyncTransport, authority: Authority
) -> None:
    left = threading.Event()
    with Http2Server(stopping(left), authority.server_context()) as server:
        response = await transport.send(get(server.url, "/body"))
        async for one in response.aiter_bytes():
            assert one == b"one"
            break
        await response.aclose()
        assert left.wait(PATIENCE)
        assert await fetch(transport, get(server.url, "/again")) == b"{}"


async def test_what_nobody_read_takes_no_room_from_what_comes_after(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(stopping(after=b"x" * 1_000_000), authority.server_context()) as server:
        for _ in range(20):  # more than the room of a connection, 16 MB
            response = await transport.send(get(server.url, "/body"))
            async for _one in response.aiter_bytes():
                break
            await response.aclose()
        assert await fetch(transport, get(server.url, "/fine")) == b"{}"


async def test_a_stream_that_the_server_resets_is_a_transport_error(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(resetting, authority.server_context()) as server:
        for path in ("/head", "/body"):
            with pytest.raises(TransportError) as error:
                await fetch(transport, get(server.url, path))
            assert type(error.value) is TransportError
            assert str(error.value) == (
                "The connection failed: RemoteProtocolError: "
                "the server reset the stream (INTERNAL_ERROR)"
            )
        assert await fetch(transport, get(server.url, "/fine")) == b"{}"
    assert server.connections == 1


async def test_a_connection_that_the_server_gave_up_in_the_meantime_is_not_used(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(echoing, authority.server_context()) as server:
        for polite in (True, False):
            assert await fetch(transport, post(server.url, b"{}")) == b"{}"
            link = server.links[-1]
            if polite:
                server.call(server.exchanges[-1].go_away)
            server.call(link.transport.close)
            assert link.gone.wait(PATIENCE)
        assert await fetch(transport, post(server.url, b"{}")) == b"{}"
    assert server.connections == 3


async def test_what_the_server_did_not_look_at_is_sent_to_a_new_connection(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(once_each, authority.server_context()) as server:
        for content in (b"[1]", b"[2]"):
            assert await fetch(transport, post(server.url, content)) == content
    assert [one.body for one in server.exchanges] == [b"[1]", b"[2]", b"[2]"]
    assert server.connections == 2


async def test_a_connection_that_ends_under_a_response_is_a_transport_error(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(hanging_up, authority.server_context()) as server:
        for path in ("/polite", "/rude"):
            with pytest.raises(TransportError, match=r"^The connection failed: ") as error:
                await fetch(transport, get(server.url, path))
            assert type(error.value) is TransportError
            assert "<" not in str(error.value)


@pytest.mark.parametrize("path", ["/head", "/body"])
async def test_a_frame_that_is_not_allowed_is_a_transport_error(
    transport: AsyncTransport, authority: Authority, path: str
) -> None:
    with Http2Server(babbling, authority.server_context()) as server:
        with pytest.raises(
            TransportError, match=r"^The connection failed: \w+ProtocolError"
        ) as error:
            await fetch(transport, get(server.url, path))
        assert type(error.value) is TransportError


async def test_a_silent_server_is_waited_for_no_longer_than_allowed(
    transport: AsyncTransport, authority: Authority
) -> None:
    with Http2Server(stopping(), authority.server_context()) as server:
        for path in ("/head", "/body"):
            with pytest.raises(RequestTimeout, match=r"^Nothing could be read for 0\.2 s$"):
                await fetch(transport, get(server.url, path, read=0.2))


async def test_an_idle_connection_is_not_kept_longer_than_allowed(
    opened: Opened, authority: Authority
) -> None:
    with Http2Server(answering, authority.server_context()) as server:
        transport = opened(limits=Limits(keepalive_expiry=0.0))
        for _ in range(2):
            await fetch(transport, get(server.url))
    assert server.connections == 2


@pytest.mark.parametrize("protocols", [["http/1.1"], []])
async def test_a_server_that_speaks_http1_alone_is_spoken_to_so(
    transport: AsyncTransport, authority: Authority, protocols: list[str]
) -> None:
    tls = authority.server_context()
    if protocols:
        tls.set_alpn_protocols(protocols)
    with Server(answer(), tls=tls) as server:
        for _ in range(3):
            assert await fetch(transport, post(server.url, b"[1]")) == b"{}"
    assert server.connections == 1
    assert server.requests[0].line == "POST / HTTP/1.1"


async def test_without_tls_a_server_is_spoken_to_in_http1(opened: Opened) -> None:
    transport = opened(tls=None, limits=Limits(max_connections=2))
    with Server(answer()) as server:
        for _ in range(3):
            assert await fetch(transport, get(server.url)) == b"{}"
    assert server.connections == 1
    assert server.requests[0].line == "GET / HTTP/1.1"


async def test_it_is_not_spoken_where_nobody_asked_for_it(
    opened: Opened, authority: Authority
) -> None:
    tls = authority.server_context()
    tls.set_alpn_protocols(["h2", "http/1.1"])
    with Server(answer(), tls=tls) as server:
        assert await fetch(opened(http2=False), get(server.url)) == b"{}"


async def test_it_goes_through_a_proxy(opened: Opened, authority: Authority) -> None:
    with (
        Http2Server(answering, authority.server_context()) as server,
        Server(proxying()) as proxy,
    ):
        transport = opened(proxy=proxy.url.replace("://", f"://{IN_URL}@"))
        for _ in range(3):
            assert await fetch(transport, get(server.url, "/a")) == b"GET /a"
        await transport.aclose()
    assert server.connections == len(proxy.requests) == 1


async def test_a_server_that_is_not_trusted_is_not_spoken_to(
    opened: Opened, authority: Authority
) -> None:
    with (
        Http2Server(answering, authority.server_context()) as server,
        pytest.raises(ConnectionFailed, match="its certificate is not trusted"),
    ):
        await opened(tls=ssl.create_default_context()).send(get(server.url))
    assert server.exchanges == []
