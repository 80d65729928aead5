"""What can go wrong between a client and a server: a server for each fault."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import httpx
from tests.core.wire import Seen, WireServer, ok
from tests.transports.wire import Server

from graphwire import Timeout

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
OTHERS = ("nobody", "no TLS", "an unknown host", "a proxy that hangs up")
"""Faults that no server has a part in."""

KINDS = [
    *(("async", name) for name in ("aiohttp", "httpx", "httpx2", "borrowed")),
    *(("sync", name) for name in ("httpx", "httpx2", "borrowed")),
]
"""Colours and transports; "borrowed" is a client of httpx that the caller made."""

LIMIT = Timeout(1, 0.05, 1, 1)


@contextmanager
def faulty_servers() -> Iterator[dict[str, dict[str, Any]]]:
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


def connecting(colour: str, transport: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a client with its way to the server."""
    if transport != "borrowed":
        return {**options, "transport": transport}
    kind = httpx.AsyncClient if colour == "async" else httpx.Client
    proxy = options.get("proxy")
    made = kind(proxy=proxy, trust_env=False)
    return {**{k: v for k, v in options.items() if k != "proxy"}, "http_client": made}


_getaddrinfo = socket.getaddrinfo


def resolved(host: Any, *arguments: Any, **keywords: Any) -> Any:
    if host in {"nowhere.invalid", b"nowhere.invalid"}:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return _getaddrinfo(host, *arguments, **keywords)
