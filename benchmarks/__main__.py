"""Every benchmark, one after the other: what `make bench` prints.

Each module runs its contenders in turns within one run, and prints its own table.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
PARTS = {"__init__", "__main__", "responder", "serving", "streamer", "threader", "timing"}
"""Modules that measure nothing by themselves."""


def main() -> int:
    """Run each benchmark in a process of its own; return 1 when one of them failed."""
    failed = []
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem in PARTS:
            continue
        print(f"\n== {path.stem}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{path.stem}"], check=False)
        if done.returncode:
            failed.append(path.stem)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
