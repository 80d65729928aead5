"""Read a run in two processes: the first one keeps its cursor, the second goes on from there."""

from __future__ import annotations

from pathlib import Path

from graphwire import get_sync_client


def start(file: Path, url: str | None = None) -> list[int]:
    """Start a run, read some of it, and stop as a process that is restarted does."""
    seen: list[int] = []
    with get_sync_client(url) as client:
        thread = client.threads.create()
        with client.runs.stream(
            thread.thread_id,
            "slow",
            input={"count": 10, "delay": 0.02},
            stream_mode="custom",
            stream_resumable=True,
            on_disconnect="continue",
            version="v2",
        ) as stream:
            for part in stream:
                if part.type == "custom":
                    seen.append(part.data["i"])
                file.write_text(str(stream.cursor))
                if len(seen) == 3:
                    break
    return seen


def go_on(file: Path, url: str | None = None) -> list[int]:
    """Read the rest: no part twice, none missing."""
    with get_sync_client(url) as client:
        stream = client.runs.resume(file.read_text(), version="v2", on_gap="raise")
        return [part.data["i"] for part in stream if part.type == "custom"]
