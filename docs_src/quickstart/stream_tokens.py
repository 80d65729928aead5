"""Stream a run and print the words of the model as they arrive."""

from __future__ import annotations

import asyncio

from graphwire import get_client


async def main(url: str | None = None) -> str:
    """Ask the example agent about the weather; return what it said."""
    words: list[str] = []
    question = {"messages": [{"role": "human", "content": "what's the weather in la"}]}
    async with get_client(url) as client:
        thread = await client.threads.create()
        async with client.runs.stream(
            thread.thread_id,
            "agent",
            input=question,
            stream_mode=["messages-tuple", "updates"],
            version="v2",
        ) as stream:
            async for part in stream:
                if part.type == "messages":
                    message, _metadata = part.data
                    if message["type"] == "AIMessageChunk":
                        words.append(str(message["content"]))
                        print(message["content"], end="", flush=True)
                elif part.type == "updates":
                    print("\nfinished:", *part.data)
    return "".join(words)


if __name__ == "__main__":
    asyncio.run(main())
