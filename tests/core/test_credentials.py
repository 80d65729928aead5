"""How a client proves who is calling, in both colours."""

from __future__ import annotations

import asyncio
import base64
import json
import warnings
from collections.abc import AsyncGenerator, Generator
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr
from tests.core.recording import COLOURS, Recorder, json_reply
from tests.core.wire import WireServer, ok, saying

from graphwire_core import AsyncClient, Client
from graphwire_core.credentials import ApiKey, Bearer, HttpxAuth, OAuth2ClientCredentials
from graphwire_core.errors import AuthenticationError, ConfigurationError, PluginError
from graphwire_core.plugins import Call, Credentials, CredentialsFlow, CredentialsRegistry, hookimpl
from graphwire_core.transports import Request

OK, NO = json_reply({"ok": True}), json_reply({"detail": "no"}, status=401)
TOKEN = json_reply({"access_token": "first", "expires_in": 3600})


def sent(colour: str, recorder: Recorder, header: str, calls: int = 1, **options: Any) -> list[Any]:
    """Call the server; return what each request held in one header."""

    def use(client: Any) -> Any:
        if colour == "sync":
            return [client.server.ok() for _ in range(calls)]

        async def several() -> list[Any]:
            return [await client.server.ok() for _ in range(calls)]

        return several()

    COLOURS[colour](recorder, use, **options)
    return [request.headers.get(header) for request in recorder.requests]


@pytest.fixture(params=COLOURS)
def colour(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_the_key_is_sent_as_x_api_key(colour: str) -> None:
    assert sent(colour, Recorder(OK), "x-api-key", api_key=" 'k' ") == ["k"]
    assert sent(colour, Recorder(OK), "x-api-key", api_key=SecretStr("k")) == ["k"]
    assert sent(colour, Recorder(OK), "x-api-key", api_key=None) == [None]
    assert sent(colour, Recorder(OK), "x-api-key", auth=ApiKey("other"), api_key="k") == ["other"]


def test_a_static_token_is_sent_and_not_renewed(colour: str) -> None:
    recorder = Recorder(NO)
    with pytest.raises(AuthenticationError):
        sent(colour, recorder, "authorization", auth=Bearer("t"))
    assert [one.headers["authorization"] for one in recorder.requests] == ["Bearer t"]


def test_a_function_is_called_once_and_again_on_a_401(colour: str) -> None:
    tokens = iter(["first", "second"])
    recorder = Recorder(OK, NO, OK, OK)
    seen = sent(colour, recorder, "authorization", calls=3, auth=lambda: next(tokens))
    assert seen == ["Bearer first", "Bearer first", "Bearer second", "Bearer second"]
    assert all(response.closed for response in recorder.responses)


def test_a_fresh_token_that_is_refused_is_not_fetched_again(colour: str) -> None:
    calls: list[int] = []

    def token() -> str:
        calls.append(1)
        return "t"

    with pytest.raises(AuthenticationError):
        sent(colour, Recorder(NO), "authorization", auth=token)
    assert len(calls) == 1


def test_an_async_function_is_awaited_by_an_async_client_and_refused_by_a_sync_one() -> None:
    async def token() -> str:
        await asyncio.sleep(0)
        return "awaited"

    assert sent("async", Recorder(OK), "authorization", auth=token) == ["Bearer awaited"]
    with pytest.raises(ConfigurationError, match="an async function needs an async client"):
        sent("sync", Recorder(OK), "authorization", auth=token)


@pytest.mark.parametrize("value", [None, "", 3, "two\nlines", "naïve"])
def test_a_function_that_returns_no_token_is_an_error_that_does_not_show_it(
    colour: str, value: Any
) -> None:
    with pytest.raises(ConfigurationError, match=r"^token: expected") as caught:
        sent(colour, Recorder(OK), "authorization", auth=lambda: value)
    assert "lines" not in str(caught.value)


def test_a_function_that_raises_is_the_cause_of_an_error_without_its_words(colour: str) -> None:
    def token() -> str:
        raise LookupError("s3cr3t")

    with pytest.raises(PluginError, match="credentials Bearer failed: LookupError") as caught:
        sent(colour, Recorder(), "authorization", auth=token)
    assert isinstance(caught.value.__cause__, LookupError)
    assert "s3cr3t" not in str(caught.value)


def test_calls_that_are_refused_at_once_renew_the_token_once() -> None:
    fetched: list[str] = []
    refused = asyncio.Event()
    waiting = 0

    async def token() -> str:
        fetched.append(f"t{len(fetched)}")
        return fetched[-1]

    class Transport:
        async def send(self, request: Request) -> Any:
            nonlocal waiting
            if request.headers["authorization"] == "Bearer t0" and fetched == ["t0"] and first:
                waiting += 1
                if waiting == 5:
                    refused.set()
                await refused.wait()
                return Recorder(NO).answer(request)
            return Recorder(OK).answer(request)

        async def aclose(self) -> None: ...

    first: list[int] = []

    async def main() -> None:
        transport: Any = Transport()
        async with AsyncClient("http://a", transport=transport, auth=token) as client:
            await client.server.ok()
            first.append(1)
            await asyncio.gather(*(client.server.ok() for _ in range(5)))

    asyncio.run(main())
    assert fetched == ["t0", "t1"]


def test_oauth2_fetches_a_token_keeps_it_and_renews_it(colour: str) -> None:
    now = [0.0]
    renewed = json_reply({"access_token": "second", "expires_in": "60"})
    auth = OAuth2ClientCredentials(
        "http://server.test/base/token", "me:id", "s3cr3t", scope="a b", clock=lambda: now[0]
    )
    recorder = Recorder(TOKEN, OK, OK, NO, renewed, OK)
    seen = sent(colour, recorder, "authorization", calls=3, auth=auth)
    basic = "Basic " + base64.b64encode(b"me%3Aid:s3cr3t").decode()
    assert seen == [basic, *["Bearer first"] * 3, basic, "Bearer second"]
    form = parse_qs(recorder.requests[0].content.decode())
    assert form == {"grant_type": ["client_credentials"], "scope": ["a b"]}

    now[0] = 29.0
    assert sent(colour, Recorder(OK), "authorization", auth=auth) == ["Bearer second"]
    now[0] = 31.0  # half a minute before its end
    recorder = Recorder(TOKEN, OK)
    assert sent(colour, recorder, "authorization", auth=auth)[1:] == ["Bearer first"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (json_reply({"error": "invalid_client"}, status=401), "invalid_client"),
        (json_reply({"error_description": "wrong"}, status=400), "wrong"),
        (json_reply({"token": "x"}), "no access_token"),
        (json_reply([]), "no access_token"),
    ],
)
def test_oauth2_without_a_token_says_why_and_shows_no_secret(
    colour: str, reply: Any, said: str
) -> None:
    auth = OAuth2ClientCredentials("http://server.test/base/token", "me", "s3cr3t")
    with pytest.raises(AuthenticationError, match=said) as caught:
        sent(colour, Recorder(reply), "authorization", auth=auth)
    assert "s3cr3t" not in repr(auth) + str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(("token", "me", "x"), "token_url"), (("http://a", 3, "x"), "client_id")],
)
def test_oauth2_refuses_wrong_arguments_by_name(arguments: Any, named: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{named}: "):
        OAuth2ClientCredentials(*arguments)


def test_oauth2_against_a_token_server_of_its_own() -> None:
    token = ok(json.dumps({"access_token": "t", "expires_in": 60}).encode())
    with (
        WireServer(saying(token)) as tokens,
        WireServer(saying(ok(b'{"ok": true}'))) as api,
        Client(api.url, auth=OAuth2ClientCredentials(tokens.url, "me", "s3cr3t")) as client,
    ):
        client.server.ok()
        client.server.ok()
    assert [one.line for one in tokens.seen] == ["POST / HTTP/1.1"]
    assert [one.headers["authorization"] for one in api.seen] == ["Bearer t", "Bearer t"]


def test_basic_authentication_of_httpx(colour: str) -> None:
    expected = "Basic " + base64.b64encode(b"me:pw").decode()
    auth = httpx.BasicAuth("me", "pw")
    assert sent(colour, Recorder(OK), "authorization", auth=auth) == [expected]
    assert "pw" not in repr(HttpxAuth(auth))


def test_digest_authentication_of_httpx(colour: str) -> None:
    challenge = json_reply(
        {}, status=401, www_authenticate='Digest realm="r", nonce="n", qop="auth", algorithm=MD5'
    )
    recorder = Recorder(challenge, OK)
    seen = sent(colour, recorder, "authorization", auth=httpx.DigestAuth("me", "pw"))
    assert seen[0] is None
    assert seen[1].startswith('Digest username="me", realm="r", nonce="n", uri="/base/ok"')
    assert recorder.lines[0] == recorder.lines[1]


def test_a_flow_of_httpx_may_fetch_a_token_and_read_its_body(colour: str) -> None:
    class Fetching(httpx.Auth):
        requires_response_body = True

        def auth_flow(
            self, request: httpx.Request
        ) -> Generator[httpx.Request, httpx.Response, None]:
            answer = yield httpx.Request("GET", "http://server.test/base/token")
            request.headers["authorization"] = answer.json()["access_token"]
            yield request

    seen = sent(colour, Recorder(TOKEN, OK), "authorization", auth=Fetching())
    assert seen == [None, "first"]


def test_an_httpx_auth_without_a_common_flow_is_refused_rather_than_left_out() -> None:
    class Async(httpx.Auth):
        async def async_auth_flow(
            self, request: httpx.Request
        ) -> AsyncGenerator[httpx.Request, httpx.Response]:
            yield request

    with pytest.raises(ConfigurationError, match="Async has no auth_flow"):
        AsyncClient("http://a", auth=Async())


class Custom:
    """Credentials of the caller's own: a function, then two requests."""

    def flow(self, request: Request) -> CredentialsFlow:
        token = yield Call(lambda: "called")
        yield from Bearer(token).flow(request)


def test_a_flow_of_the_caller_s_own(colour: str) -> None:
    assert sent(colour, Recorder(OK), "authorization", auth=Custom()) == ["Bearer called"]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "ended without sending the request"),
        (["step"], "expected Send, Fetch, Call, Acquire or Release, got str 'step'"),
    ],
)
def test_a_flow_that_is_wrong_is_named(colour: str, steps: list[Any], said: str) -> None:
    class Wrong:
        def flow(self, request: Request) -> CredentialsFlow:
            yield from steps

    with pytest.raises(PluginError, match=f"credentials Wrong:? {said}"):
        sent(colour, Recorder(), "authorization", auth=Wrong())


def test_a_flow_is_closed_when_its_request_fails(colour: str) -> None:
    closed: list[int] = []

    class Holding:
        def flow(self, request: Request) -> CredentialsFlow:
            try:
                yield Call(lambda: 1 / 0)
            finally:
                closed.append(1)

    with pytest.raises(PluginError, match="Holding failed: ZeroDivisionError"):
        sent(colour, Recorder(), "authorization", auth=Holding())
    assert closed == [1]


@pytest.mark.parametrize("auth", [3, object(), ["token"]])
def test_garbage_as_auth_is_refused(auth: Any) -> None:
    with pytest.raises(ConfigurationError, match="keyword auth=: expected the name of registered"):
        Client("http://a", auth=auth)


class Keys:
    """A plugin with credentials, good and bad."""

    @hookimpl
    def graphwire_register_credentials(self, registry: CredentialsRegistry) -> None:
        registry.add("custom", lambda _: Custom())
        registry.add("broken", self.broken)
        registry.add("nothing", lambda _: None)  # type: ignore[arg-type,return-value]  # wrong

    def broken(self, _: object) -> Credentials:
        raise KeyError("s3cr3t")


def test_registered_credentials_are_chosen_by_name_or_by_the_environment(
    colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {"plugins": [Keys()]}
    recorder = Recorder(OK)
    assert sent(colour, recorder, "authorization", auth="custom", **options) == ["Bearer called"]
    monkeypatch.setenv("GRAPHWIRE_AUTH", "custom")
    assert sent(colour, Recorder(OK), "authorization", **options) == ["Bearer called"]
    assert sent(colour, Recorder(OK), "authorization", auth=Bearer("t"), **options) == ["Bearer t"]


def test_credentials_that_cannot_be_made_name_their_plugin() -> None:
    with pytest.raises(PluginError, match="'broken' of plugin 'Keys' could not be made") as caught:
        Client("http://a", auth="broken", plugins=[Keys()])
    assert "s3cr3t" not in str(caught.value)
    with pytest.raises(PluginError, match=r"'nothing' of plugin 'Keys': expected .* flow\(\)"):
        Client("http://a", auth="nothing", plugins=[Keys()])
    with pytest.raises(ConfigurationError, match="auth='api-key': expected api_key="):
        Client("http://a", auth="api-key", api_key=None)


REMOTE = ["http://example.test", "HTTP://example.test", "http://127.0.0.1.example.test"]
LOCAL = ["http://localhost:1", "http://127.0.0.2", "http://[::1]:1", "http://a.localhost"]


@pytest.mark.parametrize("url", [*REMOTE, *LOCAL, "https://example.test"])
@pytest.mark.parametrize("auth", [None, "api-key"])
def test_a_key_of_the_environment_goes_to_no_other_machine_in_clear(
    url: str, auth: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGSMITH_API_KEY", "k")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with Client(url, auth=auth) as client:
            assert isinstance(client._sender.credentials, ApiKey) == (url not in REMOTE)
    said = [str(one.message) for one in caught if one.category is UserWarning]
    assert len(said) == (url in REMOTE)
    assert {one.filename for one in caught if one.category is UserWarning} <= {__file__}
    assert all("environment LANGSMITH_API_KEY" in one for one in said)


def test_a_key_that_was_passed_goes_where_the_caller_says() -> None:
    with Client("http://example.test", api_key="k") as client:
        assert isinstance(client._sender.credentials, ApiKey)
        same = Client(settings=client.settings)
        assert isinstance(same._sender.credentials, ApiKey)
