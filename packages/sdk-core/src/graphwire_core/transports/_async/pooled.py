"""A transport over the connections of a library of httpx's family, without its client layer."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from graphwire_core.transports._addresses import origin_and_target, proxy_of
from graphwire_core.transports._async._connections import AsyncExclusive
from graphwire_core.transports._async.socks import AsyncSocks
from graphwire_core.transports._async.switched import AsyncSwitched
from graphwire_core.transports._async.tunnel import AsyncTunnels
from graphwire_core.transports._chunks import Chunks
from graphwire_core.transports._failures import (
    broken,
    check_http2,
    check_proxy,
    pool_timed_out,
)
from graphwire_core.transports._headers import ReceivedHeaders, raw
from graphwire_core.transports._library import Library
from graphwire_core.transports._network import AsyncNetwork, AsyncNetworkStream
from graphwire_core.transports._pieces import PIECE, AsyncPieces
from graphwire_core.transports._readiness import areadable
from graphwire_core.transports._types import Request, TransportConfig

if TYPE_CHECKING:
    from graphwire_core.transports._shared import AsyncShared

__all__ = ["AsyncPooledResponse", "AsyncPooledTransport"]


class AsyncPooledResponse:
    """A response on a connection, which is given back when it is closed."""

    def __init__(
        self,
        library: Library,
        request: Request,
        response: Any,
        connections: AsyncExclusive | AsyncShared,
        connection: Any,
    ) -> None:
        self._library = library
        self._request = request
        self._response = response
        self._connections = connections
        self._connection = connection
        self.status_code: int = response.status
        self.headers: Mapping[str, str] = ReceivedHeaders(response.headers)

    async def readable(self, timeout: float | None) -> bool:
        """Wait until more of the body has arrived: see `readable` of `_readiness`."""
        chunked = "transfer-encoding" in self.headers
        return await areadable(self._response, timeout, chunked=chunked)

    def switched(self) -> AsyncSwitched:
        """Return the connection of a response that has switched protocols (101)."""
        stream = self._response.extensions["network_stream"]
        return AsyncSwitched(self._library, self._request, stream)

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives, content encoding undone."""
        encoded = any(name.lower() == b"content-encoding" for name, _ in self._response.headers)
        stream = self._decoded() if encoded else self._response.stream
        network = self._response.extensions.get("network_stream")
        try:
            if isinstance(network, AsyncNetworkStream) and self._request.method != "HEAD":
                data, chunks = network.inlet.taken(), Chunks()
                while data is not None:
                    piece = chunks.feed(data)
                    network.inlet.held = chunks.rest
                    if piece:
                        yield piece
                    data = await self._read_on(network) if chunks.rest is None else None
            async for chunk in stream:  # what is left of it, where it came in chunks
                yield chunk
        except self._library.errors as error:
            raise self._library.translated(self._request, error) from error

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await self._response.aclose()
        except self._library.errors as error:
            raise self._library.translated(self._request, error) from error
        finally:
            await self._connections.free(connection)

    async def _read_on(self, network: AsyncNetworkStream) -> bytes | None:
        """Return more of a body in chunks, `None` at the end of the connection."""
        return await network.read(PIECE, self._request.timeout.read) or None

    async def _decoded(self) -> AsyncIterator[bytes]:
        client = self._library.client()
        headers = {"content-encoding": self.headers["content-encoding"]}
        response = client.Response(200, headers=headers, content=self._response.stream)
        try:
            async for chunk in response.aiter_bytes():
                yield chunk
        except client.DecodingError as error:
            raise broken(error) from error


class AsyncPooledTransport:
    """Drives the connections themselves: the client layer above them costs as much again."""

    def __init__(self, config: TransportConfig, library: Library, *, tunnels: bool = False) -> None:
        """Make a transport.

        Args:
            config: What it is made with.
            library: Whose connections it drives.
            tunnels: Whether an HTTP proxy is led through for plain HTTP too.
        """
        check_http2(config, library.name)
        check_proxy(config, "http", "https", "socks5", "socks5h")
        forwarded = config.url.startswith("http:") and (config.proxy or "").startswith("http")
        self.switches = not config.http2 and (tunnels or not forwarded)
        """Whether a connection can go on with another protocol, as WebSocket asks for."""
        self._library = library
        self._proxy = config.proxy
        pool = _pool(config, library.module, tunnels=tunnels)
        self._connections = _connections(pool, config, library.module)

    async def send(self, request: Request) -> AsyncPooledResponse:
        """Send a request and return when the response's head has arrived."""
        library = self._library
        try:
            sent = self._encoded(request)
            connection = await self._connections.take(sent.url.origin, request.timeout.pool)
            if connection is None:
                raise pool_timed_out(request)
            try:
                response = await connection.handle_async_request(sent)
            except BaseException:
                await self._connections.free(connection)
                raise
        except library.errors as error:
            raise library.translated(request, error, self._proxy) from error
        return AsyncPooledResponse(library, request, response, self._connections, connection)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._connections.aclose()

    def _encoded(self, request: Request) -> Any:
        """Return a request as the library has it."""
        origin, target = origin_and_target(request.url)
        limit, large = request.timeout, len(request.content) > PIECE
        phases = {"connect": limit.connect, "read": limit.read, "write": limit.write}
        library = self._library.module
        return library.Request(
            request.method,
            library.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target),
            headers=raw(request.headers, origin.header),
            content=AsyncPieces(request.content) if large else request.content,
            extensions={"timeout": {**phases, "pool": limit.pool}},
        )


def _connections(pool: Any, config: TransportConfig, library: Any) -> AsyncExclusive | AsyncShared:
    if not config.http2:
        return AsyncExclusive(pool, config.limits)
    from graphwire_core.transports._shared import AsyncShared  # noqa: PLC0415  # when asked for

    return AsyncShared(pool, config.limits, library)


def _pool(config: TransportConfig, library: Any, *, tunnels: bool) -> Any:
    through: Any = AsyncSocks.of(config, library)
    if through is None and tunnels:
        through = AsyncTunnels.of(config, library)
    # The library trusts the machine where no context is given, and making one takes longer than a
    # call. A client of plain HTTP gets one that trusts nobody: https would fail closed.
    tls = config.tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return library.AsyncConnectionPool(
        ssl_context=tls,
        proxy=None if through else _proxy(config, library),
        max_connections=config.limits.max_connections,
        max_keepalive_connections=config.limits.max_keepalive,
        keepalive_expiry=config.limits.keepalive_expiry,
        http2=config.http2,
        network_backend=through or AsyncNetwork(library),
    )


def _proxy(config: TransportConfig, library: Any) -> Any:
    if config.proxy is None:
        return None
    scheme, host, port, credentials = proxy_of(config.proxy)
    url = library.URL(scheme=scheme, host=host, port=port, target=b"/")
    # A proxy that is reached over TLS is trusted as the server is.
    tls = config.tls if scheme == b"https" else None
    return library.Proxy(url, auth=credentials, ssl_context=tls)
