"""One call, a small GET: the official SDK, raw httpx, and Graphwire over each of its transports.

Run alone with `python -m benchmarks.calls`. The clients take turns in every round against one
server in a process of its own; figures are medians over the rounds. Graphwire validates each
answer and has its retries on.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import langgraph_sdk

import graphwire
from benchmarks.responder import THREAD_ID, running

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 7
CALLS = 320
"""Calls of a client in one round."""
PEER = "langgraph-sdk"
TARGETS = {
    ("async c=1", "graphwire/httpx"): 1.7,
    ("async c=32", "graphwire/httpx"): 2.5,
    ("async c=1", "graphwire/aiohttp"): 5.0,
    ("async c=32", "graphwire/aiohttp"): 15.0,
    ("sync", "graphwire/httpx"): 1.8,
}
"""Least speed, times the peer's."""


class Row(NamedTuple):
    """One client in one case; medians over the rounds."""

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
    target: float | None


AsyncCall = Callable[[], Awaitable[Any]]
Call = Callable[[], Any]


async def async_calls(url: str, stack: contextlib.AsyncExitStack) -> dict[str, AsyncCall]:
    """Open each async client; return what makes one call over it."""
    peer = await stack.enter_async_context(langgraph_sdk.get_client(url=url))
    raw = await stack.enter_async_context(httpx.AsyncClient(base_url=url))

    async def get() -> Any:
        return (await raw.get(f"/threads/{THREAD_ID}")).json()

    calls: dict[str, AsyncCall] = {PEER: lambda: peer.threads.get(THREAD_ID), "httpx": get}
    for name in ("httpx", "httpx2", "aiohttp"):
        client = await stack.enter_async_context(graphwire.get_client(url=url, transport=name))
        calls[f"graphwire/{name}"] = lambda client=client: client.threads.get(THREAD_ID)  # type: ignore[misc]  # the default binds the client
    return calls


def sync_calls(url: str, stack: contextlib.ExitStack) -> dict[str, Call]:
    """Open each sync client; return what makes one call over it."""
    peer = stack.enter_context(langgraph_sdk.get_sync_client(url=url))
    raw = stack.enter_context(httpx.Client(base_url=url))
    calls: dict[str, Call] = {
        PEER: lambda: peer.threads.get(THREAD_ID),
        "httpx": lambda: raw.get(f"/threads/{THREAD_ID}").json(),
    }
    for name in ("httpx", "httpx2"):
        client = stack.enter_context(graphwire.get_sync_client(url=url, transport=name))
        calls[f"graphwire/{name}"] = lambda client=client: client.threads.get(THREAD_ID)  # type: ignore[misc]  # the default binds the client
    return calls


class Clock:
    """Takes the time of the rounds of each client."""

    def __init__(self, case: str) -> None:
        self._case = case
        self._taken: dict[str, list[tuple[float, float]]] = {}

    @contextlib.contextmanager
    def round(self, client: str) -> Iterator[None]:
        started = time.perf_counter(), time.process_time()
        yield
        spent = (time.perf_counter() - started[0], time.process_time() - started[1])
        self._taken.setdefault(client, []).append((spent[0] / CALLS, spent[1] / CALLS))

    def rows(self) -> Iterator[Row]:
        medians = {
            client: (median(one[0] for one in taken), median(one[1] for one in taken))
            for client, taken in self._taken.items()
        }
        peer = medians[PEER]
        for client, (seconds, busy) in medians.items():
            target = TARGETS.get((self._case, client))
            yield Row(self._case, client, seconds, busy, peer[0] / seconds, peer[1] / busy, target)


async def measure_async(url: str, concurrency: int, rounds: int) -> list[Row]:
    clock = Clock(f"async c={concurrency}")

    async def work(call: AsyncCall) -> None:
        for _ in range(CALLS // concurrency):
            await call()

    async with contextlib.AsyncExitStack() as stack:
        calls = await async_calls(url, stack)
        for call in calls.values():
            await asyncio.gather(*(call() for _ in range(concurrency)))
        for _ in range(rounds):
            for client, call in calls.items():
                with clock.round(client):
                    await asyncio.gather(*(work(call) for _ in range(concurrency)))
    return list(clock.rows())


def measure_sync(url: str, rounds: int) -> list[Row]:
    clock = Clock("sync")
    with contextlib.ExitStack() as stack:
        calls = sync_calls(url, stack)
        for call in calls.values():
            call()
        for _ in range(rounds):
            for client, call in calls.items():
                with clock.round(client):
                    for _ in range(CALLS):
                        call()
    return list(clock.rows())


def rows(rounds: int = ROUNDS) -> Iterator[Row]:
    """Measure every client in every case."""
    with running() as url:
        for concurrency in (1, 32):
            yield from asyncio.run(measure_async(url, concurrency, rounds))
        yield from measure_sync(url, rounds)


def main() -> None:
    print(f"{'case':11} {'client':18} {'µs':>8} {'CPU µs':>8} {'x peer':>7} {'x CPU':>7}  target")
    for row in rows():
        figures = (
            f"{row.seconds * 1e6:8.0f} {row.busy * 1e6:8.0f} {row.speed:7.2f} {row.thrift:7.2f}"
        )
        wanted = "" if row.target is None else f">= {row.target}"
        missed = row.target is not None and row.speed < row.target
        print(f"{row.case:11} {row.client:18} {figures}  {wanted}{'  MISSED' * missed}", flush=True)


if __name__ == "__main__":
    main()
