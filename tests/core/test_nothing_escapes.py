"""Every public call under every fault of the network: only errors of this SDK come out."""

from __future__ import annotations

import asyncio
import socket
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from operator import attrgetter
from typing import Any

import pytest
from tests.core.requests_table import TABLE, Row
from tests.core.wire import Seen, WireServer, ok
from tests.transports.wire import Server

from graphwire import AsyncClient, Client, Timeout
from graphwire_core.errors import (
    APIStatusError,
    ConnectionFailed,
    GraphwireError,
    InternalServerError,
    RequestTimeout,
    ResponseValidationError,
    StreamProtocolError,
    TransportError,
)
from graphwire_stream import RunCursor

HTML = b"<html><body>Bad gateway</body></html>"


def reset(_: Seen, connection: socket.socket) -> str:
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()
    return "close"


def raw(data: bytes) -> Callable[[Seen, socket.socket], str]:
    def answer(_: Seen, connection: socket.socket) -> str:
        connection.sendall(data)
        return "close"

    return answer


def last(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """Write a complete response, the last one of its connection."""
    return ok(body, status, connection="close", **headers)


def then_silent(data: bytes) -> Callable[[Seen, socket.socket], str]:
    def answer(_: Seen, connection: socket.socket) -> str:
        connection.settimeout(5)
        with suppress(OSError):
            connection.sendall(data)
            connection.recv(1)  # until the client has had enough
        return "close"

    return answer


FAULTS: dict[str, Any] = {
    "hung up": raw(b""),
    "reset": reset,
    "silent": then_silent(b""),
    "a body that stops": then_silent(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"),
    "garbage": raw(b"\x00\xff\x16\x03 not HTTP\r\n\r\n"),
    "half a head": raw(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "a cut body": raw(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":'),
    "a cut chunk": raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"),
    "a wrong chunk": raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}"),
    "a wrong encoding": raw(last(b"not gzip", content_encoding="gzip")),
    "no JSON": raw(last(b"\xff\xfe{")),
    "JSON that is too deep": raw(last(b"[" * 100_000)),
    "no number": raw(last(b'{"a": NaN, "b": 1e999}')),
    "another JSON": raw(last(b'{"a": [1, {"b": null}]}')),
    "a redirect": raw(last(b"", "302 Found", location="http://elsewhere.test/")),
    "500": raw(last(b'{"detail": "boom"}', "500 Internal Server Error")),
    "502 in HTML": raw(last(HTML, "502 Bad Gateway", content_type="text/html")),
    "422 of another form": raw(last(b'[{"loc": 3}, null]', "422 Unprocessable Entity")),
    "an unknown status": raw(last(b"", "799 Odd")),
}
SILENT = ("silent", "a body that stops")
ALWAYS_FAILS: dict[str, Any] = dict.fromkeys(list(FAULTS)[:10], TransportError) | {
    "silent": RequestTimeout,
    "a redirect": (ResponseValidationError, StreamProtocolError),
    "500": InternalServerError,
    "502 in HTML": InternalServerError,
    "422 of another form": APIStatusError,
    "an unknown status": APIStatusError,
    "nobody": ConnectionFailed,
    "no TLS": ConnectionFailed,
    "an unknown host": ConnectionFailed,
    "a proxy that hangs up": TransportError,
}
CALLS = {row.call: row for row in reversed(TABLE)}
"""One row per public method."""

Outcomes = dict[str, Exception | None]


def arguments(row: Row, url: str) -> list[Any]:
    """Return the arguments of a call, a cursor as one of the server that is called."""
    here = {"server": url}
    return [
        one.model_copy(update=here) if isinstance(one, RunCursor) else one for one in row.arguments
    ]


LIMIT = Timeout(1, 0.05, 1, 1)


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, dict[str, Any]]]:
    """The options of a client for each fault: the URL of a server that has it, and more."""
    with ExitStack() as stack:
        urls = {
            name: stack.enter_context(WireServer(answer)).url for name, answer in FAULTS.items()
        }
        free = socket.create_server(("127.0.0.1", 0))
        urls["nobody"] = f"http://127.0.0.1:{free.getsockname()[1]}"
        free.close()
        plain = stack.enter_context(Server(lambda peer: peer.send(last(b"{}"))))
        urls["no TLS"] = plain.url.replace("http:", "https:")
        urls["an unknown host"] = "http://nowhere.invalid"
        options: dict[str, dict[str, Any]] = {name: {"url": url} for name, url in urls.items()}
        for name in SILENT:
            # Only these are waited for: another may take its time on a busy machine.
            options[name]["timeout"] = LIMIT
        proxy = {"url": "http://server.test", "proxy": urls["hung up"]}
        yield options | {"a proxy that hangs up": proxy}


_getaddrinfo = socket.getaddrinfo


def resolved(host: Any, *arguments: Any, **keywords: Any) -> Any:
    if host in {"nowhere.invalid", b"nowhere.invalid"}:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return _getaddrinfo(host, *arguments, **keywords)


PLAIN = {"timeout": Timeout(10, 10, 10, 10), "retry": None, "api_key": None}


def outcomes_sync(options: dict[str, Any]) -> Outcomes:
    def call(client: Client, row: Row) -> Exception | None:
        try:
            result = attrgetter(row.call)(client)(*arguments(row, options["url"]), **row.keywords)
            if hasattr(result, "__next__"):
                list(result)
        except Exception as error:  # noqa: BLE001  # which one is what the test is about
            return error
        return None

    with Client(**options) as client:
        return {name: call(client, row) for name, row in CALLS.items()}


def outcomes_async(options: dict[str, Any]) -> Outcomes:
    async def call(client: AsyncClient, row: Row) -> Exception | None:
        try:
            result = attrgetter(row.call)(client)(*arguments(row, options["url"]), **row.keywords)
            if hasattr(result, "__await__"):
                result = await result
            if hasattr(result, "__anext__"):
                _ = [part async for part in result]
        except Exception as error:  # noqa: BLE001  # which one is what the test is about
            return error
        return None

    async def main() -> Outcomes:
        async with AsyncClient(**options) as client:
            return {name: await call(client, row) for name, row in CALLS.items()}

    return asyncio.run(main())


KINDS = [
    *(("async", name) for name in ("aiohttp", "httpx", "httpx2")),
    *(("sync", name) for name in ("httpx", "httpx2")),
]
OTHERS = ("nobody", "no TLS", "an unknown host", "a proxy that hangs up")


@pytest.mark.parametrize("fault", [*FAULTS, *OTHERS])
@pytest.mark.parametrize(("colour", "transport"), KINDS)
def test_only_errors_of_this_sdk_come_out_of_any_call(
    servers: dict[str, dict[str, Any]],
    colour: str,
    transport: str,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {**PLAIN, **servers[fault], "transport": transport}
    pause = asyncio.sleep
    monkeypatch.setattr("asyncio.sleep", lambda _: pause(0))  # what resumes a run waits long
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("socket.getaddrinfo", resolved)  # a real one may take long to say no
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        outcomes = (outcomes_sync if colour == "sync" else outcomes_async)(options)
    escaped = {
        name: error
        for name, error in outcomes.items()
        if error is not None and not isinstance(error, GraphwireError)
    }
    assert escaped == {}
    assert len(outcomes) > 40
    if fault in ALWAYS_FAILS:
        kind = ALWAYS_FAILS[fault]
        other = {name: e for name, e in outcomes.items() if not isinstance(e, kind)}
        assert other == {}
    for error in filter(None, outcomes.values()):
        assert isinstance(error, GraphwireError)
        assert error.method is not None
        if fault == "a redirect":
            assert "redirect to http://elsewhere.test/" in error.message
