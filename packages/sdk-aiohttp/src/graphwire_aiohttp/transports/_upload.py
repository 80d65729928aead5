"""Large request bodies, written piece by piece: aiohttp has no limit on the time of a write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

from graphwire_core.transports import Request
from graphwire_core.transports._failures import nothing_written
from graphwire_core.transports._pieces import Pieces

__all__ = ["Upload"]

T = TypeVar("T")


class Upload:
    """A body on its way, under a limit between two pieces."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._limit: asyncio.Timeout | None = None

    async def bounded(self, sending: Awaitable[T]) -> T:
        """Await the response's head.

        Raises:
            RequestTimeout: A piece could not be written within the limit.
        """
        try:
            async with asyncio.timeout(None) as self._limit:
                return await sending
        except TimeoutError as error:
            if self._limit is not None and self._limit.expired():
                raise nothing_written(self._request) from error
            raise
        finally:
            self._limit = None

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body; each piece is asked for when the one before it is written."""
        for piece in Pieces(self._request.content):
            self._restart(self._request.timeout.write)
            yield piece
        self._restart(None)

    def _restart(self, seconds: float | None) -> None:
        if self._limit is not None:  # the answer may come before the end of the body
            now = asyncio.get_running_loop().time()
            self._limit.reschedule(None if seconds is None else now + seconds)
