"""The built-in backends: the cache of the server that this runs in, and a memory of the process."""

from __future__ import annotations

from datetime import timedelta

from graphwire_core.cache._drivers.memory import MAX_BYTES, MAX_ENTRIES, SHARED, Memory
from graphwire_core.in_process._server import event_loop
from graphwire_core.transports._crossing import AsyncCrossing

__all__ = ["AsyncLocalCache", "AsyncServerCache"]


class AsyncServerCache:
    """The cache of the LangGraph server that this runs in."""

    async def get(self, key: str) -> str | None:
        """Return the text under a key.

        Raises:
            ConfigurationError: This runs in no server, or in one that has not started.
        """
        loop = event_loop()
        from langgraph_api.cache import cache_get  # noqa: PLC0415  # only a server can import it

        kept = await AsyncCrossing(loop).call(cache_get(key))
        return kept if isinstance(kept, str) else None

    async def set(self, key: str, text: str, lifetime: float) -> None:
        """Keep a text for some seconds.

        Raises:
            ConfigurationError: This runs in no server, or in one that has not started.
        """
        loop = event_loop()
        from langgraph_api.cache import cache_set  # noqa: PLC0415  # only a server can import it

        await AsyncCrossing(loop).call(cache_set(key, text, timedelta(seconds=lifetime)))


class AsyncLocalCache:
    """A memory of this process: bounded, and lost with the process."""

    def __init__(self, max_entries: int | None = None, max_bytes: int | None = None) -> None:
        """Create a backend.

        Args:
            max_entries: How many values it keeps; what was used longest ago makes room. Default:
                1000.
            max_bytes: How large all of them may be. Default: 64 MiB.
        """
        bounded = max_entries is not None or max_bytes is not None
        self._memory = (
            Memory(max_entries or MAX_ENTRIES, max_bytes or MAX_BYTES) if bounded else SHARED
        )

    async def get(self, key: str) -> str | None:
        """Return the text under a key, unless its time is over."""
        return self._memory.get(key)

    async def set(self, key: str, text: str, lifetime: float) -> None:
        """Keep a text for some seconds."""
        self._memory.set(key, text, lifetime)
