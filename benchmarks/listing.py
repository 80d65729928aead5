"""A list of 100 threads with ten messages each: the official SDK's dicts, Graphwire's models.

Run alone with `python -m benchmarks.listing`. The clients take turns in every round against one
server in a process of its own; figures are medians over the rounds. `decode` is the body alone,
without a server: what `orjson` makes of it, as the official SDK does, and what Graphwire makes.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from typing import TYPE_CHECKING

import langgraph_sdk
import orjson

import graphwire
from benchmarks.responder import LIST, running
from benchmarks.timing import PEER, AsyncCall, Call, Row, make_fair, time_async, time_sync
from graphwire_core._operations import threads as operations

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 100
CALLS = 2
"""Calls of a client in one round."""
LIMIT = 1.15
"""Most time, times the peer's; of a call."""


async def measure_async(url: str, rounds: int) -> list[Row]:
    async with contextlib.AsyncExitStack() as stack:
        peer = await stack.enter_async_context(langgraph_sdk.get_client(url=url))
        calls: dict[str, AsyncCall] = {PEER: lambda: peer.threads.search(limit=100)}
        for name in ("httpx", "httpx2", "aiohttp"):
            client = await stack.enter_async_context(graphwire.get_client(url=url, transport=name))
            calls[f"graphwire/{name}"] = lambda client=client: client.threads.search(limit=100)  # type: ignore[misc]  # the default binds the client
        return await time_async("async call", calls, CALLS, 1, rounds)


def measure_sync(url: str, rounds: int) -> list[Row]:
    with contextlib.ExitStack() as stack:
        peer = stack.enter_context(langgraph_sdk.get_sync_client(url=url))
        calls: dict[str, Call] = {PEER: lambda: peer.threads.search(limit=100)}
        for name in ("httpx", "httpx2"):
            client = stack.enter_context(graphwire.get_sync_client(url=url, transport=name))
            calls[f"graphwire/{name}"] = lambda client=client: client.threads.search(limit=100)  # type: ignore[misc]  # the default binds the client
        return time_sync("sync call", calls, CALLS, rounds)


def measure_decoding(rounds: int) -> list[Row]:
    operation = operations.search(limit=100)
    contenders: dict[str, Call] = {
        PEER: lambda: orjson.loads(LIST),
        "graphwire": lambda: operation.parse(operation.decode(LIST), {}),
    }
    return time_sync("decode", contenders, CALLS, rounds)


def rows(rounds: int = ROUNDS) -> Iterator[Row]:
    """Measure every client in every case."""
    with running() as url:
        yield from asyncio.run(measure_async(url, rounds))
        yield from measure_sync(url, rounds)
    yield from measure_decoding(rounds)


def main() -> None:
    make_fair()
    # A full collection walks all that this process has imported, and falls to whoever is next: what
    # is alive by now is left out of it.
    gc.freeze()
    print(f"{len(LIST) / 1000:.0f} KB; time times the peer's, lower is better")
    print(f"{'case':11} {'client':18} {'ms':>8} {'x peer':>7} {'x CPU':>7}  target")
    for row in rows():
        limited = row.case != "decode" and row.client != PEER
        slowness, busyness = 1 / row.speed, 1 / row.thrift
        wanted = f"<= {LIMIT}" if limited else ""
        missed = limited and slowness > LIMIT
        figures = f"{row.seconds * 1e3:8.2f} {slowness:7.2f} {busyness:7.2f}"
        print(f"{row.case:11} {row.client:18} {figures}  {wanted}{'  MISSED' * missed}", flush=True)


if __name__ == "__main__":
    main()
