"""The handshake of a WebSocket: a request of the client like any other, until it is agreed to."""

from __future__ import annotations

import pytest
from tests.stream.event_transports._async.reading import (
    WANTED,
    AsyncConnect,
)
from tests.stream.event_transports.feeds import (
    EVENTS,
    SUBSCRIBED,
    THREAD,
    refusing,
    switching,
    talking,
    ws_frame,
)
from tests.transports.wire import PATIENCE, Peer, Server, blackhole, free_port, response

from graphwire_core import AsyncClient, Retry, Timeout
from graphwire_core.errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConnectionFailed,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RequestTimeout,
    ResponseValidationError,
    StreamProtocolError,
)
from graphwire_stream.event_transports import event_transport

ACCEPTED = ws_frame(SUBSCRIBED)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", BadRequestError),
        ("401 Unauthorized", AuthenticationError),
        ("403 Forbidden", PermissionDeniedError),
        ("404 Not Found", NotFoundError),
        ("503 Service Unavailable", InternalServerError),
    ],
)
async def test_a_handshake_that_is_refused_is_the_error_of_its_status(
    connect: AsyncConnect, way: str, status: str, kind: type[APIStatusError]
) -> None:
    with Server(refusing(status, b'{"detail": "not for you"}')) as server:
        with pytest.raises(kind, match="not for you") as error:
            await connect(server.url, transport=way)
        assert error.value.path == EVENTS
        assert error.value.attempts == 1


async def test_a_redirect_is_not_followed(connect: AsyncConnect) -> None:
    with Server(talking()) as other:
        location = f"location: {other.url}/"
        with (
            Server(refusing("307 Temporary Redirect", b"", location)) as server,
            pytest.raises(ResponseValidationError, match="redirects are not followed"),
        ):
            await connect(server.url, api_key="secret-key")
        assert other.requests == []


async def test_an_answer_that_is_no_websocket_is_an_error(connect: AsyncConnect) -> None:
    with (
        Server(refusing("200 OK", b"<html>hello</html>")) as server,
        pytest.raises(StreamProtocolError, match="got status 200: '<html>hello</html>'"),
    ):
        await connect(server.url)


async def test_a_handshake_with_a_wrong_proof_is_an_error(connect: AsyncConnect) -> None:
    def script(peer: Peer) -> None:
        peer.send(switching(peer.request(), accept="d3Jvbmc="))
        peer.wait_closed()

    with (
        Server(script) as server,
        pytest.raises(StreamProtocolError, match="malformed WebSocket handshake"),
    ):
        await connect(server.url)


async def test_a_refused_connection_is_an_error_that_names_the_server(
    connect: AsyncConnect, way: str
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ConnectionFailed, match=f"Could not connect to {url}") as error:
        await connect(url, transport=way)
    assert not error.value.timed_out


async def test_a_server_that_cannot_be_reached_is_given_up_in_time(connect: AsyncConnect) -> None:
    with blackhole() as url, pytest.raises(ConnectionFailed) as error:
        await connect(url, timeout=0.2)
    assert error.value.timed_out


async def test_a_handshake_that_is_never_answered_is_given_up_in_time(
    connect: AsyncConnect,
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.wait_closed()

    with Server(script) as server, pytest.raises(RequestTimeout):
        await connect(server.url, timeout=Timeout(connect=PATIENCE, read=0.2))


async def test_the_first_connection_is_tried_again_as_the_client_is_told_to(
    connect: AsyncConnect,
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(response(status="503 Service Unavailable"))
        talking(ACCEPTED)(peer)

    with Server(script) as server:
        connection = await connect(server.url, retry=Retry(attempts=3, base_delay=0.01))
        await connection.aclose()
    assert len(server.requests) == 2


async def test_a_later_connection_is_tried_once(way: str) -> None:
    def script(peer: Peer) -> None:
        if server.requests:
            refusing("503 Service Unavailable")(peer)
        talking(ACCEPTED)(peer)

    with Server(script) as server:
        retry = Retry(attempts=3, base_delay=0.01)
        async with AsyncClient(server.url, retry=retry, transport=way) as client:
            transport = event_transport(client, "websocket")
            connection = await transport.connect(THREAD, WANTED)
            await connection.aclose()
            with pytest.raises(InternalServerError) as error:
                await transport.connect(THREAD, WANTED)
    assert error.value.attempts == 1
    assert len(server.requests) == 2
