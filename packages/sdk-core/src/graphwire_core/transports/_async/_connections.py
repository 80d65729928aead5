"""The connections of a client, each for one request at a time.

The pool of httpcore looks at every connection for every request: beyond a few at once that costs
more than the request. Here it makes the connections, through a proxy where there is one, and each
is used alone.
"""

from __future__ import annotations

from typing import Any

from graphwire_core.transports._idle import Idle
from graphwire_core.transports._slots import AsyncSlots
from graphwire_core.transports._types import Limits

__all__ = ["AsyncExclusive"]


class AsyncExclusive:
    """Connections of HTTP/1.1, under the limits of a client."""

    def __init__(self, pool: Any, limits: Limits) -> None:
        self._pool = pool
        self._most = limits.max_connections
        self._slots = AsyncSlots(limits.max_connections)
        self._idle: Idle[Any] = Idle(limits)
        self._busy: set[Any] = set()
        self._closed = False

    async def take(self, origin: Any, limit: float | None) -> Any | None:
        """Return a connection to use alone, `None` when none is free within `limit` seconds."""
        if not self._slots.take_now() and not await self._slots.take(limit):
            return None
        try:
            connection = await self._kept(origin)
            if connection is None:
                await self._make_room()
                connection = self._pool.create_connection(origin)
        except BaseException:
            self._slots.free()
            raise
        self._busy.add(connection)
        return connection

    async def free(self, connection: Any) -> None:
        """Take a connection back; one that cannot be used again is closed."""
        self._busy.discard(connection)
        try:
            if connection.is_available() and not self._closed:
                await _close(self._idle.put(connection))
            elif not connection.is_closed():
                await connection.aclose()
        finally:
            self._slots.free()

    async def aclose(self) -> None:
        """Close every connection, those in use included."""
        self._closed = True  # what is still being opened is closed when it is given back
        busy, self._busy = self._busy, set()
        await _close([*self._idle.shrink(0), *busy])

    async def _kept(self, origin: Any) -> Any | None:
        while True:
            connection = self._idle.take(origin)
            if connection is None or not connection.has_expired():
                return connection
            await connection.aclose()

    async def _make_room(self) -> None:
        """Close idle connections to elsewhere, where a further one would be one too many."""
        if self._most is not None:
            await _close(self._idle.shrink(max(self._most - len(self._busy) - 1, 0)))


async def _close(connections: list[Any]) -> None:
    for connection in connections:
        await connection.aclose()
