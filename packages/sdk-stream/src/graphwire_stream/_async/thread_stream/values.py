"""The states of a run's root graph."""

from __future__ import annotations

from typing import Any

from graphwire_stream._async.thread_stream.events import AsyncChannelData
from graphwire_stream._async.thread_stream.reader import AsyncFollowing
from graphwire_stream._drivers import AsyncWaitable
from graphwire_stream._session import Interest

__all__ = ["AsyncValues"]


class AsyncValues(AsyncChannelData, AsyncWaitable[Any]):
    """The states of the root graph: iterate over them, or wait for the output."""

    def __init__(self, following: AsyncFollowing) -> None:
        super().__init__(following, Interest(frozenset({"values"}), ((),), 0))

    async def get(self, timeout: float | None = None) -> Any:
        """Return the values when the run is over, as `thread.result` does."""
        return await self.following.result(timeout)
