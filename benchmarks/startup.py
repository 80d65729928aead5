"""Import and one client: the official SDK, raw httpx, and Graphwire.

Run alone with `python -m benchmarks.startup`. Each measurement is a process of its own, the
contenders take turns, and medians over the rounds count. Memory is what a process holds beyond a
bare interpreter. `click` and `rich` are kept from being imported: httpx imports its command line
where they are installed, as they are here and seldom elsewhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from typing import NamedTuple

ROUNDS = 9
PEER = "langgraph-sdk"
URL = "http://localhost:8123"
CONTENDERS = {
    "python": "pass",
    PEER: f"from langgraph_sdk import get_client; client = get_client(url={URL!r})",
    "httpx": f"import httpx; client = httpx.AsyncClient(base_url={URL!r})",
    "graphwire": f"from graphwire import get_client; client = get_client(url={URL!r})",
    "graphwire sync": f"from graphwire import get_sync_client; client = get_sync_client({URL!r})",
    "graphwire core": f"from graphwire_core import AsyncClient; client = AsyncClient({URL!r})",
}
CODE = """
import sys, time, resource
sys.modules["click"] = sys.modules["rich"] = None
started = time.perf_counter()
{statement}
taken = time.perf_counter() - started
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(sys.modules))
"""
TIME_LIMIT, MEMORY_LIMIT = 0.5, 0.7
"""Most time and memory, times the peer's."""


class Start(NamedTuple):
    """One process."""

    seconds: float
    memory: float
    """In MB."""
    modules: float


def start(statement: str) -> Start:
    """Run a statement in a process of its own."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GRAPHWIRE_")
    }
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(statement=statement)],
        env=environment | {"GRAPHWIRE_PLUGINS": "aiohttp,httpx2"},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, memory, modules = map(float, done.stdout.split())
    return Start(seconds, memory / 1024, modules)


def rows(rounds: int = ROUNDS) -> dict[str, Start]:
    """Measure every contender; memory is beyond that of a bare interpreter."""
    taken: dict[str, list[Start]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name, statement in CONTENDERS.items():
            taken[name].append(start(statement))
    medians = {
        name: Start(*(median(column) for column in zip(*starts, strict=True)))
        for name, starts in taken.items()
    }
    bare = medians.pop("python")
    return {name: one._replace(memory=one.memory - bare.memory) for name, one in medians.items()}


def main() -> None:
    measured = rows()
    peer = measured[PEER]
    print(f"{'':15} {'ms':>7} {'x peer':>7} {'MB':>7} {'x peer':>7} {'modules':>8}  target")
    for name, one in measured.items():
        limited = name.startswith("graphwire")
        time, memory = one.seconds / peer.seconds, one.memory / peer.memory
        wanted = f"<= {TIME_LIMIT}, <= {MEMORY_LIMIT}" if limited else ""
        missed = limited and (time > TIME_LIMIT or memory > MEMORY_LIMIT)
        figures = f"{one.seconds * 1e3:7.0f} {time:7.2f} {one.memory:7.1f} {memory:7.2f}"
        print(f"{name:15} {figures} {one.modules:8.0f}  {wanted}{'  MISSED' * missed}", flush=True)


if __name__ == "__main__":
    main()
