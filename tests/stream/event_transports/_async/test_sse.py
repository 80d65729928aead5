"""Server-sent events: the request whose body is the subscription, and its answer."""

from __future__ import annotations

import json

import pytest
from tests.stream.event_transports._async.reading import AsyncConnect, failure, numbers
from tests.stream.event_transports.feeds import EVENTS, FEEDS, THREAD, event, feeding, refusing
from tests.transports.wire import PATIENCE, Peer, Server, response

from graphwire_core import AsyncClient, Retry, Timeout
from graphwire_core.errors import (
    BadRequestError,
    ConnectionFailed,
    InternalServerError,
    ResponseValidationError,
    StreamProtocolError,
)
from graphwire_stream.event_transports import EventFilter, event_transport

SSE = FEEDS["sse"]
AGAIN = Retry(attempts=3, base_delay=0.01)


async def test_the_body_of_the_request_is_the_filter(connect: AsyncConnect, way: str) -> None:
    wanted = EventFilter(("values", "custom:a"), (("child:1", "x"), ()), 0)
    with Server(feeding(SSE)) as server:
        connection = await connect(f"{server.url}/a%20b", "sse", wanted, transport=way)
        await connection.aclose()
    request = server.requests[0]
    assert request.line == f"POST /a%20b{EVENTS} HTTP/1.1"
    assert json.loads(request.body) == {
        "channels": ["values", "custom:a"],
        "namespaces": [["child:1", "x"], []],
        "depth": 0,
    }
    assert request.header("accept") == "text/event-stream"
    assert request.header("cache-control") == "no-store"


async def test_a_filter_of_channels_alone_says_nothing_else(connect: AsyncConnect) -> None:
    with Server(feeding(SSE)) as server:
        connection = await connect(server.url, "sse", EventFilter(("tools",)))
        await connection.aclose()
    assert json.loads(server.requests[0].body) == {"channels": ["tools"]}


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        ("200 OK", ("content-type: application/json",), r"got application/json: '\{\}'"),
        ("200 OK", (), "got no content type"),
        ("204 No Content", ("content-type: text/event-stream",), "Expected an event stream"),
    ],
)
async def test_an_answer_that_is_no_event_stream_is_an_error(
    connect: AsyncConnect, status: str, headers: tuple[str, ...], words: str
) -> None:
    body = b"" if status.startswith("204") else b"{}"
    with (
        Server(refusing(status, body, *headers)) as server,
        pytest.raises(StreamProtocolError, match=words),
    ):
        await connect(server.url, "sse")


async def test_a_redirect_is_not_followed(connect: AsyncConnect) -> None:
    with (
        Server(refusing("307 Temporary Redirect", b"", "location: http://other/")) as server,
        pytest.raises(ResponseValidationError, match="redirect to http://other/"),
    ):
        await connect(server.url, "sse")


async def test_a_refusal_is_the_error_of_its_status(connect: AsyncConnect, way: str) -> None:
    with (
        Server(refusing("400 Bad Request", b'{"detail": "no such channel"}')) as server,
        pytest.raises(BadRequestError, match="no such channel") as error,
    ):
        await connect(server.url, "sse", transport=way)
    assert error.value.path == EVENTS


async def test_only_the_first_connection_is_tried_again_by_itself() -> None:
    def script(peer: Peer) -> None:
        if len(server.requests) == 1:
            SSE.begin(peer)
            peer.wait_closed()
        else:
            peer.request()
            peer.send(response(status="503 Service Unavailable"))

    def first(peer: Peer) -> None:
        if not server.requests:
            peer.request()
            peer.send(response(status="503 Service Unavailable"))
        else:
            script(peer)

    with Server(first) as server:
        async with AsyncClient(server.url, retry=AGAIN) as client:
            transport = event_transport(client, "sse")
            connection = await transport.connect(THREAD, EventFilter(("values",)))
            await connection.aclose()
            with pytest.raises(InternalServerError) as error:
                await transport.connect(THREAD, EventFilter(("values",)))
    assert error.value.attempts == 1
    assert len(server.requests) == 3


@pytest.mark.parametrize("data", [b"data: [1]", b"event: x", b"data: {\r\ndata: "])
async def test_an_event_that_carries_no_frame_is_an_error(
    connect: AsyncConnect, data: bytes
) -> None:
    body = b"data: %b\r\n\r\n%b\r\n\r\n" % (event(1), data)
    plain = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(plain + body)
        peer.wait_closed()

    with Server(script) as server:
        connection = await connect(server.url, "sse")
        assert await numbers(connection, 1) == [1]
        assert type(await failure(connection)) is StreamProtocolError
        await connection.aclose()


async def test_a_body_without_chunks_is_read_as_it_comes(connect: AsyncConnect, way: str) -> None:
    plain = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(plain + b"data: %b\n\n" % event(1))
        peer.wait_closed()

    with Server(script) as server:
        connection = await connect(server.url, "sse", transport=way)
        assert await numbers(connection, 1) == [1]
        assert await connection.receive(0.05) is None
        await connection.aclose()


async def test_a_server_without_a_sign_of_life_is_lost_after_the_clients_read_timeout(
    connect: AsyncConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graphwire_stream.event_transports import _operations

    monkeypatch.setattr(_operations, "SILENCE", 0.3)

    with Server(feeding(SSE)) as server:
        limits = Timeout(connect=PATIENCE, read=0.1)
        connection = await connect(server.url, "sse", timeout=limits, transport="httpx")
        with pytest.raises(ConnectionFailed):
            await connection.receive()
        await connection.aclose()
