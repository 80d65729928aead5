"""Tools and subgraphs, as they work: everything in one loop, over one connection."""

from __future__ import annotations

from graphwire import get_client

TASK = {"messages": [{"role": "user", "content": "An article on rivers"}]}


async def main(url: str | None = None) -> list[str]:
    """Run a graph with tools and two levels of subgraphs; return what was seen."""
    seen = []
    async with (
        get_client(url) as client,
        client.threads.stream(assistant_id="newsroom") as thread,
    ):
        await thread.run.start(input=TASK)
        async for call in thread.tool_calls:
            seen += [f"{call.name} writes {delta}" async for delta in call.deltas]
            seen.append(f"{call.name} failed: {call.error}" if call.error else call.name)
        async for subgraph in thread.subgraphs:
            async for inner in subgraph.subgraphs:
                said = [await message.text async for message in inner.messages]
                seen.append(f"{inner.graph_name}: {' '.join(said)}")
            seen.append(f"{subgraph.graph_name} {subgraph.status}")
    return seen
