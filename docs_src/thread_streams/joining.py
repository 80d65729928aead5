"""A thread that somebody else has started, followed from another client."""

from __future__ import annotations

from typing import Any

from graphwire import get_client

QUESTION = {"messages": [{"role": "user", "content": "What is the weather in LA?"}]}


async def follow(url: str | None, thread_id: str) -> str:
    """Return what the models of a thread's current run say, from its start."""
    async with (
        get_client(url) as client,
        client.threads.stream(thread_id, assistant_id="agent", transport="websocket") as thread,
    ):
        return "".join([token async for token in thread.text()])


async def main(url: str | None = None) -> tuple[str, Any]:
    """Start a run, follow it elsewhere, and return what was heard there and its output here."""
    async with (
        get_client(url) as client,
        client.threads.stream(assistant_id="agent") as thread,
    ):
        await thread.run.start(input=QUESTION)
        return await follow(url, thread.thread_id), await thread.output
