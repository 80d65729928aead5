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


def silent(_: Seen, connection: socket.socket) -> str:
    connection.settimeout(5)
    with suppress(OSError):
        connection.recv(1)  # until the client has had enough
    return "close"


FAULTS: dict[str, Any] = {
    "hung up": raw(b""),
    "reset": reset,
    "silent": silent,
    "garbage": raw(b"\x00\xff\x16\x03 not HTTP\r\n\r\n"),
    "half a head": raw(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "a cut body": raw(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":'),
    "a cut chunk": raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"),
    "a wrong chunk": raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}"),
    "a wrong encoding": raw(last(b"not gzip", content_encoding="gzip")),
    "no JSON": raw(last(b"\xff\xfe{")),
    "another JSON": raw(last(b'{"a": [1, {"b": null}]}')),
    "a redirect": raw(last(b"", "302 Found", location="http://elsewhere.test/")),
    "500": raw(last(b'{"detail": "boom"}', "500 Internal Server Error")),
    "502 in HTML": raw(last(HTML, "502 Bad Gateway", content_type="text/html")),
    "422 of another form": raw(last(b'[{"loc": 3}, null]', "422 Unprocessable Entity")),
    "an unknown status": raw(last(b"", "799 Odd")),
}
ALWAYS_FAILS: dict[str, Any] = dict.fromkeys(list(FAULTS)[:9], TransportError) | {
    "a redirect": (ResponseValidationError, StreamProtocolError),
    "500": InternalServerError,
    "502 in HTML": InternalServerError,
    "422 of another form": APIStatusError,
    "an unknown status": APIStatusError,
}
CALLS = {row.call: row for row in reversed(TABLE)}
"""One row per public method."""

Outcomes = dict[str, Exception | None]
LIMIT = Timeout(1, 0.05, 1, 1)


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    """The URL of a server per fault, and of a port where nobody listens."""
    with ExitStack() as stack:
        urls = {
            name: stack.enter_context(WireServer(answer)).url for name, answer in FAULTS.items()
        }
        free = socket.create_server(("127.0.0.1", 0))
        urls["nobody"] = f"http://127.0.0.1:{free.getsockname()[1]}"
        free.close()
        yield urls


def options(fault: str) -> dict[str, Any]:
    # Only the silent server is waited for: another may take its time on a busy machine.
    timeout = LIMIT if fault == "silent" else Timeout(10, 10, 10, 10)
    return {"timeout": timeout, "retry": None, "api_key": None, "transport": "httpx"}


def outcomes_sync(url: str, fault: str) -> Outcomes:
    def call(client: Client, row: Row) -> Exception | None:
        try:
            result = attrgetter(row.call)(client)(*row.arguments, **row.keywords)
            if hasattr(result, "__next__"):
                list(result)
        except Exception as error:  # noqa: BLE001  # which one is what the test is about
            return error
        return None

    with Client(url, **options(fault)) as client:
        return {name: call(client, row) for name, row in CALLS.items()}


def outcomes_async(url: str, fault: str) -> Outcomes:
    async def call(client: AsyncClient, row: Row) -> Exception | None:
        try:
            result = attrgetter(row.call)(client)(*row.arguments, **row.keywords)
            if hasattr(result, "__await__"):
                result = await result
            if hasattr(result, "__anext__"):
                _ = [part async for part in result]
        except Exception as error:  # noqa: BLE001  # which one is what the test is about
            return error
        return None

    async def main() -> Outcomes:
        async with AsyncClient(url, **options(fault)) as client:
            return {name: await call(client, row) for name, row in CALLS.items()}

    return asyncio.run(main())


@pytest.mark.parametrize("fault", [*FAULTS, "nobody"])
@pytest.mark.parametrize("colour", ["async", "sync"])
def test_only_errors_of_this_sdk_come_out_of_any_call(
    servers: dict[str, str], colour: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = servers[fault]
    pause = asyncio.sleep
    monkeypatch.setattr("asyncio.sleep", lambda _: pause(0))  # what resumes a run waits long
    monkeypatch.setattr("time.sleep", lambda _: None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        outcomes = (outcomes_sync if colour == "sync" else outcomes_async)(url, fault)
    escaped = {
        name: error
        for name, error in outcomes.items()
        if error is not None and not isinstance(error, GraphwireError)
    }
    assert escaped == {}
    assert len(outcomes) > 40
    expected: dict[str, Any] = {"nobody": ConnectionFailed, "silent": RequestTimeout} | {
        name: kind for name, kind in ALWAYS_FAILS.items() if name != "silent"
    }
    if fault in expected:
        other = {name: e for name, e in outcomes.items() if not isinstance(e, expected[fault])}
        assert other == {}
    for error in filter(None, outcomes.values()):
        assert isinstance(error, GraphwireError)
        assert error.method is not None
