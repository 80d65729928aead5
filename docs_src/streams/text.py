"""Print what models say while they say it, then what they asked for and what it cost."""

from __future__ import annotations

import asyncio

from graphwire import get_client
from graphwire_stream.messages import Message


async def main(url: str | None = None) -> list[Message]:
    """Ask the example agent about the weather; return the messages of the run."""
    question = {"messages": [{"role": "human", "content": "what's the weather in la"}]}
    async with get_client(url) as client:
        thread = await client.threads.create()
        stream = client.runs.stream(
            thread.thread_id, "agent", input=question, stream_mode="messages-tuple"
        )
        async with stream:
            async for token in stream.text:
                print(token, end="" if not token.message.done else "\n", flush=True)
        for message in stream.messages:
            for call in message.tool_calls:
                print("called:", call.name, call.args)
            if message.usage is not None:
                print("tokens:", message.usage.total_tokens)
        return stream.messages


if __name__ == "__main__":
    asyncio.run(main())
