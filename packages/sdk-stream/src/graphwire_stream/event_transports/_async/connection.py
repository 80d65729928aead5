"""What connections have in common: waiting no longer than asked, and losing nothing by it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, Final, Protocol

from graphwire_core.errors import ConnectionFailed
from graphwire_stream.event_transports._frames import Arrival, Frame, Inbox
from graphwire_stream.event_transports._waiting import AsyncPatience

__all__ = ["AsyncFrameConnection", "AsyncSource"]

_GRACE: Final = 30.0
"""Seconds that are added to a wait, at most, while a frame arrives in parts."""


class AsyncSource(Protocol):
    """Where frames come from."""

    async def read(self, timeout: float | None) -> Arrival | None:
        """Return what arrives next, `None` when nothing does within `timeout` seconds.

        Raises:
            GraphwireError: Nothing more comes.
        """

    async def aclose(self) -> None:
        """Release the socket."""


class AsyncFrameConnection:
    """One connection, over any source of frames."""

    def __init__(
        self,
        source: AsyncSource,
        passes: Callable[[dict[str, Any]], bool] | None = None,
    ) -> None:
        self._source = source
        self._inbox = Inbox(passes)
        self._patience = AsyncPatience(source.read)
        self._closed = False

    async def receive(self, timeout: float | None = None) -> list[Frame] | None:
        """Return the frames that have arrived: see `AsyncEventConnection`."""
        inbox = self._inbox
        begun = monotonic()
        left = timeout
        came = False
        while not inbox.settled:
            arrived = await self._patience.within(left)
            if not arrived and not inbox.settled:  # it may have been closed meanwhile
                return [] if came else None
            for arrival in arrived:
                inbox.add(arrival)
            if not inbox.settled and any(arrival.beat for arrival in arrived):
                return []
            came = True
            if timeout is not None:  # each part of a frame is a new beginning, to some end
                left = max(min(timeout, begun + timeout + _GRACE - monotonic()), 0)
        return inbox.take()

    async def aclose(self) -> None:
        """Release the socket; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._inbox.add(Arrival(failure=ConnectionFailed("The connection for events is closed")))
        try:
            await self._patience.aclose()
        finally:
            await self._source.aclose()
