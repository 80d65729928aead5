"""No secret is in an error, nor in any error that led to it, whatever the fault."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from typing import Any

import pytest
from tests.core.faults import FAULTS, KINDS, OTHERS, connecting, faulty_servers, resolved
from tests.transports.wire import Peer, Server, free_port, response

from graphwire import AsyncClient, Client, Timeout
from graphwire_core.credentials import Bearer, OAuth2ClientCredentials
from graphwire_core.errors import GraphwireError
from graphwire_core.transports import Request

PROXY_USER, PROXY_PASSWORD = "ada-s3cr3t", "proxy s3cr3t"
SECRETS = (
    "s3cr3t",
    base64.b64encode(f"{PROXY_USER}:{PROXY_PASSWORD}".encode()).decode(),
    base64.b64encode(b'{"tenant":"s3cr3t"}').decode(),
)
"""The mark of every secret, and what is sent of those that are encoded."""
OPTIONS: dict[str, Any] = {
    "api_key": "key-s3cr3t",
    "headers": {"x-tenant": "header-s3cr3t"},
    "encryption_context": {"tenant": "s3cr3t"},
    "retry": None,
    "timeout": Timeout(5, 5, 5, 5),
}
PER_CALL: dict[str, Any] = {
    "headers": {"authorization": "Bearer call-s3cr3t"},
    "params": {"token": "query-s3cr3t"},
}
WAYS = ("sse", "websocket")
THREAD = "00000000-0000-0000-0000-000000000001"


def links(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all that led to it, hidden ones included."""
    seen: list[BaseException] = []
    left = [error]
    while left:
        one = left.pop()
        if one is not None and not any(one is other for other in seen):
            seen.append(one)
            left += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    yield from seen


def shown(error: BaseException) -> str:
    """Return all that a person, a log or a tracker may see of an error."""
    said = ["".join(traceback.format_exception(error))]
    for one in links(error):
        said += [str(one), repr(one), repr(one.args), repr(getattr(one, "__notes__", ()))]
        if isinstance(one, GraphwireError):
            said.append(repr(vars(one)))
    if isinstance(error, GraphwireError):
        said.append(repr(pickle.dumps(error, 0)))
    return "\n".join(said)


def check(error: BaseException | None, logged: str) -> None:
    assert isinstance(error, GraphwireError)
    assert error.__cause__ is None or not isinstance(error.__cause__, GraphwireError)
    for text in (shown(error), logged):
        assert [secret for secret in SECRETS if secret in text] == []


def events(client: Client, way: str, **options: Any) -> None:
    """Open a connection of events."""
    options.pop("params")  # it takes none
    options["timeout"] = 5
    with client.threads.stream(THREAD, assistant_id="agent", transport=way, **options) as thread:
        next(iter(thread.values))


async def async_events(client: AsyncClient, way: str, **options: Any) -> None:
    """Open a connection of events."""
    options.pop("params")  # it takes none
    options["timeout"] = 5
    async with client.threads.stream(
        THREAD, assistant_id="agent", transport=way, **options
    ) as thread:
        await anext(aiter(thread.values))


def errors_of(client: Client) -> list[Exception]:
    def call(function: Callable[..., Any], *arguments: Any) -> Exception | None:
        try:
            result = function(*arguments, **PER_CALL)
            if hasattr(result, "__next__"):
                list(result)
        except Exception as error:  # noqa: BLE001  # the caller looks at it
            return error
        return None

    with client:
        found = [
            call(client.threads.get, THREAD),
            call(client.threads.create),
            call(client.runs.stream, THREAD, "agent"),
            *(call(events, client, way) for way in WAYS),
        ]
    return [error for error in found if error is not None]


async def async_errors_of(client: AsyncClient) -> list[Exception]:
    async def call(function: Callable[..., Any], *arguments: Any) -> Exception | None:
        try:
            result = function(*arguments, **PER_CALL)
            if hasattr(result, "__await__"):
                await result
            else:
                _ = [part async for part in result]
        except Exception as error:  # noqa: BLE001  # the caller looks at it
            return error
        return None

    async with client:
        found = [
            await call(client.threads.get, THREAD),
            await call(client.threads.create),
            await call(client.runs.stream, THREAD, "agent"),
            *[await call(async_events, client, way) for way in WAYS],
        ]
    return [error for error in found if error is not None]


async def errors_over(colour: str, transport: str, **options: Any) -> list[Exception]:
    """Return what each of some calls raised."""
    made = connecting(colour, transport, {**OPTIONS, **options})
    if colour == "sync":
        with made.get("http_client") or nullcontext():
            return errors_of(Client(**made))
    async with made.get("http_client") or nullcontext():
        return await async_errors_of(AsyncClient(**made))


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, dict[str, Any]]]:
    with faulty_servers() as options:
        yield options


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    # The client layer of httpx, of a client that is borrowed, logs URLs whole.
    caplog.set_level(logging.WARNING, "httpx")
    monkeypatch.setattr("socket.getaddrinfo", resolved)  # a real one may take long to say no
    from graphwire_core.retry import Retry
    from graphwire_stream._async import reception as async_reception
    from graphwire_stream._sync import reception as sync_reception

    for module in (async_reception, sync_reception):
        monkeypatch.setattr(module, "RESUME", Retry(2, base_delay=0, max_delay=0))


@pytest.mark.parametrize("fault", [*FAULTS, *OTHERS])
@pytest.mark.parametrize(("colour", "transport"), KINDS)
async def test_what_is_sent_in_secret_is_in_no_error(
    servers: dict[str, dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
    colour: str,
    transport: str,
    fault: str,
) -> None:
    for error in await errors_over(colour, transport, **servers[fault]):
        check(error, caplog.text)


def refusing(peer: Peer) -> None:
    while True:
        peer.request()
        peer.send(response(b"no", status="407 Proxy Authentication Required"))


def answered(data: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(data)

    return script


PROXIES: dict[str, Callable[[Peer], None]] = {
    "refuses": refusing,
    "hangs up": answered(b""),
    "is no proxy": answered(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "answers nonsense": answered(b"HTTP/1.1 abc\r\n\r\n"),
    "fails": answered(response(b"oops", status="502 Bad Gateway")),
    "is silent": Peer.wait_closed,
    "redirects": answered(response(b"", "location: http://x/?s=1", status="302 Found")),
    "speaks no TLS after all": answered(b"HTTP/1.1 200 OK\r\n\r\nnot TLS"),
}


@pytest.mark.parametrize("fault", [*PROXIES, "is not there", "has no name", "has no TLS"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("colour", "transport"), KINDS)
async def test_the_password_of_a_proxy_is_in_no_error(
    caplog: pytest.LogCaptureFixture, colour: str, transport: str, scheme: str, fault: str
) -> None:
    with ExitStack() as stack:
        if fault in PROXIES:
            proxy = stack.enter_context(Server(PROXIES[fault])).url
        elif fault == "has no TLS":
            plain = stack.enter_context(Server(lambda peer: peer.send(response(b"plain")))).url
            proxy = plain.replace("http:", "https:")
        else:
            proxy = f"http://127.0.0.1:{free_port()}"
            if fault == "has no name":
                proxy = "http://nowhere.invalid:3128"
        user = f"{PROXY_USER}:{PROXY_PASSWORD.replace(' ', '%20')}@"
        options: dict[str, Any] = {
            "url": f"{scheme}://server.test",
            "proxy": proxy.replace("://", f"://{user}"),
        }
        if fault == "is silent":
            options["timeout"] = Timeout(0.2, 0.2, 0.2, 0.2)
        found = await errors_over(colour, transport, **options)
    assert len(found) == 5
    for error in found:
        check(error, caplog.text)


@pytest.mark.parametrize("fault", ["hung up", "500", "no JSON", "nobody", "another JSON"])
@pytest.mark.parametrize(("colour", "transport"), KINDS)
async def test_what_a_token_is_fetched_with_is_in_no_error(
    servers: dict[str, dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
    colour: str,
    transport: str,
    fault: str,
) -> None:
    url = servers[fault]["url"]
    where = f"{url.replace('://', '://id:url-s3cr3t@')}/token?key=query-s3cr3t"
    auth = OAuth2ClientCredentials(where, "client", "client-s3cr3t", extra={"a": "form-s3cr3t"})
    assert "s3cr3t" not in repr(auth)
    found = await errors_over(colour, transport, url=url, auth=auth)
    assert len(found) == 5
    for error in found:
        check(error, caplog.text)


@pytest.mark.parametrize(("colour", "transport"), KINDS)
async def test_a_token_is_in_no_error(
    servers: dict[str, dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
    colour: str,
    transport: str,
) -> None:
    for fault in ("hung up", "reset", "garbage", "500", "a wrong chunk", "nobody"):
        for auth in (Bearer("fixed-s3cr3t"), lambda: "fetched-s3cr3t"):
            for error in await errors_over(colour, transport, **servers[fault], auth=auth):
                check(error, caplog.text)


def test_a_request_shows_neither_headers_nor_body() -> None:
    headers = {"authorization": "Bearer s3cr3t"}
    request = Request("GET", "http://server.test/ok", headers, b"s3cr3t", Timeout())
    assert repr(request).startswith("Request(method='GET', url='http://server.test/ok'")
    assert "s3cr3t" not in repr(request)
