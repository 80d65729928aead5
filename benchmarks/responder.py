"""A server in a process of its own that costs next to nothing: a thread, or a list of them."""

from __future__ import annotations

import asyncio
import json
from functools import partial

from benchmarks.serving import process_of, serve_until_left

THREAD_ID = "11111111-2222-4333-8444-555555555555"
THREAD = {
    "thread_id": THREAD_ID,
    "created_at": "2026-01-01T00:00:00.123456+00:00",
    "updated_at": "2026-01-01T00:00:01.123456+00:00",
    "state_updated_at": "2026-01-01T00:00:01.123456+00:00",
    "metadata": {"graph_id": "agent", "assistant_id": "a"},
    "status": "idle",
    "config": {},
    "values": {"messages": [{"type": "human", "content": "Hello", "id": "m1"}]},
    "interrupts": {},
    "error": None,
}
TALK: list[dict[str, object]] = [
    {
        "type": "ai" if number % 2 else "human",
        "id": f"m{number}",
        "name": None,
        "content": "It is sunny in Los Angeles, as it was yesterday. " * 10,
        "additional_kwargs": {},
        "response_metadata": {"model_name": "model", "finish_reason": "stop"},
        "tool_calls": [],
        "usage_metadata": {"input_tokens": 10, "output_tokens": 20, "total_tokens": 30},
    }
    for number in range(10)
]
THREADS = [
    {**THREAD, "thread_id": f"{THREAD_ID[:-4]}{number:04}", "values": {"messages": TALK}}
    for number in range(100)
]
BODY = json.dumps(THREAD, separators=(",", ":")).encode()
LIST = json.dumps(THREADS, separators=(",", ":")).encode()


def answer(body: bytes) -> bytes:
    """Return a complete response."""
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
        b"date: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: uvicorn\r\n\r\n"
    )
    return head % len(body) + body


RESPONSE = answer(BODY)
RESPONSE_OF_LIST = answer(LIST)


class Responder(asyncio.Protocol):
    """Answers each head that it has seen the end of; a body is passed over."""

    def __init__(self) -> None:
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *heads, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for head in heads:
            searched = b" /threads/search " in head
            self._transport.write(RESPONSE_OF_LIST if searched else RESPONSE)


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Responder, "127.0.0.1", 0, backlog=512)
    await serve_until_left(server.sockets[0].getsockname()[1])


running = partial(process_of, "benchmarks.responder")
"""Starts the server; yields its URL."""

if __name__ == "__main__":
    asyncio.run(serve())
