"""The transport over httpx2: its connection pool, without the client layer above it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping

import httpx2

from graphwire_core.errors import MissingPackageError
from graphwire_core.transports import Request, TransportConfig
from graphwire_core.transports._failures import check_http2, check_proxy
from graphwire_core.transports._pieces import PIECE, Pieces
from graphwire_httpx2.transports._errors import translated

__all__ = ["AsyncHttpx2Response", "AsyncHttpx2Transport"]


class AsyncHttpx2Response:
    """A response read from httpx2's pool."""

    def __init__(self, request: Request, response: httpx2.Response) -> None:
        self._request = request
        self._response = response
        self.status_code = response.status_code
        self.headers: Mapping[str, str] = response.headers

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives."""
        with translated(self._request):
            async for chunk in self._response.aiter_bytes():
                yield chunk

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        with translated(self._request):
            await self._response.aclose()


class AsyncHttpx2Transport:
    """Drives httpx2's transport layer directly: the client layer costs as much again."""

    def __init__(self, config: TransportConfig) -> None:
        # httpx2 makes a context that trusts the machine where none is given, which takes longer
        # than a call. A client of plain HTTP gets one that trusts nobody: https would fail closed.
        check_http2(config, "httpx2")
        check_proxy(config, "http", "https", "socks5", "socks5h")
        limits, self._proxy = config.limits, config.proxy
        try:
            self._pool = httpx2.AsyncHTTPTransport(
                verify=config.tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                http2=config.http2,
                proxy=_as_proxy(config),
                limits=httpx2.Limits(
                    max_connections=limits.max_connections,
                    max_keepalive_connections=limits.max_keepalive,
                    keepalive_expiry=limits.keepalive_expiry,
                ),
            )
        except ImportError as error:  # socksio
            raise MissingPackageError(
                "proxy: httpx2 needs another package: pip install 'httpx2[socks]'"
            ) from error

    async def send(self, request: Request) -> AsyncHttpx2Response:
        """Send a request and return when the response's head has arrived."""
        with translated(request, self._proxy):
            sent = _as_httpx2(request)
            return AsyncHttpx2Response(request, await self._pool.handle_async_request(sent))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class LargeBody(Pieces, httpx2.ByteStream):
    """A large body, as httpx2 takes it."""


def _as_proxy(config: TransportConfig) -> httpx2.Proxy | None:
    if config.proxy is None:
        return None
    # A proxy that is reached over TLS is trusted as the server is.
    tls = config.tls if config.proxy.startswith("https:") else None
    return httpx2.Proxy(config.proxy, ssl_context=tls)


def _as_httpx2(request: Request) -> httpx2.Request:
    limit = request.timeout
    phases = {
        "connect": limit.connect,
        "read": limit.read,
        "write": limit.write,
        "pool": limit.pool,
    }
    large = len(request.content) > PIECE
    sent = httpx2.Request(
        request.method,
        request.url,
        headers=request.headers,
        content=None if large else request.content,
        extensions={"timeout": phases},
    )
    if large:
        sent.stream = LargeBody(request.content)
    return sent
