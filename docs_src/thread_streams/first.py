"""Print what a model says, and which tools it calls, while it does."""

from __future__ import annotations

from typing import Any

from graphwire import get_client

QUESTION = {"messages": [{"role": "user", "content": "What is the weather in LA?"}]}


async def main(url: str | None = None) -> Any:
    """Run the example agent; return the state that it ends with."""
    async with (
        get_client(url) as client,
        client.threads.stream(assistant_id="agent") as thread,
    ):
        await thread.run.start(input=QUESTION)
        async for message in thread.messages:
            async for token in message.text:
                print(token, end="", flush=True)
            for call in await message.tool_calls:
                print(f"\n{call.name}: {call.args}")
        return await thread.output
