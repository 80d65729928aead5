"""The transport over aiohttp: one session, made in the event loop of the first request."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import aiohttp
from yarl import URL

from graphwire_aiohttp.transports._connector import Connector
from graphwire_aiohttp.transports._errors import LIBRARY, translated
from graphwire_aiohttp.transports._sending import AsGiven
from graphwire_aiohttp.transports._upload import Upload
from graphwire_core.errors import ConfigurationError
from graphwire_core.transports import Request, Timeout, TransportConfig
from graphwire_core.transports._failures import check_proxy, pool_timed_out
from graphwire_core.transports._headers import ReceivedHeaders
from graphwire_core.transports._pieces import PIECE
from graphwire_core.transports._slots import AsyncSlots

__all__ = ["AsyncAiohttpResponse", "AsyncAiohttpTransport"]

LONGEST_HEADER = 1 << 17
"""Bytes of a header; aiohttp's own limit is 8 KB, which tokens and cookies of gateways exceed."""
_IDLE = 0.001
"""Seconds without a request after which idle connections may have been closed unseen."""


class AsyncAiohttpResponse:
    """A response read from a session's connection."""

    def __init__(
        self, request: Request, response: aiohttp.ClientResponse, free: Callable[[], None]
    ) -> None:
        self._request = request
        self._response = response
        self._free: Callable[[], None] | None = free
        self.status_code = response.status
        self.headers: Mapping[str, str] = ReceivedHeaders(response.raw_headers)
        connection, head = response.connection, response.headers
        framed = "content-length" in head or "transfer-encoding" in head
        self._protocol = None if framed or connection is None else connection.protocol
        """What knows how a body ended that has no length of its own: by the connection's end."""

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives, content encoding undone."""
        body = self._response.content
        try:
            while chunk := await body.readany():
                yield chunk
        except LIBRARY as error:
            if held := _held(body):
                yield held
            raise translated(self._request, error) from error
        end = self._protocol.exception() if self._protocol is not None else None
        if isinstance(end, OSError):  # a reset; an orderly end is another class
            raise translated(self._request, end) from end

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        cut = self._response.connection is not None
        if cut:
            self._response.close()
        free, self._free = self._free, None
        if free is not None:
            free()
        if cut:
            await asyncio.sleep(0)  # the loop closes the socket


def _held(body: aiohttp.StreamReader) -> bytes:
    """Return what arrived before a connection broke, which aiohttp gives nobody from then on."""
    held = []
    while body._buffer:  # noqa: SLF001  # there is no other way to it
        held.append(body._read_nowait_chunk(-1))  # noqa: SLF001  # the same
    return b"".join(held)


class AsyncAiohttpTransport:
    """Sends over an aiohttp session without cookies, redirects and retries of its own."""

    def __init__(self, config: TransportConfig) -> None:
        if config.http2:
            raise ConfigurationError(
                "http2: aiohttp has no HTTP/2; use transport='httpx' or 'httpx2', or http2=False"
            )
        check_proxy(config, "http", "https")
        self._config = config
        self._proxy = URL(config.proxy, encoded=True) if config.proxy else None
        self._slots = AsyncSlots(config.limits.max_connections)
        self._used = 0.0
        self._session: aiohttp.ClientSession | None = None
        self._timeout = Timeout()
        self._limits = _limits(self._timeout)

    async def send(self, request: Request) -> AsyncAiohttpResponse:
        """Send a request and return when the response's head has arrived."""
        session = self._session or self._open()
        if not self._slots.take_now() and not await self._slots.take(request.timeout.pool):
            raise pool_timed_out(request)
        try:
            if time.monotonic() - self._used > _IDLE:
                await _see_closings()
            response = await self._sending(session, request)
        except BaseException as error:
            self._free()
            if isinstance(error, LIBRARY):
                raise translated(request, error, self._config.proxy) from error
            raise
        return AsyncAiohttpResponse(request, response, self._free)

    async def aclose(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
            await asyncio.sleep(0)  # the loop closes the sockets

    def _free(self) -> None:
        self._used = time.monotonic()
        self._slots.free()

    def _sending(
        self, session: aiohttp.ClientSession, request: Request
    ) -> Awaitable[aiohttp.ClientResponse]:
        if request.timeout is not self._timeout:
            self._timeout, self._limits = request.timeout, _limits(request.timeout)
        upload = Upload(request) if len(request.content) > PIECE else None
        sending = session.request(
            request.method,
            URL(request.url, encoded=True),
            data=upload.pieces() if upload else request.content or None,
            headers=request.headers,
            allow_redirects=False,
            proxy=self._proxy,
            timeout=self._limits,
            middlewares=(AsGiven(request),),
        )
        return upload.bounded(sending) if upload else sending

    def _open(self) -> aiohttp.ClientSession:
        # aiohttp's own default for https trusts what it found when it was imported. A client of
        # plain HTTP gets a context that trusts nobody: https would fail closed.
        tls = self._config.tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._session = aiohttp.ClientSession(
            connector=Connector(self._config.limits, tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            max_field_size=LONGEST_HEADER,
            max_line_size=LONGEST_HEADER,
            trust_env=False,
        )
        return self._session


async def _see_closings() -> None:
    """Let the loop read what idle connections received, which may be their end.

    The loop may not have run since; a request on a connection that the server has closed is lost.
    """
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def _limits(timeout: Timeout) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=timeout.connect, sock_read=timeout.read)
