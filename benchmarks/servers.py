"""Start-up and memory of the two servers of the test kit.

Run alone with `python -m benchmarks.servers`. Each kind is measured in a fresh process: the first
start there, a later one, a clearing between two tests, and what it adds to the memory.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from graphwire_core.testing import DevServer, InProcessServer

KINDS: dict[str, type[Any]] = {"own process": DevServer, "this process": InProcessServer}
GRAPH = f"{Path(__file__).resolve().parents[1] / 'tests' / 'server' / 'graphs' / 'echo.py'}:graph"
STARTS = 3
CLEARINGS = 20


def resident(pid: int) -> float:
    """Return the resident memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else float("nan")


def seconds_of(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def measure(kind: str) -> dict[str, float]:
    """Measure one kind in this process."""
    before = resident(os.getpid())
    starts, stops, clearings, memory = [], [], [], 0.0
    for _ in range(STARTS):
        server = KINDS[kind](graphs={"agent": GRAPH})
        starts.append(seconds_of(server.start))
        clearings += [seconds_of(server.clear) for _ in range(CLEARINGS)]
        own = server.pid == os.getpid()
        memory = resident(server.pid) - (before if own else 0.0)
        stops.append(seconds_of(server.stop))
    return {
        "first": starts[0],
        "later": median(starts[1:]),
        "clear": median(clearings),
        "stop": median(stops),
        "memory": memory,
    }


def main() -> None:
    print(f"{'server':14} {'first s':>8} {'later s':>8} {'clear ms':>9} {'stop s':>7} {'MB':>6}")
    for kind in KINDS:
        with tempfile.TemporaryFile("w+") as out:
            command = [sys.executable, "-m", "benchmarks.servers", kind]
            subprocess.run(command, stdout=out, check=True)
            out.seek(0)
            row = json.loads(out.read().splitlines()[-1])
        times = f"{row['first']:8.2f} {row['later']:8.2f} {row['clear'] * 1e3:9.1f}"
        print(f"{kind:14} {times} {row['stop']:7.2f} {row['memory']:6.0f}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
