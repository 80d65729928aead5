"""Thread streams: fan-out, latency and memory beside the official SDK.

Run alone with `python -m benchmarks.thread_streams`. The clients take turns in every round against
one server in a process of its own; figures are medians over the rounds. A reader is a loop over
`thread.messages`, each message put together from its events; counted are events of the connection
per second of the client's CPU, whatever the number of readers. `plain` readers iterate over the
events themselves, as validated models (the official SDK's are dicts).
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
from collections.abc import Callable, Iterator
from statistics import median, quantiles
from typing import Any, NamedTuple

import langgraph_sdk

import graphwire
from benchmarks.threader import running

PEER = "langgraph-sdk"
HTTPX = "graphwire/httpx"
AIOHTTP = "graphwire/aiohttp"
ROUNDS = 5
STREAMS = 40
EVENTS = 900
"""Events of each stream: the official SDK's readers lose events beyond 1,024 that wait."""
TURNS = 3
PER_MESSAGE = 30
"""Events of each message."""
PACED = 40
"""Events of each stream where latency is measured, 20 a second."""
MESSAGES = 6000
DELTAS = 6
"""Events of each message where memory is measured."""
CASES = (
    ("sse", "messages", 1),
    ("sse", "messages", 4),
    ("sse", "messages", 16),
    ("sse", "plain", 1),
    ("websocket", "messages", 1),
    ("websocket", "messages", 16),
)
TARGETS = {
    ("sse", 1, HTTPX): 1.5,
    ("sse", 16, HTTPX): 3.0,
    ("sse", 1, AIOHTTP): 5.0,
    ("sse", 16, AIOHTTP): 5.0,
    ("websocket", 1, HTTPX): 1.6,
}
MEMORY_LIMIT = 1.0
"""KB that may stay of each message that nobody holds."""


class Row(NamedTuple):
    """One client in one case."""

    case: str
    client: str
    figures: str
    ratio: float | None
    target: str = ""
    met: bool = True


def thread_id(number: int, count: int, per_message: int, pause: float = 0) -> str:
    """Return the id of a thread that says what its run is like."""
    tail = f"{count:06x}{per_message:04x}{int(pause * 1000):02x}"
    return f"{number:08x}-0000-4000-8000-{tail}"


def client_of(name: str, url: str) -> Any:
    if name == PEER:
        return langgraph_sdk.get_client(url=url)
    return graphwire.get_client(url=url, transport=name.partition("/")[2])


async def fan_out(client: Any, way: str, thread: str, readers: int, *, plain: bool = False) -> int:
    """Start a run and read it once per reader; return how many items they read."""

    async def read(stream: Any) -> int:
        count = 0
        async for _ in stream.subscribe(["messages"]) if plain else stream.messages:
            count += 1
        return count

    async with client.threads.stream(thread, assistant_id="bench", transport=way) as stream:
        await stream.run.start(input={})
        return sum(await asyncio.gather(*(read(stream) for _ in range(readers))))


async def throughput(name: str, url: str, way: str, readers: int, *, plain: bool) -> float:
    """Return events of the connections per second of CPU."""
    each = EVENTS if plain else EVENTS // PER_MESSAGE
    spent = 0.0
    async with client_of(name, url) as client:
        await fan_out(client, way, thread_id(999, 100, PER_MESSAGE), 1)
        for turn in range(TURNS):
            begun = time.process_time()
            counts = await asyncio.gather(
                *(
                    fan_out(
                        client,
                        way,
                        thread_id(turn * STREAMS + number + 1, EVENTS, PER_MESSAGE),
                        readers,
                        plain=plain,
                    )
                    for number in range(STREAMS)
                )
            )
            spent += time.process_time() - begun
            if sum(counts) != STREAMS * each * readers:
                lost = STREAMS * each * readers - sum(counts)
                print(f"   {name}: {lost} of {sum(counts) + lost} items were lost", flush=True)
    return TURNS * STREAMS * EVENTS / spent


async def latency(name: str, url: str, way: str) -> list[float]:
    """Return the seconds from write to reader of the events of paced streams."""

    async def one(client: Any, number: int) -> list[float]:
        waits = []
        thread = thread_id(number + 1, PACED, PACED, 0.05)
        async with client.threads.stream(thread, assistant_id="bench", transport=way) as stream:
            await stream.run.start(input={})
            async for event in stream.subscribe(["messages"]):
                data = event["params"]["data"]
                if data["event"] == "content-block-delta":
                    waits.append(time.time() - float(data["delta"]["text"]))
        return waits

    async with client_of(name, url) as client:
        every = await asyncio.gather(*(one(client, number) for number in range(STREAMS)))
    return [wait for waits in every for wait in waits]


async def memory(name: str, url: str) -> float:
    """Return the KB that a session keeps of each message that was read to its end."""
    thread = thread_id(1, MESSAGES * DELTAS, DELTAS)
    async with client_of(name, url) as client:
        await fan_out(client, "sse", thread_id(2, 100, DELTAS), 1)
        gc.collect()
        before = resident()
        async with client.threads.stream(thread, assistant_id="bench") as stream:
            await stream.run.start(input={})
            count = 0
            with contextlib.suppress(asyncio.TimeoutError):
                async with asyncio.timeout(60):
                    async for message in stream.messages:
                        async for _ in message.text:
                            pass
                        count += 1
            gc.collect()
            kept = resident() - before
    if count != MESSAGES:
        print(f"   {name}: read {count} of {MESSAGES} messages", flush=True)
    return kept / max(count, 1)


def resident() -> float:
    """Return the KB of memory that this process uses."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


def measured(what: str, name: str, url: str, *arguments: str) -> Any:
    """Run one contender in a process of its own, and return what it printed."""
    command = [sys.executable, "-m", "benchmarks.thread_streams", what, name, url, *arguments]
    environment = os.environ | {"GRAPHWIRE_PLUGINS": "aiohttp,httpx2", "PYTHONUNBUFFERED": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    *notes, figure = done.stdout.strip().splitlines()
    if notes:
        print("\n".join(notes), flush=True)
    return json.loads(figure)


def in_turns(names: list[str], measure: Callable[[str], Any], rounds: int) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            found[name].append(measure(name))
    return found


def rows(url: str) -> Iterator[Row]:
    for way, kind, readers in CASES:
        names = [PEER, HTTPX, AIOHTTP] if way == "sse" else [PEER, HTTPX]
        found = in_turns(
            names,
            lambda name, case=(way, kind, readers): measured(  # type: ignore[misc]
                "throughput", name, url, *map(str, case)
            ),
            ROUNDS,
        )
        peer = median(found[PEER])
        for name in names:
            speed = median(found[name])
            target = TARGETS.get((way, readers, name)) if kind == "messages" else None
            yield Row(
                f"{way}, {readers} {kind}",
                name,
                f"{speed:10,.0f} events/CPU s",
                speed / peer,
                f">= {target}" if target else "",
                target is None or speed / peer >= target,
            )
    yield from latencies(url)
    yield from memories(url)


def latencies(url: str) -> Iterator[Row]:
    names = [PEER, HTTPX, AIOHTTP]
    found = in_turns(names, lambda name: measured("latency", name, url, "sse"), 3)
    peer = 0.0
    for name in names:
        waits = [wait for one in found[name] for wait in one]
        p50, p99 = median(waits) * 1000, quantiles(waits, n=100)[98] * 1000
        peer = peer or p99
        limit = {HTTPX: 1.0, AIOHTTP: 0.1}.get(name)
        yield Row(
            "sse, paced",
            name,
            f"p50 {p50:6.2f} ms, p99 {p99:6.2f} ms",
            p99 / peer,
            f"<= {limit} of its p99" if limit else "",
            limit is None or p99 <= limit * peer,
        )


def memories(url: str) -> Iterator[Row]:
    """Measure the clients of this SDK alone.

    The server writes faster than messages are read one by one; the official SDK loses what is
    beyond 1,024 events then, and waits for the end of its first message for ever.
    """
    names = [HTTPX, AIOHTTP]
    found = in_turns(names, lambda name: measured("memory", name, url), 3)
    for name in names:
        kept = median(found[name])
        yield Row(
            f"memory of {MESSAGES} messages",
            name,
            f"{kept:6.2f} KB kept per message",
            None,
            f"<= {MEMORY_LIMIT} KB",
            kept <= MEMORY_LIMIT,
        )


def main(arguments: list[str]) -> int:
    """Measure one contender, or all of them in turns."""
    if arguments:
        what, name, url, *rest = arguments
        figure: Any
        if what == "throughput":
            figure = asyncio.run(
                throughput(name, url, rest[0], int(rest[2]), plain=rest[1] == "plain")
            )
        elif what == "latency":
            figure = asyncio.run(latency(name, url, rest[0]))
        else:
            figure = asyncio.run(memory(name, url))
        print(json.dumps(figure))
        return 0
    print(f"{'case':26} {'client':18} {'figures':34} {'x peer':>7}  target")
    with running() as url:
        for row in rows(url):
            ratio = f"{row.ratio:7.2f}" if row.ratio is not None else " " * 7
            missed = "" if row.met else "  MISSED"
            print(f"{row.case:26} {row.client:18} {row.figures:34} {ratio}  {row.target}{missed}")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
