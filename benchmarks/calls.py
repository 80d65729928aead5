"""One call, a small GET: the official SDK, raw httpx, and Graphwire over each of its transports.

Run alone with `python -m benchmarks.calls`. The clients take turns in every round against one
server in a process of its own; figures are medians over the rounds. Graphwire validates each
answer and has its retries on.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import httpx
import langgraph_sdk

import graphwire
from benchmarks.responder import THREAD_ID, running
from benchmarks.timing import PEER, AsyncCall, Call, Row, make_fair, time_async, time_sync

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 7
CALLS = 320
"""Calls of a client in one round."""
TARGETS = {
    ("async c=1", "graphwire/httpx"): 1.7,
    ("async c=32", "graphwire/httpx"): 2.5,
    ("async c=1", "graphwire/aiohttp"): 5.0,
    ("async c=32", "graphwire/aiohttp"): 15.0,
    ("sync", "graphwire/httpx"): 1.8,
}
"""Least speed, times the peer's."""


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


async def measure_async(url: str, concurrency: int, rounds: int) -> list[Row]:
    async with contextlib.AsyncExitStack() as stack:
        calls = await async_calls(url, stack)
        return await time_async(f"async c={concurrency}", calls, CALLS, concurrency, rounds)


def measure_sync(url: str, rounds: int) -> list[Row]:
    with contextlib.ExitStack() as stack:
        return time_sync("sync", sync_calls(url, stack), CALLS, rounds)


def rows(rounds: int = ROUNDS) -> Iterator[Row]:
    """Measure every client in every case."""
    with running() as url:
        for concurrency in (1, 32):
            yield from asyncio.run(measure_async(url, concurrency, rounds))
        yield from measure_sync(url, rounds)


def main() -> None:
    make_fair()
    print(f"{'case':11} {'client':18} {'µs':>8} {'CPU µs':>8} {'x peer':>7} {'x CPU':>7}  target")
    for row in rows():
        target = TARGETS.get((row.case, row.client))
        figures = (
            f"{row.seconds * 1e6:8.0f} {row.busy * 1e6:8.0f} {row.speed:7.2f} {row.thrift:7.2f}"
        )
        wanted = "" if target is None else f">= {target}"
        missed = target is not None and row.speed < target
        print(f"{row.case:11} {row.client:18} {figures}  {wanted}{'  MISSED' * missed}", flush=True)


if __name__ == "__main__":
    main()
