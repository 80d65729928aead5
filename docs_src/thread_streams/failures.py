"""What to do when a run fails, takes too long, or cannot be followed any more."""

from __future__ import annotations

from graphwire import get_client
from graphwire.errors import RequestTimeout, RunFailedError, StreamInterrupted


async def main(url: str | None = None, graph: str = "failing") -> str:
    """Run a graph; return how it went."""
    async with (
        get_client(url) as client,
        client.threads.stream(assistant_id=graph, timeout=30) as thread,
    ):
        started = await thread.run.start(input={"x": 1, "count": 50, "delay": 0.1})
        try:
            return f"done: {await thread.result(timeout=2)}"
        except RunFailedError as error:
            return f"failed: {error.message}"
        except RequestTimeout:
            await client.runs.cancel(thread.thread_id, started.run_id)
            return "too slow"
        except StreamInterrupted as error:
            return f"lost, look at run {error.cursor} later"
