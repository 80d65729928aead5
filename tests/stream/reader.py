"""A process that reads a run, keeps its cursor in a file, and may die at any part.

`python -m tests.stream.reader URL FILE COLOUR PARTS` starts a run, or goes on with that of the
file, prints what comes and, after so many parts, ends as a process that is killed does.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from graphwire import get_client, get_sync_client

RUN: dict[str, Any] = {
    "input": {"count": 12, "delay": 0.02},
    "stream_mode": ["custom", "values"],
    "stream_resumable": True,
    "on_disconnect": "continue",
    "version": "v2",
}


def told(part: Any, stream: Any, file: Path, left: int) -> int:
    """Print a part and keep the cursor; die when enough were printed."""
    print(part.type, part.data["i"] if part.type == "custom" else "", flush=True)
    file.write_text(str(stream.cursor))
    if left == 1:
        os._exit(0)
    return left - 1


async def read(url: str, file: Path, cursor: str | None, left: int) -> None:
    async with get_client(url) as client:
        if cursor is not None:
            stream: Any = client.runs.resume(cursor)
        else:
            thread = await client.threads.create()
            stream = client.runs.stream(thread.thread_id, "slow", **RUN)
        async for part in stream:
            left = told(part, stream, file, left)


def read_sync(url: str, file: Path, cursor: str | None, left: int) -> None:
    with get_sync_client(url) as client:
        if cursor is not None:
            stream: Any = client.runs.resume(cursor)
        else:
            thread = client.threads.create()
            stream = client.runs.stream(thread.thread_id, "slow", **RUN)
        for part in stream:
            left = told(part, stream, file, left)


if __name__ == "__main__":
    url, name, colour, parts = sys.argv[1:]
    file = Path(name)
    cursor = file.read_text() if file.exists() else None
    if colour == "sync":
        read_sync(url, file, cursor, int(parts))
    else:
        asyncio.run(read(url, file, cursor, int(parts)))
