"""A named channel of the graph, and other data beside it, in the order in which it comes."""

from __future__ import annotations

from typing import Any

from graphwire import get_client

TASK = {"messages": [{"role": "user", "content": "An article on rivers"}]}


async def main(url: str | None = None) -> list[tuple[str, Any]]:
    """Run a graph that tells of its progress; return the progress and the sizes of the states."""
    seen = []
    async with (
        get_client(url) as client,
        client.threads.stream(assistant_id="newsroom") as thread,
    ):
        both = thread.interleave_projections(["progress", "values"])  # before the run starts
        await thread.run.start(input=TASK)
        async for name, item in both:
            seen.append((name, item["payload"] if name == "progress" else len(item["messages"])))
    return seen
