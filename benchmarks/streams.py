"""Run streams: decoding, throughput, CPU, latency and memory beside the official SDK.

Run alone with `python -m benchmarks.streams`. The clients take turns in every round against one
server in a process of its own; figures are medians over the rounds. Graphwire yields validated
parts (`version="v2"`), and follows each run as its defaults are; the official SDK yields its own
default parts. Beside each figure stands its target, and whether it was missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import httpx
import langgraph_sdk

import graphwire
from benchmarks import sse
from benchmarks.streamer import PATH, THREAD_ID, running
from graphwire_stream._events import data_of
from graphwire_stream._sse import SSEDecoder
from graphwire_stream.parts import parse_part

PEER = "langgraph-sdk"
RAW = "httpx"
HTTPX = "graphwire/httpx"
HTTPX2 = "graphwire/httpx2"
AIOHTTP = "graphwire/aiohttp"
ROUNDS = 5
STREAMS = 100
EVENTS = 1000
"""Events of each stream where throughput is measured."""
PACED = 50
"""Events of each stream where latency is measured, 20 a second."""
FIRSTS = 40
"""Streams of a round whose first event is waited for, one after the other."""
MILLION = 1_000_000

Read = Callable[[str], AsyncIterator[Any]]
"""Starts a run, and iterates over its parts."""
SyncRead = Callable[[str], Iterator[Any]]


class Row(NamedTuple):
    """One client in one case."""

    case: str
    client: str
    figures: str
    speed: float | None
    """Times as good as the official SDK."""
    target: str = ""
    met: bool = True


class Target(NamedTuple):
    """Least speed, times the peer's."""

    least: float

    def row(self, case: str, client: str, figures: str, speed: float) -> Row:
        return Row(case, client, figures, speed, f">= {self.least}", speed >= self.least)


THROUGHPUT = {HTTPX: Target(1.3), AIOHTTP: Target(4.5)}
DECODING = {"small": Target(1.3), "large": Target(1.1)}
FIRST_LIMIT = 0.3e-3
"""Seconds that the first event may take longer than over raw httpx."""
P99_LIMITS = {HTTPX: 1.0, AIOHTTP: 0.1}
"""Of the peer's 99th percentile."""
GROWTH_LIMIT = 2.0
"""MB."""


def row(case: str, client: str, figures: str, speed: float, target: Target | None) -> Row:
    return target.row(case, client, figures, speed) if target else Row(case, client, figures, speed)


async def clients(url: str, stack: contextlib.AsyncExitStack) -> dict[str, Read]:
    """Open every async client."""
    peer = await stack.enter_async_context(langgraph_sdk.get_client(url=url))
    reads: dict[str, Read] = {
        PEER: lambda kind: peer.runs.stream(THREAD_ID, kind, stream_mode="messages-tuple")
    }
    for name in (HTTPX, HTTPX2, AIOHTTP):
        transport = name.partition("/")[2]
        client = await stack.enter_async_context(graphwire.get_client(url=url, transport=transport))
        reads[name] = lambda kind, client=client: aiter(  # type: ignore[misc]  # the default binds the client
            client.runs.stream(THREAD_ID, kind, stream_mode="messages-tuple", version="v2")
        )
    return reads


def sync_clients(url: str, stack: contextlib.ExitStack) -> dict[str, SyncRead]:
    """Open every sync client."""
    peer = stack.enter_context(langgraph_sdk.get_sync_client(url=url))
    reads: dict[str, SyncRead] = {
        PEER: lambda kind: peer.runs.stream(THREAD_ID, kind, stream_mode="messages-tuple")
    }
    for name in (HTTPX, HTTPX2):
        transport = name.partition("/")[2]
        client = stack.enter_context(graphwire.get_sync_client(url=url, transport=transport))
        reads[name] = lambda kind, client=client: iter(  # type: ignore[misc]  # the default binds the client
            client.runs.stream(THREAD_ID, kind, stream_mode="messages-tuple", version="v2")
        )
    return reads


def bodies() -> Iterator[tuple[str, list[bytes], int]]:
    """Yield the name of a case, the chunks of a body, and how many events they hold."""
    small = [sse.frame(sse.message("token " * 4, n), n) for n in range(10_000)]
    yield f"small events ({len(small[0])} B)", sse.in_chunks(b"".join(small), 65_536), len(small)
    messages = [json.loads(sse.message("word " * 60, n))[0] for n in range(138)]
    history = json.dumps({"messages": messages}, separators=(",", ":")).encode()
    large = [sse.frame(history, n, b"values") for n in range(200)]
    name = f"large events ({len(large[0]) // 1000} KB)"
    yield name, sse.in_chunks(b"".join(large), 65_536), len(large)


def decode_validated(chunks: list[bytes]) -> Iterator[tuple[str, Any]]:
    """Decode as a run stream does, typed parts included."""
    decoder = SSEDecoder()
    for piece in chunks:
        for event in decoder.feed(piece):
            part = parse_part(event.event, data_of(event), event.id)
            yield part.type, part.data


def decoding(rounds: int = ROUNDS) -> Iterator[Row]:
    """Decode from memory: bytes to typed parts, against bytes to the peer's parts."""
    for case, chunks, events in bodies():
        taken: dict[str, list[float]] = {PEER: [], "graphwire": []}
        for _ in range(rounds):
            for name, decode in ((PEER, sse.decode_peer), ("graphwire", decode_validated)):
                begun = time.process_time()
                count = sum(1 for _ in decode(chunks))
                taken[name].append(time.process_time() - begun)
                assert count == events
        for name, times in taken.items():
            each = median(times) / events
            target = DECODING.get(case.split()[0]) if name != PEER else None
            speed = median(taken[PEER]) / median(times)
            yield row(f"decode {case}", name, f"{each * 1e6:.1f} CPU µs/event", speed, target)


async def exhaust(parts: AsyncIterator[Any]) -> int:
    count = 0
    async for _ in parts:
        count += 1
    return count


async def throughput(reads: dict[str, Read], rounds: int = ROUNDS) -> list[Row]:
    """Read a hundred streams at once, as fast as they come."""
    case = f"{STREAMS} runs x {EVENTS} events"
    spent: dict[str, list[float]] = {name: [] for name in reads}
    for _ in range(rounds):
        for name, read in reads.items():
            begun = time.process_time()
            kind = f"burst:{EVENTS}"
            counts = await asyncio.gather(*(exhaust(read(kind)) for _ in range(STREAMS)))
            spent[name].append((time.process_time() - begun) / sum(counts))
            assert counts == [EVENTS + 1] * STREAMS
    peer = median(spent[PEER])
    return [
        row(case, name, f"{each * 1e6:.1f} CPU µs/event", peer / each, THROUGHPUT.get(name))
        for name, each in ((name, median(times)) for name, times in spent.items())
    ]


def sync_throughput(url: str, rounds: int = ROUNDS) -> Iterator[Row]:
    """Read streams one after the other."""
    with contextlib.ExitStack() as stack:
        reads = sync_clients(url, stack)
        spent: dict[str, list[float]] = {name: [] for name in reads}
        for _ in range(rounds):
            for name, read in reads.items():
                begun = time.process_time()
                count = sum(1 for _ in range(10) for _ in read(f"burst:{EVENTS}"))
                spent[name].append((time.process_time() - begun) / count)
                assert count == 10 * (EVENTS + 1)
    for name, times in spent.items():
        each = median(times)
        figures = f"{each * 1e6:.1f} CPU µs/event"
        yield row(f"sync, {EVENTS} events", name, figures, median(spent[PEER]) / each, None)


async def first_of(parts: AsyncIterator[Any]) -> float:
    """Return the seconds until the first event; read the others."""
    begun = time.perf_counter()
    await anext(parts)
    seconds = time.perf_counter() - begun
    await exhaust(parts)
    return seconds


async def raw(url: str, client: httpx.AsyncClient, kind: str) -> AsyncIterator[bytes]:
    """Read a stream with httpx alone, undecoded."""
    body = {"assistant_id": kind, "stream_mode": "messages-tuple"}
    target = f"{url}{PATH.rpartition('/')[0]}/stream"
    async with client.stream("POST", target, json=body) as response:
        async for piece in response.aiter_bytes():
            yield piece


async def first_events(url: str, reads: dict[str, Read], rounds: int = ROUNDS) -> list[Row]:
    """Wait for the first event of a run, one run at a time."""
    async with httpx.AsyncClient() as client:
        contenders = {RAW: lambda kind: raw(url, client, kind), **reads}
        taken: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, read in contenders.items():
                times = [await first_of(read("burst:3")) for _ in range(FIRSTS)]
                taken[name].append(median(times))
    rows = []
    for name, times in taken.items():
        seconds, added = median(times), median(times) - median(taken[RAW])
        figures = f"{seconds * 1e3:.2f} ms, {added * 1e3:+.2f} over httpx"
        judged = name == HTTPX
        target = f"<= {FIRST_LIMIT * 1e3} ms added" if judged else ""
        met = not judged or added <= FIRST_LIMIT
        rows.append(Row("first event", name, figures, median(taken[PEER]) / seconds, target, met))
    return rows


async def delays_of(parts: AsyncIterator[Any], offset: float) -> list[float]:
    """Return the seconds from each write to its part here; begin after an offset."""
    await asyncio.sleep(offset)
    delays = []
    async for part in parts:
        now = time.monotonic()  # one clock for all processes of a machine
        if "at" in part.data:
            delays.append(now - part.data["at"])
    return delays


async def paced(reads: dict[str, Read], rounds: int = ROUNDS) -> list[Row]:
    """Follow a hundred streams of 20 events a second, spread over the time between two events."""
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in P99_LIMITS}
    taken = {PEER: [], **taken}
    for _ in range(rounds):
        for name in taken:
            begun = time.process_time()
            streams = [
                delays_of(reads[name](f"paced:{PACED}"), 0.05 * number / STREAMS)
                for number in range(STREAMS)
            ]
            delays = [delay for some in await asyncio.gather(*streams) for delay in some]
            assert len(delays) == PACED * STREAMS
            cpu = (time.process_time() - begun) / len(delays)
            cuts = quantiles(delays, n=100)
            taken[name].append((cuts[49], cuts[98], cpu))
    p99 = median(one[1] for one in taken[PEER])
    rows = []
    for name, some in taken.items():
        middle, late, cpu = (median(one[index] for one in some) for index in range(3))
        figures = (
            f"p50 {middle * 1e3:.2f} ms, p99 {late * 1e3:.2f} ms, {cpu * 1e6:.0f} CPU µs/event"
        )
        limit = P99_LIMITS.get(name)
        target = f"p99 <= {limit} of the peer's" if limit else ""
        met = limit is None or late <= limit * p99
        rows.append(Row(f"{STREAMS} paced runs", name, figures, p99 / late, target, met))
    return rows


def resident() -> float:
    """Return the memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def grow(url: str, name: str, kind: str) -> float:
    """Read a stream of a million events; return the growth in MB after the first ten thousand."""
    async with contextlib.AsyncExitStack() as stack:
        parts = (await clients(url, stack))[name](f"{kind}:{MILLION}")
        before = count = 0.0
        async for _ in parts:
            count += 1
            if count == 10_000:
                before = resident()
        assert count == MILLION + 1
        return resident() - before


def memory(url: str) -> Iterator[Row]:
    """Let processes of their own read a million events each, at the same time.

    The stream of a message keeps the message, so that its growth is no less than the text.
    """
    command = [sys.executable, "-m", "benchmarks.streams", url]
    readers = {
        (name, kind): subprocess.Popen([*command, name, kind], stdout=subprocess.PIPE, text=True)
        for name, kind in ((HTTPX, "custom"), (AIOHTTP, "custom"), (AIOHTTP, "tokens"))
    }
    for (name, kind), process in readers.items():
        said, _ = process.communicate()
        growth = json.loads(said)
        judged = kind == "custom"
        target = f"<= {GROWTH_LIMIT} MB" if judged else ""
        met = not judged or growth <= GROWTH_LIMIT
        yield Row(f"a million events, {kind}", name, f"{growth:+.2f} MB", None, target, met)


async def over_the_wire(url: str) -> AsyncIterator[Row]:
    async with contextlib.AsyncExitStack() as stack:
        reads = await clients(url, stack)
        for read in reads.values():
            await exhaust(read("burst:10"))
        for measured in (throughput(reads), first_events(url, reads), paced(reads)):
            for found in await measured:
                yield found


def show(found: Row) -> None:
    speed = "" if found.speed is None else f"{found.speed:.2f}"
    verdict = "" if found.met else "  MISSED"
    print(
        f"{found.case:34} {found.client:17} {found.figures:48} {speed:>7}  {found.target}{verdict}",
        flush=True,
    )


async def show_all(rows: AsyncIterator[Row]) -> None:
    async for found in rows:
        show(found)


def main(arguments: list[str]) -> None:
    os.environ["GRAPHWIRE_PLUGINS"] = "aiohttp,httpx2"  # what observes calls has a cost of its own
    if arguments:
        print(asyncio.run(grow(*arguments)))
        return
    gc.collect()
    gc.freeze()  # what is imported: a full collection in one's turn would walk the other's modules
    print(f"{'case':34} {'client':17} {'':48} {'x peer':>7}  target")
    for found in decoding():
        show(found)
    with running() as url:
        asyncio.run(show_all(over_the_wire(url)))
        for found in (*sync_throughput(url), *memory(url)):
            show(found)


if __name__ == "__main__":
    main(sys.argv[1:])
