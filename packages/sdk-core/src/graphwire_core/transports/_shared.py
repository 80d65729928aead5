"""Connections that speak HTTP/2 where the server does.

An async client shares one among many requests, and opens a further one when the server takes no
more on it, where the pools of httpcore and its like would wait for ever. Those are not safe for
threads over HTTP/2, so that a sync client has each connection for one request at a time.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from graphwire_core.transports._async._connections import AsyncExclusive
from graphwire_core.transports._http2 import Http2, raised_by
from graphwire_core.transports._silence import Silence
from graphwire_core.transports._slots import AsyncSlots
from graphwire_core.transports._sync._connections import Exclusive
from graphwire_core.transports._types import Limits

__all__ = ["AsyncShared", "Shared"]


class Line:
    """A connection of either kind: the library does not see the end of an idle one of HTTP/2."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.http2: Http2 | None = None
        """Set when it stands, and speaks HTTP/2."""
        self._network: Any = None

    def can_handle_request(self, origin: Any) -> bool:
        """Whether it leads to an origin."""
        return bool(self.connection.can_handle_request(origin))

    def is_available(self) -> bool:
        """Whether a next request can be sent; not after a response that was not read."""
        unread = self.http2 is not None and self.http2.unfinished
        return not unread and bool(self.connection.is_available())

    def is_closed(self) -> bool:
        """Whether there is nothing to close."""
        return bool(self.connection.is_closed())

    def has_expired(self) -> bool:
        """Whether it is too old, or the server has closed it: what arrives unasked is the end."""
        ended = self._network is not None and self._network.get_extra_info("is_readable")
        return bool(ended or self.connection.has_expired())

    def note(self, response: Any) -> None:
        """Note what a response says about its connection."""
        self._network = response.extensions["network_stream"]
        if self.http2 is None:
            self.http2 = Http2.of(self.connection)


class SyncLine(Line):
    """A connection of a sync client."""

    def __init__(self, make: Callable[[], Any], library: Any) -> None:
        super().__init__(make())
        self._make = make
        self._library = library

    def handle_request(self, request: Any) -> Any:
        """Send a request; over a new connection where the server takes no more on this one."""
        try:
            response = self.connection.handle_request(request)
        except self._library.ConnectionNotAvailable:
            self.close()
            self.connection, self.http2 = self._make(), None
            response = self.connection.handle_request(request)
        self.note(response)
        if self.http2 is not None:
            response.stream = _SyncBody(response.stream, self._library)
        return response

    def close(self) -> None:
        """Close it."""
        self.connection.close()


class _SyncBody:
    """The body of a response of HTTP/2."""

    def __init__(self, stream: Any, library: Any) -> None:
        self._stream = stream
        self._library = library
        self.close = stream.close

    def __iter__(self) -> Iterator[bytes]:
        with raised_by(self._library):
            yield from filter(None, self._stream)  # its end may come as an empty chunk


class Shared(Exclusive):
    """The connections of a sync client."""

    def __init__(self, pool: Any, limits: Limits, library: Any) -> None:
        super().__init__(self, limits)
        self._maker = pool
        self._library = library

    def create_connection(self, origin: Any) -> SyncLine:
        """Make a connection, in place of the library's pool."""
        return SyncLine(partial(self._maker.create_connection, origin), self._library)


class AsyncLine(Line):
    """A connection of an async client, and how many use it."""

    def __init__(self, connection: Any, library: Any) -> None:
        super().__init__(connection)
        self.aclose = connection.aclose
        self.users = 0
        self.known = False
        """Whether it stands, and what it speaks is known; or it has failed."""
        self.http1 = False
        self.gate = AsyncSlots(0)
        """Opens when that is known: who passes lets the next one through."""
        self._library = library

    def has_room(self) -> bool:
        """Whether one more request can be sent now."""
        if self.http2 is None or not self.connection.is_available():
            return False
        return self.users < self.http2.most

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request."""
        if self.http1:
            return await self.connection.handle_async_request(request)
        silence = Silence(request.extensions["timeout"], self._library.ReadTimeout)
        request.extensions["trace"] = _Watch(self, silence)
        try:
            async with silence:
                response = await self.connection.handle_async_request(request)
        except BaseException:
            await self.hang_up(request)
            raise
        finally:
            self.settle()
        self.note(response)
        if self.http2 is not None:
            response.stream = _Body(self, request, response, silence, self._library)
        return response

    def settle(self) -> None:
        """Let those pass who wait for the connection to stand."""
        if not self.known:
            self.known = True
            self.gate.free()

    async def hang_up(self, request: Any) -> None:
        """Tell the server that the response to a request is not wanted any more."""
        if self.http2 is not None and self.connection.is_available():
            with suppress(Exception):  # a connection that is gone has no responses
                await self.http2.reset_abandoned(request)


class _Watch:
    """What the library reports of a request on its way."""

    def __init__(self, line: AsyncLine, silence: Silence) -> None:
        self._line = line
        self._silence = silence

    async def __call__(self, event: str, info: Any) -> None:
        line = self._line
        if event == "http2.receive_response_headers.started":
            self._silence.begin()
        elif event == "http2.receive_remote_settings.complete":
            line.http2 = Http2.of(line.connection)
            line.settle()
        elif event == "http11.send_request_headers.started":
            line.http1 = info["request"].method != b"CONNECT"  # which goes to a proxy
            if line.http1:
                line.settle()


class _Body:
    """The body of a response, which arrives whoever reads from the connection."""

    def __init__(
        self, line: AsyncLine, request: Any, response: Any, silence: Silence, library: Any
    ) -> None:
        self._line = line
        self._request = request
        self._stream = response.stream
        self._number: int = response.extensions["stream_id"]
        self._silence = silence
        self._library = library

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._stream)
        while True:
            with raised_by(self._library):
                async with self._silence:
                    chunk = await anext(chunks, None)
            if chunk is None:
                return
            if chunk:  # the end may come as an empty chunk
                yield chunk

    async def aclose(self) -> None:
        if self._line.http2 is not None:
            self._line.http2.forget(self._number)
        try:
            await self._stream.aclose()
        finally:
            await self._line.hang_up(self._request)


class _Seat:
    """A place on a connection, for one request."""

    def __init__(self, shared: AsyncShared, line: AsyncLine) -> None:
        self.line: AsyncLine | None = line
        self._shared = shared

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request; on another connection where the server takes no more on this one."""
        library, limits = self._shared.library, request.extensions["timeout"]
        while self.line is not None:
            request.extensions["timeout"] = dict(limits)
            try:
                return await self.line.handle_async_request(request)
            except library.ConnectionNotAvailable:
                line, self.line = self.line, None
                await self._shared.leave(line)
                self.line = await self._shared.line_to(request.url.origin, limits["pool"])
        raise library.PoolTimeout


class AsyncShared:
    """The connections of an async client."""

    def __init__(self, pool: Any, limits: Limits, library: Any) -> None:
        self.library = library
        self._pool = pool
        self._connections = AsyncExclusive(self, limits)
        self._lines: list[AsyncLine] = []
        self._plain: list[Any] = []
        """Origins that speak HTTP/1.1."""

    def create_connection(self, origin: Any) -> AsyncLine:
        """Make a connection, in place of the library's pool."""
        return AsyncLine(self._pool.create_connection(origin), self.library)

    async def take(self, origin: Any, limit: float | None) -> _Seat | None:
        """Return a place on a connection, `None` when none is free within `limit` seconds."""
        line = await self.line_to(origin, limit)
        return None if line is None else _Seat(self, line)

    async def free(self, seat: _Seat) -> None:
        """Give a place back."""
        line, seat.line = seat.line, None
        if line is not None:
            await self.leave(line)

    async def line_to(self, origin: Any, limit: float | None) -> AsyncLine | None:
        """Join a connection that has room, or take one that nobody uses."""
        line: AsyncLine | None = None
        if origin.scheme == b"https" and origin not in self._plain:
            line = await self._joined(origin, limit)
        if line is None:
            line = await self._connections.take(origin, limit)
            if line is None:
                return None
            self._lines.append(line)
            if line.http1 and origin not in self._plain:
                self._plain.append(origin)
        line.users += 1
        return line

    async def leave(self, line: AsyncLine) -> None:
        """Give a connection up; the last one to do so leaves it idle, or closes it."""
        line.users -= 1
        if not line.users:
            self._lines.remove(line)
            await self._connections.free(line)

    async def aclose(self) -> None:
        """Close every connection, those in use included."""
        await self._connections.aclose()

    async def _joined(self, origin: Any, limit: float | None) -> AsyncLine | None:
        """Return a connection that has room, or gets it when it stands."""
        end = None if limit is None else time.monotonic() + limit
        while True:
            lines = [line for line in self._lines if line.can_handle_request(origin)]
            for line in lines:
                if line.has_room():
                    return line
            rising = next((line for line in lines if not line.known), None)
            rest = None if end is None else max(end - time.monotonic(), 0)
            if rising is None or not await rising.gate.take(rest):
                return None
            rising.gate.free()
            if rising.http2 is None:  # it has failed, or speaks HTTP/1.1
                return None
