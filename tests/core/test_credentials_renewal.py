"""Many calls find no token, or an old one, at once: one of them renews it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock
from typing import Any

import httpx
import pytest
from tests.core.recording import COLOURS, Recorder, json_reply
from tests.core.wire import Seen, WireServer, ok

from graphwire_core import AsyncClient, Client
from graphwire_core.credentials import Bearer, OAuth2ClientCredentials
from graphwire_core.errors import AuthenticationError, PluginError
from graphwire_core.plugins import Acquire, Answer, Call, CredentialsFlow, Release, Send
from graphwire_core.transports import Limits, Request

CALLS = 50
HEALTHY = ok(b'{"ok": true}')
REFUSED = ok(b'{"detail": "expired"}', "401 Unauthorized")


class Tokens:
    """A function that returns a new token each time; it takes as long as all calls need to ask."""

    def __init__(self) -> None:
        self.given = 0
        self._lock = Lock()

    def next(self) -> str:
        with self._lock:
            self.given += 1
            return f"token{self.given}"

    def slow(self) -> str:
        Event().wait(0.2)  # `time.sleep` is patched in other tests
        return self.next()

    async def slow_async(self) -> str:
        await asyncio.sleep(0.2)
        return self.next()


def accepting(*tokens: str) -> Callable[[Seen, Any], None]:
    """Make an answer that accepts some tokens."""

    def answer(seen: Seen, connection: Any) -> None:
        token = seen.headers["authorization"].removeprefix("Bearer ")
        connection.sendall(HEALTHY if token in tokens else REFUSED)

    return answer


def ask_async(url: str, calls: int, **options: Any) -> None:
    async def main() -> None:
        async with AsyncClient(url, **options) as client:
            await asyncio.gather(*(client.server.ok() for _ in range(calls)))

    asyncio.run(main())


def ask_sync(url: str, calls: int, **options: Any) -> None:
    with Client(url, **options) as client, ThreadPoolExecutor(calls) as pool:
        together = Barrier(calls)

        def ask() -> None:
            together.wait()
            client.server.ok()

        for asked in [pool.submit(ask) for _ in range(calls)]:
            asked.result()


@pytest.mark.parametrize("colour", COLOURS)
def test_the_first_token_is_fetched_once_for_all_calls(colour: str) -> None:
    tokens = Tokens()
    with WireServer(accepting("token1")) as server:
        if colour == "async":
            ask_async(server.url, CALLS, auth=tokens.slow_async)
        else:
            ask_sync(server.url, CALLS, auth=tokens.slow)
        assert len(server.seen) == CALLS
    assert tokens.given == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_a_token_that_is_refused_is_renewed_once_for_all_calls(colour: str) -> None:
    tokens = Tokens()
    credentials = Bearer(tokens.slow if colour == "sync" else tokens.slow_async)
    with WireServer(accepting("token1")) as server:
        (ask_async if colour == "async" else ask_sync)(server.url, 1, auth=credentials)
    with WireServer(accepting("token2")) as server:
        (ask_async if colour == "async" else ask_sync)(server.url, CALLS, auth=credentials)
        sent = [one.headers["authorization"] for one in server.seen]
    assert tokens.given == 2
    assert sent.count("Bearer token2") == CALLS


@pytest.mark.parametrize("colour", COLOURS)
def test_a_token_of_oauth_is_fetched_once_for_all_calls_within_few_connections(colour: str) -> None:
    def grant(_: Seen, connection: Any) -> None:
        Event().wait(0.1)
        number = len(tokens.seen)
        connection.sendall(ok(b'{"access_token": "token%d", "expires_in": 3600}' % number))

    ask = ask_async if colour == "async" else ask_sync
    with WireServer(grant) as tokens:
        credentials = OAuth2ClientCredentials(tokens.url, "me", "s3cr3t")
        with WireServer(accepting("token1")) as server:
            ask(server.url, 1, auth=credentials)
        # The first token is refused by now: calls that hold their refusals must not keep the way to
        # the second one shut.
        with WireServer(accepting("token2")) as server:
            limits = Limits(max_connections=2)
            ask(server.url, 20, auth=credentials, limits=limits, retry=None)
        assert len(tokens.seen) == 2


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("transport", ["httpx", "httpx2", "aiohttp"])
def test_a_refusal_is_put_aside_before_another_request_needs_its_connection(
    colour: str, transport: str
) -> None:
    class Fetching(httpx.Auth):
        requires_response_body = True

        def auth_flow(
            self, request: httpx.Request
        ) -> Generator[httpx.Request, httpx.Response, None]:
            refused = yield request
            assert refused.status_code == 401
            token = yield httpx.Request("GET", f"{server.url}/token")
            request.headers["authorization"] = f"Bearer {token.json()['token']}"
            yield request

    def answer(seen: Seen, connection: Any) -> None:
        body = b'{"token": "token1"}' if "/token" in seen.line else b'{"ok": true}'
        known = "/token" in seen.line or seen.headers.get("authorization") == "Bearer token1"
        connection.sendall(ok(body) if known else REFUSED)

    if (colour, transport) == ("sync", "aiohttp"):
        transport = "httpx"
    with WireServer(answer) as server:
        ask = ask_async if colour == "async" else ask_sync
        options = {"transport": transport, "limits": Limits(max_connections=1)}
        ask(server.url, 1, auth=Fetching(), retry=None, **options)
        assert server.connections == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_a_refusal_after_which_nothing_better_comes_is_the_answer(colour: str) -> None:
    class Resigned:
        def flow(self, request: Request) -> CredentialsFlow:
            answer: Answer = yield Send(request)
            assert answer.status_code == 401
            yield Call(lambda: "no idea")

    recorder = Recorder(json_reply({"detail": "who are you?"}, 401))
    with pytest.raises(AuthenticationError, match="who are you") as caught:
        COLOURS[colour](recorder, lambda client: client.server.ok(), auth=Resigned())
    assert caught.value.body == {"detail": "who are you?"}
    assert [one.closed for one in recorder.responses] == [True]


@pytest.mark.parametrize("colour", COLOURS)
def test_who_fails_to_renew_lets_the_next_one_try(colour: str) -> None:
    calls = []

    def token() -> str:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("s3cr3t")
        return "token1"

    credentials = Bearer(token)
    with pytest.raises(PluginError, match="credentials Bearer failed: KeyError"):
        COLOURS[colour](Recorder(), lambda client: client.server.ok(), auth=credentials)
    recorder = Recorder(json_reply({"ok": True}))
    COLOURS[colour](recorder, lambda client: client.server.ok(), auth=credentials)
    assert recorder.requests[0].headers["authorization"] == "Bearer token1"


async def test_who_is_cancelled_while_renewing_lets_the_next_one_try() -> None:
    fetching = asyncio.Event()
    tokens = Tokens()

    async def token() -> str:
        if not fetching.is_set():
            fetching.set()
            await asyncio.Event().wait()
        return tokens.next()

    with WireServer(accepting("token1")) as server:
        async with AsyncClient(server.url, auth=token) as client:
            first = asyncio.create_task(client.server.ok())
            await fetching.wait()
            others = [asyncio.create_task(client.server.ok()) for _ in range(3)]
            await asyncio.sleep(0)
            first.cancel()
            assert [(await one).ok for one in others] == [True] * 3
    assert tokens.given == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_variants_of_a_client_take_turns_with_it(colour: str) -> None:
    tokens = Tokens()

    async def together(client: AsyncClient) -> None:
        variants = [client.with_options(headers={"x-number": str(n)}) for n in range(10)]
        await asyncio.gather(*(one.server.ok() for one in variants))

    with WireServer(accepting("token1")) as server:
        if colour == "async":

            async def main() -> None:
                async with AsyncClient(server.url, auth=tokens.slow_async) as client:
                    await together(client)

            asyncio.run(main())
        else:
            with Client(server.url, auth=tokens.slow) as client, ThreadPoolExecutor(10) as pool:
                variants = [client.with_options(headers={"x-number": str(n)}) for n in range(10)]
                list(pool.map(lambda one: one.server.ok(), variants))
    assert tokens.given == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_a_turn_is_given_up_at_the_end_of_the_flow(colour: str) -> None:
    class Greedy:
        def flow(self, request: Request) -> CredentialsFlow:
            yield Acquire()
            yield Send(request)

    class Careless:
        def flow(self, request: Request) -> CredentialsFlow:
            yield Release()
            yield Acquire()
            yield Acquire()

    recorder = Recorder(*[json_reply({"ok": True})] * 2)
    if colour == "sync":
        COLOURS[colour](
            recorder, lambda client: [client.server.ok() for _ in range(2)], auth=Greedy()
        )
    else:

        async def twice(client: AsyncClient) -> None:
            await client.server.ok()
            await client.server.ok()

        COLOURS[colour](recorder, twice, auth=Greedy())
    assert len(recorder.requests) == 2
    with pytest.raises(PluginError, match=r"Careless: Acquire\(\) twice without Release\(\)"):
        COLOURS[colour](Recorder(), lambda client: client.server.ok(), auth=Careless())


@pytest.mark.parametrize("colour", COLOURS)
def test_a_client_whose_secret_is_wrong_says_so_once_per_call(colour: str) -> None:
    def refuse(_: Seen, connection: Any) -> None:
        connection.sendall(ok(b'{"error": "invalid_client"}', "401 Unauthorized"))

    with WireServer(refuse) as tokens:
        credentials = OAuth2ClientCredentials(tokens.url, "me", "s3cr3t")
        ask = ask_async if colour == "async" else ask_sync
        for _ in range(2):
            with pytest.raises(AuthenticationError, match="invalid_client"):
                ask("http://localhost:1", 1, auth=credentials)
        sent = {one.headers["authorization"] for one in tokens.seen}
    assert sent == {"Basic " + base64.b64encode(b"me:s3cr3t").decode()}
    assert len(tokens.seen) == 2
