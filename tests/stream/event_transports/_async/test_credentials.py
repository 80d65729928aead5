"""Who connects: each kind of connection proves it as the client's other calls do."""

from __future__ import annotations

import json
import logging

import httpx
import pytest
from tests.stream.event_transports._async.reading import WANTED, AsyncConnect, failure, numbers
from tests.stream.event_transports.feeds import (
    FEEDS,
    THREAD,
    Feed,
    event,
    feeding,
    refusing,
)
from tests.transports.wire import Peer, Server, response

from graphwire_core import AsyncClient
from graphwire_core.credentials import Bearer, OAuth2ClientCredentials
from graphwire_core.errors import AuthenticationError, PermissionDeniedError
from graphwire_core.plugins import (
    Attempt,
    MiddlewareFlow,
    MiddlewareRegistry,
    Outcome,
    hookimpl,
)
from graphwire_stream.event_transports import event_transport

SECRET = "s3cret-of-the-test"


class Notes:
    """A middleware that adds a header and keeps what it sees."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, bool]] = []
        self.outcomes: list[Outcome] = []

    @hookimpl
    def graphwire_register_middleware(self, registry: MiddlewareRegistry) -> None:
        registry.add("notes", self)

    def attempt(self, attempt: Attempt) -> MiddlewareFlow:
        self.seen.append((attempt.request.method, attempt.route, attempt.stream))
        self.outcomes.append((yield attempt.request))


async def test_the_api_key_is_sent(connect: AsyncConnect, feed: Feed, way: str) -> None:
    with Server(feeding(feed)) as server:
        connection = await connect(server.url, feed.name, api_key=SECRET, transport=way)
        await connection.aclose()
    assert server.requests[0].header("x-api-key") == SECRET


@pytest.mark.parametrize("name", FEEDS)
async def test_a_stale_token_is_renewed_when_the_connection_is_refused(name: str) -> None:
    feed = FEEDS[name]
    tokens = iter(["one", "two"])
    # Over WebSocket many servers know but this status, whatever the reason.
    status = "403 Forbidden" if name == "websocket" else "401 Unauthorized"

    def script(peer: Peer) -> None:
        if len(server.requests) == 1:
            peer.request()
            peer.send(response(status=status))
        feed.begin(peer)
        feed.end(peer)

    with Server(script) as server:
        async with AsyncClient(server.url, auth=lambda: next(tokens), retry=None) as client:
            transport = event_transport(client, name)
            for _ in range(2):
                connection = await transport.connect(THREAD, WANTED)
                await connection.aclose()
    shown = [one.header("authorization") for one in server.requests]
    assert shown == ["Bearer one", "Bearer one", "Bearer two"]


async def test_credentials_that_are_refused_for_good_are_an_error_without_the_secret(
    connect: AsyncConnect, feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        Server(refusing("403 Forbidden", b'{"detail": "nobody"}')) as server,
        pytest.raises(PermissionDeniedError, match="nobody") as error,
    ):
        await connect(server.url, feed.name, auth=Bearer(SECRET))
    assert SECRET not in f"{error.value!r} {error.value} {error.value.__dict__}"
    assert SECRET not in caplog.text


async def test_no_log_line_holds_the_secret_or_an_event(
    connect: AsyncConnect, feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets").setLevel(logging.DEBUG)
    data = feed.write(event(1, text="private words"))
    with Server(feeding(feed, lambda peer: peer.send(data))) as server:
        connection = await connect(server.url, feed.name, api_key=SECRET, transport="httpx")
        assert await numbers(connection, 1) == [1]
        await connection.aclose()
    ours = [record for record in caplog.records if not record.name.startswith(("httpcore", "h"))]
    text = " ".join(record.getMessage() for record in ours)
    assert SECRET not in text
    assert "private words" not in text


async def test_tokens_of_oauth_are_fetched_over_the_same_network(
    connect: AsyncConnect, feed: Feed, way: str
) -> None:
    grant = json.dumps({"access_token": "granted", "expires_in": 3600}).encode()
    with Server(feeding(feed)) as server:
        with Server(refusing("200 OK", grant)) as issuer:
            auth = OAuth2ClientCredentials(f"{issuer.url}/token", "ada", SECRET)
            connection = await connect(server.url, feed.name, auth=auth, transport=way)
            await connection.aclose()
        assert issuer.requests[0].line == "POST /token HTTP/1.1"
    assert server.requests[0].header("authorization") == "Bearer granted"


async def test_a_borrowed_client_brings_its_cookies_and_its_authentication(
    connect: AsyncConnect, feed: Feed
) -> None:
    with Server(feeding(feed)) as server:
        async with httpx.AsyncClient(cookies={"session": "abc"}, auth=("ada", "pw")) as borrowed:
            connection = await connect(server.url, feed.name, http_client=borrowed)
            await connection.aclose()
    request = server.requests[0]
    assert request.header("cookie") == "session=abc"
    assert request.header("authorization") == "Basic YWRhOnB3"


async def test_a_borrowed_client_is_read_like_any_other(connect: AsyncConnect, feed: Feed) -> None:
    data = feed.write(*(event(number) for number in range(50)))
    with Server(feeding(feed, lambda peer: peer.send(data))) as server:
        async with httpx.AsyncClient() as borrowed:
            connection = await connect(server.url, feed.name, http_client=borrowed)
            assert await numbers(connection, 50) == list(range(50))
            assert await connection.receive(0.05) is None
            await connection.aclose()


async def test_middleware_sees_the_connection_from_begin_to_end(
    connect: AsyncConnect, feed: Feed
) -> None:
    notes = Notes()
    data = feed.write(event(1))

    def script(peer: Peer) -> None:
        feed.begin(peer)
        peer.send(data)

    with Server(script) as server:
        connection = await connect(server.url, feed.name, plugins=[notes])
        await failure(connection)
        await connection.aclose()
    method = "GET" if feed.name == "websocket" else "POST"
    assert notes.seen == [(method, "/threads/{thread_id}/stream/events", True)]
    (outcome,) = notes.outcomes
    assert outcome.status_code == (101 if feed.name == "websocket" else 200)
    assert outcome.size >= len(event(1))


async def test_a_refusal_that_asks_for_credentials_is_an_error(
    connect: AsyncConnect, feed: Feed
) -> None:
    with (
        Server(refusing("401 Unauthorized", b'{"detail": "who are you"}')) as server,
        pytest.raises(AuthenticationError, match="who are you"),
    ):
        await connect(server.url, feed.name)
