"""The time of calls: contenders take turns in every round, and medians over the rounds count."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PEER = "langgraph-sdk"

AsyncCall = Callable[[], Awaitable[Any]]
Call = Callable[[], Any]


def make_fair() -> None:
    """Let each contender pay for what it does, and for nothing else.

    Clients load the transports, and no middleware that happens to be installed here. A full
    collection of garbage in one's turn does not walk the modules of the others.
    """
    os.environ["GRAPHWIRE_PLUGINS"] = "aiohttp,httpx2"
    gc.collect()
    gc.freeze()


class Row(NamedTuple):
    """One contender in one case; medians over the rounds."""

    case: str
    client: str
    seconds: float
    """Of a call, on the clock."""
    busy: float
    """Of a call, on this process's processor."""
    speed: float
    """Times the speed of the official SDK, by the clock."""
    thrift: float
    """Times less of the processor than the official SDK."""


class Clock:
    """Takes the time of the rounds of each contender."""

    def __init__(self, case: str, calls: int) -> None:
        self._case = case
        self._calls = calls
        self._taken: dict[str, list[tuple[float, float]]] = {}

    @contextlib.contextmanager
    def round(self, client: str) -> Iterator[None]:
        started = time.perf_counter(), time.process_time()
        yield
        spent = (time.perf_counter() - started[0], time.process_time() - started[1])
        self._taken.setdefault(client, []).append((spent[0] / self._calls, spent[1] / self._calls))

    def rows(self) -> Iterator[Row]:
        medians = {
            client: (median(one[0] for one in taken), median(one[1] for one in taken))
            for client, taken in self._taken.items()
        }
        peer = medians[PEER]
        for client, (seconds, busy) in medians.items():
            yield Row(self._case, client, seconds, busy, peer[0] / seconds, peer[1] / busy)


async def time_async(
    case: str, contenders: Mapping[str, AsyncCall], calls: int, concurrency: int, rounds: int
) -> list[Row]:
    clock = Clock(case, calls)

    async def work(call: AsyncCall) -> None:
        for _ in range(calls // concurrency):
            await call()

    for call in contenders.values():
        await asyncio.gather(*(call() for _ in range(concurrency)))
    for _ in range(rounds):
        for client, call in contenders.items():
            with clock.round(client):
                await asyncio.gather(*(work(call) for _ in range(concurrency)))
    return list(clock.rows())


def time_sync(case: str, contenders: Mapping[str, Call], calls: int, rounds: int) -> list[Row]:
    clock = Clock(case, calls)
    for call in contenders.values():
        call()
    for _ in range(rounds):
        for client, call in contenders.items():
            with clock.round(client):
                for _ in range(calls):
                    call()
    return list(clock.rows())
