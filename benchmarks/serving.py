"""The servers of the benchmarks, each in a process of its own that ends with whoever started it."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def process_of(module: str) -> Iterator[str]:
    """Run a module that is a server; yield its URL."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", module], stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


async def serve_until_left(port: int) -> None:
    """Say where the server listens, and wait until whoever started it is gone."""
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
