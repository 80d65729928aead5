"""What a transport is: bytes out, bytes in, in types of our own.

A transport owns connections and nothing else: no retry, no credentials, no JSON. It raises
`ConnectionFailed`, `RequestTimeout` or `TransportError`, whatever its library raises.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

__all__ = [
    "AsyncResponse",
    "AsyncTransport",
    "Limits",
    "Request",
    "Response",
    "Timeout",
    "Transport",
    "TransportConfig",
]


@dataclass(frozen=True, slots=True)
class Timeout:
    """Limits of one request, in seconds; `None` is no limit."""

    connect: float | None = 5.0
    """Until a connection stands."""
    read: float | None = 300.0
    """Between two pieces of a response; the server's heartbeats count."""
    write: float | None = 300.0
    """Between two pieces of a request."""
    pool: float | None = 5.0
    """Until a connection of the pool is free."""
    total: float | None = None
    """For a whole call, retries and the wait for a run included. Streams have no such end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a connection pool. Streams have a pool of their own, which has no bound."""

    max_connections: int | None = 100
    """Connections at once; `None` is no limit."""
    max_keepalive: int | None = 100
    """Idle connections that are kept; `None` is no limit."""
    keepalive_expiry: float | None = 5.0
    """Seconds that an idle connection is kept; `None` is no limit."""


@dataclass(frozen=True, slots=True)
class TransportConfig:
    """What a transport is made with; it means the same on every transport."""

    url: str
    """The client's URL: every request goes there."""
    limits: Limits = Limits()
    http2: bool = False
    """Whether to speak HTTP/2 where the server does."""
    proxy: str | None = field(default=None, repr=False)
    """URL of the proxy to use, credentials included; the environment is already considered."""
    tls: ssl.SSLContext | None = None
    """Trust and client certificate; `None` for a client of plain HTTP."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request."""

    method: str
    url: str
    """Absolute and quoted; a transport sends it as it is."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; some of the values are secret."""
    content: bytes = field(repr=False)
    timeout: Timeout


class AsyncResponse(Protocol):
    """A response whose head has arrived; its owner reads or closes it."""

    @property
    def status_code(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Response headers, names in lower case, repeated ones joined by `, `."""

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives, content encoding undone."""

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""


class AsyncTransport(Protocol):
    """Sends requests over connections that it owns."""

    async def send(self, request: Request) -> AsyncResponse:
        """Send a request and return when the response's head has arrived."""

    async def aclose(self) -> None:
        """Close every connection."""


class Response(Protocol):
    """A response whose head has arrived; its owner reads or closes it."""

    @property
    def status_code(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Response headers, names in lower case, repeated ones joined by `, `."""

    def iter_bytes(self) -> Iterator[bytes]:
        """Iterate over the body as it arrives, content encoding undone."""

    def close(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""


class Transport(Protocol):
    """Sends requests over connections that it owns."""

    def send(self, request: Request) -> Response:
        """Send a request and return when the response's head has arrived."""

    def close(self) -> None:
        """Close every connection."""
