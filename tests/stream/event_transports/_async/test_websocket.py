"""WebSocket: the handshake, the subscription, what closes it, and what keeps it alive."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from tests.stream.event_transports._async.reading import (
    AsyncConnect,
    arrived,
    failure,
    number_of,
    numbers,
)
from tests.stream.event_transports.feeds import (
    BINARY,
    CLOSE,
    EVENTS,
    PING,
    PONG,
    SUBSCRIBED,
    TEXT,
    event,
    farewell,
    read_frame,
    switching,
    talking,
    ws_close,
    ws_frame,
)
from tests.transports.wire import PATIENCE, Peer, Server

from graphwire_core import Timeout
from graphwire_core.errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ConnectionFailed,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeout,
    StreamError,
    StreamProtocolError,
)
from graphwire_stream.event_transports import EventFilter
from graphwire_stream.event_transports._async import websocket

ACCEPTED = ws_frame(SUBSCRIBED)


def replying(*frames: bytes) -> bytes:
    return b"".join(map(ws_frame, (SUBSCRIBED, *frames)))


async def test_the_first_message_is_the_subscription_with_its_filter(connect: AsyncConnect) -> None:
    said: list[Any] = []

    def script(peer: Peer) -> None:
        peer.send(switching(peer.request()))
        said.append(read_frame(peer))
        peer.send(ACCEPTED)
        farewell(peer)

    wanted = EventFilter(("values", "custom:a"), (("child",), ()), 1)
    with Server(script) as server:
        connection = await connect(f"{server.url}/a%20b", wanted=wanted)
        await connection.aclose()
    params = {"channels": ["values", "custom:a"], "namespaces": [["child"], []], "depth": 1}
    command = {"id": 1, "method": "subscription.subscribe", "params": params}
    assert [(opcode, json.loads(text)) for opcode, text in said] == [(TEXT, command)]
    request = server.requests[0]
    assert request.line == f"GET /a%20b{EVENTS} HTTP/1.1"
    assert request.header("upgrade") == "websocket"
    assert request.header("host") == server.url.removeprefix("http://")
    assert request.header("sec-websocket-extensions") is None


async def test_replies_are_not_events_and_errors_of_the_server_are(connect: AsyncConnect) -> None:
    error = {"type": "error", "id": None, "error": "unknown_error", "message": "gone"}
    frames = (event(1), SUBSCRIBED, json.dumps(error).encode())
    with Server(talking(replying(*frames))) as server:
        connection = await connect(server.url)
        seen = await arrived(connection)
        while len(seen) < 2:
            seen += await arrived(connection)
        assert number_of(seen[0]) == 1
        assert seen[1:] == [error]
        await connection.aclose()


async def test_an_event_before_the_reply_says_that_the_subscription_is_accepted(
    connect: AsyncConnect,
) -> None:
    replied = threading.Event()

    def script(peer: Peer) -> None:
        peer.send(switching(peer.request()))
        read_frame(peer)
        peer.send(ws_frame(event(1)))
        assert replied.wait(PATIENCE)
        peer.send(replying(event(2)))
        farewell(peer)

    with Server(script) as server:
        connection = await connect(server.url)
        replied.set()
        assert await numbers(connection, 2) == [1, 2]
        await connection.aclose()


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("invalid_argument", BadRequestError, 400),
        ("permission_denied", PermissionDeniedError, 403),
        ("no_such_run", NotFoundError, 404),
        ("unsupported", StreamError, None),
    ],
)
async def test_a_subscription_that_is_refused_is_an_error_with_code_and_words(
    connect: AsyncConnect, code: str, kind: type[Exception], status: int | None
) -> None:
    reply = {"type": "error", "id": 1, "error": code, "message": "no such luck"}
    with Server(talking(ws_frame(json.dumps(reply).encode()))) as server:
        with pytest.raises(kind, match=rf"\({code}\): no such luck") as error:
            await connect(server.url)
        assert type(error.value) is kind
        assert error.value.status_code == status  # type: ignore[attr-defined]  # of this SDK
        assert error.value.path == EVENTS  # type: ignore[attr-defined]


async def test_a_subscription_that_is_never_answered_is_a_timeout(connect: AsyncConnect) -> None:
    with (
        Server(talking()) as server,
        pytest.raises(RequestTimeout, match=r"not answered within 0\.3 s"),
    ):
        await connect(server.url, timeout=Timeout(connect=PATIENCE, read=0.3))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (4400, BadRequestError),
        (4401, AuthenticationError),
        (4403, PermissionDeniedError),
        (4404, NotFoundError),
        (4409, ConflictError),
        (4418, APIStatusError),
        (4429, RateLimitError),
    ],
)
async def test_a_close_code_that_stands_for_a_status_is_its_error(
    connect: AsyncConnect, code: int, kind: type[APIStatusError]
) -> None:
    with Server(talking(replying(event(1)), ws_close(code, "so it is"))) as server:
        connection = await connect(server.url)
        assert await numbers(connection, 1) == [1]
        error = await failure(connection)
        assert type(error) is kind
        assert isinstance(error, APIStatusError)
        assert error.status_code == code - 4000
        assert f"with code {code}: so it is" in str(error)
        await connection.aclose()


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 3000, 4399, 4500])
async def test_every_other_close_code_is_a_lost_connection(
    connect: AsyncConnect, code: int
) -> None:
    with Server(talking(replying(event(1)), ws_close(code, "bye"))) as server:
        connection = await connect(server.url)
        assert await numbers(connection, 1) == [1]
        error = await failure(connection)
        assert type(error) is ConnectionFailed
        assert f"closed it with code {code}: bye" in str(error)
        await connection.aclose()


async def test_a_close_without_a_code_is_a_lost_connection(connect: AsyncConnect) -> None:
    with Server(talking(ACCEPTED, ws_frame(b"", CLOSE))) as server:
        connection = await connect(server.url)
        assert "code 1005" in str(await failure(connection))
        await connection.aclose()


async def test_an_end_without_a_close_is_a_lost_connection_1006(connect: AsyncConnect) -> None:
    def script(peer: Peer) -> None:
        peer.send(switching(peer.request()))
        read_frame(peer)
        peer.send(replying(event(1)), ws_frame(event(2))[:-3])

    with Server(script) as server:
        connection = await connect(server.url)
        assert await numbers(connection, 1) == [1]
        error = await failure(connection)
        assert type(error) is ConnectionFailed
        assert "1006" in str(error)
        await connection.aclose()


async def test_a_close_during_the_handshake_is_raised_by_it(connect: AsyncConnect) -> None:
    with (
        Server(talking(ws_close(4404, "no thread"))) as server,
        pytest.raises(NotFoundError, match="no thread"),
    ):
        await connect(server.url)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(ws_frame(b"\0\1", BINARY), "got a binary message of 2 bytes", id="binary"),
        pytest.param(b"\xff\x01x", "malformed WebSocket frame", id="reserved bits"),
        pytest.param(b"\x81\x81\0\0\0\0x", "incorrect masking", id="masked"),
        pytest.param(ws_frame(b"{}", 0x0), "unexpected continuation", id="continuation"),
        pytest.param(b"\x81\x7f" + b"\x7f" + b"\xff" * 7, "malformed WebSocket", id="endless"),
    ],
)
async def test_what_is_no_message_of_the_protocol_is_an_error_after_the_events_before(
    connect: AsyncConnect, data: bytes, words: str
) -> None:
    with Server(talking(replying(event(1)), data)) as server:
        connection = await connect(server.url)
        assert await numbers(connection, 1) == [1]
        error = await failure(connection)
        assert type(error) is StreamProtocolError
        assert words in str(error)
        await connection.aclose()


async def test_a_message_in_fragments_is_whole(connect: AsyncConnect) -> None:
    whole = event(1)
    fragments = (
        ws_frame(whole[:5], TEXT, fin=False),
        ws_frame(b"beat", PING),
        ws_frame(whole[5:9], 0x0, fin=False),
        ws_frame(whole[9:], 0x0),
    )
    with Server(talking(ACCEPTED, *fragments, ws_frame(event(2)))) as server:
        connection = await connect(server.url)
        assert await numbers(connection, 2) == [1, 2]
        await connection.aclose()


async def test_a_ping_is_answered_and_shows_life(connect: AsyncConnect) -> None:
    answers: list[tuple[int, bytes]] = []
    connected, answered = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.send(switching(peer.request()))
        read_frame(peer)
        peer.send(ACCEPTED)
        assert connected.wait(PATIENCE)
        peer.send(ws_frame(b"are you there", PING))
        answers.append(read_frame(peer))
        answered.set()
        farewell(peer)

    with Server(script) as server:
        connection = await connect(server.url)
        connected.set()
        assert await arrived(connection) == []
        assert answered.wait(PATIENCE)
        await connection.aclose()
    assert answers == [(PONG, b"are you there")]


async def test_a_silent_server_is_asked_and_its_answer_shows_life(
    connect: AsyncConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING", 0.1)

    def script(peer: Peer) -> None:
        peer.send(switching(peer.request()))
        read_frame(peer)
        peer.send(ACCEPTED)
        opcode, data = read_frame(peer)
        assert opcode == PING
        peer.send(ws_frame(data, PONG))
        farewell(peer)

    with Server(script) as server:
        connection = await connect(server.url)
        assert await arrived(connection) == []
        await connection.aclose()


async def test_a_server_that_answers_no_ping_is_lost(
    connect: AsyncConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING", 0.05)
    monkeypatch.setattr(websocket, "PONG", 0.2)

    def script(peer: Peer) -> None:
        peer.send(switching(peer.request()))
        read_frame(peer)
        peer.send(ACCEPTED)
        peer.wait_closed()

    with Server(script) as server:
        connection = await connect(server.url)
        with pytest.raises(ConnectionFailed, match="no answer to a ping within"):
            await connection.receive()
        await connection.aclose()


async def test_closing_waits_a_second_at_most_for_the_other_side(connect: AsyncConnect) -> None:
    said: list[tuple[int, bytes]] = []

    def script(peer: Peer) -> None:
        peer.send(switching(peer.request()))
        read_frame(peer)
        peer.send(ACCEPTED)
        said.append(read_frame(peer))
        peer.wait_closed()

    with Server(script) as server:
        connection = await connect(server.url)
        begun = time.monotonic()
        await connection.aclose()
        assert time.monotonic() - begun < PATIENCE / 2
    assert said == [(CLOSE, b"\x03\xe8")]
