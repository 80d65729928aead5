"""What can go wrong is an error of this SDK, and the same one on every transport."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest
from tests.transports._async.reading import drain, fetch
from tests.transports.faults import FAULTS, HEAD, OPEN_ENDED, then
from tests.transports.wire import (
    CHUNKED,
    PATIENCE,
    Peer,
    Server,
    blackhole,
    chunk,
    free_port,
    get,
    post,
    response,
)

from graphwire_core.errors import (
    ConfigurationError,
    ConnectionFailed,
    RequestTimeout,
    TransportError,
)
from graphwire_core.transports import AsyncTransport

Opened = Callable[..., AsyncTransport]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_broken_exchange_is_a_transport_error_after_one_request(
    transport: AsyncTransport, fault: str
) -> None:
    with Server(FAULTS[fault]) as server:
        for number in (1, 2):
            with pytest.raises(TransportError) as error:
                await fetch(transport, get(server.url, "/x?token=secret"))
            assert type(error.value) is TransportError
            assert error.value.message.startswith("The connection failed: ")
            assert "secret" not in str(error.value)
            assert error.value.__cause__ is not None
            assert (server.connections, len(server.requests)) == (number, number)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_a_connection_that_breaks_under_a_request_is_not_tried_again(
    transport: AsyncTransport, method: str
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(response(b"{}"))
        peer.request()
        peer.close()

    with Server(script) as server:
        request = get(server.url)
        await fetch(transport, request)
        again = type(request)(method, request.url, {}, b"", request.timeout)
        with pytest.raises(TransportError):
            await fetch(transport, again)
    assert server.connections == 1


async def test_a_reset_is_not_the_end_of_a_body_without_a_length(transport: AsyncTransport) -> None:
    read = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OPEN_ENDED, b"some of it")
        assert read.wait(PATIENCE)
        peer.reset()

    with Server(script) as server:
        answered = await transport.send(get(server.url))
        with pytest.raises(TransportError):
            await drain(answered, lambda _: read.set())
        await answered.aclose()


async def test_a_server_that_is_not_there_is_named_with_a_hint(transport: AsyncTransport) -> None:
    port = free_port()
    with pytest.raises(ConnectionFailed) as error:
        await transport.send(get(f"http://127.0.0.1:{port}", "/threads?token=secret"))
    assert str(error.value) == (
        f"Could not connect to http://127.0.0.1:{port}: Connection refused. Is the server running?"
        f" `langgraph dev --port {port}` starts one; url= or GRAPHWIRE_URL names another"
    )
    assert not error.value.timed_out


async def test_a_name_that_does_not_exist_is_said_to_be_one(transport: AsyncTransport) -> None:
    with pytest.raises(ConnectionFailed, match="the host name could not be resolved"):
        await transport.send(get("http://nowhere.invalid:8123"))


async def test_a_connection_that_does_not_come_is_waited_for_no_longer_than_allowed(
    transport: AsyncTransport,
) -> None:
    with blackhole() as url, pytest.raises(ConnectionFailed) as error:
        await transport.send(get(url, connect=0.1))
    assert error.value.timed_out
    assert f"Could not connect to {url}: no connection within 0.1 s" in str(error.value)


async def test_a_silent_server_is_waited_for_no_longer_than_allowed(
    transport: AsyncTransport,
) -> None:
    with Server(then(Peer.wait_closed)) as server, pytest.raises(RequestTimeout) as error:
        await transport.send(get(server.url, read=0.1))
    assert str(error.value) == "Nothing could be read for 0.1 s"


@pytest.mark.parametrize("head", [CHUNKED + chunk(b"one"), HEAD + b"content-length: 9\r\n\r\none"])
async def test_a_body_that_stops_is_waited_for_no_longer_than_allowed(
    transport: AsyncTransport, head: bytes
) -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(head)
        peer.wait_closed()
        gone.set()

    with Server(script) as server:
        answered = await transport.send(get(server.url, read=0.2))
        chunks: list[bytes] = []
        with pytest.raises(RequestTimeout, match=r"Nothing could be read for 0\.2 s"):
            await drain(answered, chunks.append)
        await answered.aclose()
        assert chunks == [b"one"]
        assert gone.wait(PATIENCE)


async def test_a_body_that_nobody_takes_is_written_no_longer_than_allowed(
    transport: AsyncTransport,
) -> None:
    gone = threading.Event()

    def script(_: Peer) -> None:
        assert gone.wait(PATIENCE)

    with Server(script) as server:
        with pytest.raises(RequestTimeout) as error:
            await transport.send(post(server.url, b"x" * 50_000_000, write=0.2))
        gone.set()
    assert str(error.value) == "Nothing could be written for 0.2 s"


async def test_a_large_body_may_take_longer_than_the_limit_of_one_write(
    transport: AsyncTransport,
) -> None:
    size = 40_000_000

    def script(peer: Peer) -> None:
        left = size
        for _ in range(4):  # a server that is slow, but never for as long as the limit
            assert not threading.Event().wait(0.2)
            for _ in range(10):
                left -= len(peer.sock.recv(1_000_000, socket.MSG_WAITALL))
        while left > 0:
            left -= len(peer.sock.recv(1 << 16))
        peer.send(response(b"{}"))

    with Server(script) as server:
        assert await fetch(transport, post(server.url, b"x" * size, write=0.6)) == b"{}"


@pytest.mark.parametrize("proxy", ["ftp://user:secret@127.0.0.1:1", "127.0.0.1:3128", "http://"])
def test_a_proxy_that_is_no_url_is_refused_without_showing_it(opened: Opened, proxy: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^proxy: expected a URL with one of") as error:
        opened(proxy=proxy)
    assert "secret" not in str(error.value)
