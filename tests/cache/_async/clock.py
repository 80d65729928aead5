"""A clock that tests set, and waiting for what happens behind a caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from graphwire_core.cache import AsyncCache, AsyncLocalCache


class Clock:
    """Seconds since the epoch, as a test has them."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def cache_of(clock: Clock) -> AsyncCache:
    """Make a cache with a memory of its own."""
    return AsyncCache(AsyncLocalCache(max_entries=100), clock=clock)


async def eventually(happened: Callable[[], bool]) -> None:
    """Wait for something that happens behind the caller, ten seconds at most."""
    for _ in range(2000):
        if happened():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")
