"""The sockets of the libraries of httpx's family, which take them from whoever makes their pools.

Their own async sockets set up a scope of cancellation for every read, and hold no body back.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final, Self

from graphwire_core.transports._chunks import Inlet
from graphwire_core.transports._deadline import bounded
from graphwire_core.transports._readiness import is_readable

__all__ = ["AsyncNetwork", "AsyncNetworkStream", "Network", "NetworkStream"]

_MOST: Final = 1 << 18
"""Bytes that are received before somebody reads them; then the server has to wait."""
_PIECE: Final = 1 << 16
"""Bytes that a library asks for; a reader that asks for as many takes more."""
_LARGE_PIECE: Final = 1 << 20
_HEAD_START: Final = 0.25
"""Seconds that an address of a host has before the next one is tried too (RFC 8305)."""


class AsyncNetwork:
    """The sockets of an async pool."""

    def __init__(self, library: Any) -> None:
        """Raise what a library raises: `httpcore` or its like."""
        self._library = library

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> AsyncNetworkStream:
        """Open a connection."""
        _ = local_address, socket_options  # no transport sets them
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, stream = await loop.create_connection(
                    lambda: AsyncNetworkStream(self._library, loop),
                    host,
                    port,
                    **_options(loop, host),
                )
        except TimeoutError as error:
            raise self._library.ConnectTimeout from error
        except OSError as error:
            raise self._library.ConnectError(str(error)) from error
        return stream


class AsyncNetworkStream(asyncio.Protocol):
    """A connection: what it receives waits here until it is read."""

    def __init__(self, library: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.inlet = Inlet()
        self._library = library
        self._loop = loop
        self._transport: Any = None
        self._received: deque[bytes] = deque()
        self._size = 0
        self._reading = True
        self._ended = False
        self._lost = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[bool] | None = None
        self._writer: asyncio.Future[bool] | None = None
        self._writable = True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what arrives next, `b""` at the end."""
        if held := self.inlet.taken():
            return held
        received = self._received
        while not received:
            if self._ended:
                if self._error is not None:
                    raise self._library.ReadError(str(self._error)) from self._error
                return b""
            self._reader = self._loop.create_future()
            if not await self._done(self._reader, timeout) and not received:
                raise self._library.ReadTimeout
        piece = received.popleft()
        if max_bytes < _PIECE and max_bytes < len(piece):
            received.appendleft(piece[max_bytes:])
            piece = piece[:max_bytes]
        self._size -= len(piece)
        if not self._reading and self._size < _MOST:
            self._reading = True
            self._transport.resume_reading()
        return self.inlet.admit(piece)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes; return when there is room for more."""
        if not buffer:
            return
        self.inlet.expect()
        if self._transport.is_closing():
            raise self._library.WriteError("The connection is closed") from self._error
        self._transport.write(buffer)
        while not self._writable:
            self._writer = self._loop.create_future()
            if not await self._done(self._writer, timeout) and not self._writable:
                raise self._library.WriteTimeout
        if self._lost:
            raise self._library.WriteError(str(self._error or "")) from self._error

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> Self:
        """Go on encrypted."""
        try:
            async with asyncio.timeout(timeout):
                self._transport = await self._loop.start_tls(
                    self._transport, self, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            await self.aclose()
            raise self._library.ConnectTimeout from error
        except OSError as error:
            await self.aclose()
            raise self._library.ConnectError(str(error)) from error
        self._transport.set_write_buffer_limits(_PIECE)  # half a megabyte, unless told
        return self

    async def aclose(self) -> None:
        """Close the connection now: what was not sent by then is not sent."""
        self._transport.close()
        try:
            await asyncio.sleep(0)  # the loop closes the socket
        finally:
            if not self._lost:
                self._transport.abort()
        if not self._lost:
            await asyncio.sleep(0)

    def get_extra_info(self, info: str) -> Any:
        """Return what is asked about a connection; `None` where that is not known."""
        if info == "is_readable":  # what waits before anything was asked for is the end
            return (
                self._ended
                or bool(self._received)
                or is_readable(self._transport.get_extra_info("socket"), 0)
            )
        return self._transport.get_extra_info(_INFOS.get(info, info))

    def connection_made(self, transport: Any) -> None:
        """Begin to receive."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep what arrived."""
        self._received.append(data)
        self._size += len(data)
        if self._size >= _MOST and self._reading:
            self._reading = False
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> None:
        """Note that nothing more arrives."""
        self._ended = True
        _wake(self._reader)

    def connection_lost(self, error: Exception | None) -> None:
        """Note the end of the connection."""
        self._ended = self._lost = True
        self._error = error
        self._writable = True
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        """Note that the server takes no more for now."""
        self._writable = False

    def resume_writing(self) -> None:
        """Note that it does again."""
        self._writable = True
        _wake(self._writer)

    async def _done(self, turn: asyncio.Future[bool], timeout: float | None) -> bool:
        """Wait for a turn; return whether it came in time."""
        timer = None if timeout is None else self._loop.call_later(timeout, _expire, turn)
        try:
            return await turn
        finally:
            if timer is not None:
                timer.cancel()


def _options(loop: asyncio.AbstractEventLoop, host: str) -> dict[str, Any]:
    """Say how to connect where a host may have addresses to try at once; uvloop cannot."""
    if host == "localhost" or not isinstance(loop, asyncio.BaseEventLoop):
        return {}
    try:
        ip_address(host)
    except ValueError:
        return {"happy_eyeballs_delay": _HEAD_START}
    return {}


_INFOS: Final = {"client_addr": "sockname", "server_addr": "peername"}


def _wake(turn: asyncio.Future[bool] | None) -> None:
    if turn is not None and not turn.done():
        turn.set_result(True)


def _expire(turn: asyncio.Future[bool]) -> None:
    if not turn.done():
        turn.set_result(False)


class Network:
    """The sockets of a sync pool, under the deadline of the call that uses them."""

    def __init__(self, library: Any) -> None:
        """Take those of httpcore or its like."""
        self._backend = library.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None, **options: Any
    ) -> NetworkStream:
        """Open a connection."""
        return NetworkStream(
            self._backend.connect_tcp(host, port, timeout=bounded(timeout), **options)
        )


class NetworkStream:
    """A connection whose reads and writes end with the call."""

    def __init__(self, stream: Any) -> None:
        self.inlet = Inlet()
        self.get_extra_info = stream.get_extra_info
        self._stream = stream
        self._piece = _PIECE

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what arrives next, `b""` at the end."""
        if held := self.inlet.taken():
            return held
        most = self._piece if max_bytes >= _PIECE else max_bytes
        data: bytes = self._stream.read(most, bounded(timeout))
        if len(data) == _PIECE:  # more of it waits
            self._piece = _LARGE_PIECE
        return self.inlet.admit(data)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self.inlet.expect()
        self._stream.write(buffer, bounded(timeout))

    def close(self) -> None:
        """Close the connection now, and wake a thread that waits on it."""
        sock = self.get_extra_info("socket")
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        """Go on encrypted."""
        return NetworkStream(self._stream.start_tls(ssl_context, server_hostname, bounded(timeout)))
