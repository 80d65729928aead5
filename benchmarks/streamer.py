"""A server in a process of its own that streams runs, and costs as little as it can.

The `assistant_id` of a run says what it streams: `burst:N`, N pieces of a message at once;
`paced:N`, N custom events, one every 50 ms, each with the time it was written at; `custom:N` and
`tokens:N`, N custom events or pieces of a message, no faster than they are read. As with the real
server, every event is a chunk of its own, and no `end` follows. Only the last two are resumable,
with ids, as a run is not by default.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from functools import partial

from benchmarks.serving import process_of, serve_until_left
from benchmarks.sse import message

THREAD_ID = "11111111-2222-4333-8444-555555555555"
RUN_ID = "11111111-2222-4333-8444-666666666666"
PATH = f"/threads/{THREAD_ID}/runs/{RUN_ID}"
HEAD = (
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    "cache-control: no-store\r\n"
    f"location: {PATH}/stream\r\ncontent-location: {PATH}\r\ntransfer-encoding: chunked\r\n\r\n"
).encode()
RUN = json.dumps(
    {
        "run_id": RUN_ID,
        "thread_id": THREAD_ID,
        "assistant_id": THREAD_ID,
        "created_at": "2026-01-01T00:00:00+00:00",
        "updated_at": "2026-01-01T00:00:00+00:00",
        "status": "success",
        "metadata": {},
        "kwargs": {},
        "multitask_strategy": "enqueue",
    }
).encode()
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(RUN),
    RUN,
)
END = b"0\r\n\r\n"
INTERVAL = 0.05
"""Seconds between two events of a paced stream."""
BLOCK = 500
"""Events that are written at a time where the reader sets the pace."""


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(name: bytes, data: bytes, number: int | None = None) -> bytes:
    line = b"" if number is None else b"id: 17953580%05d-0\r\n" % number
    return chunk(b"event: %b\r\ndata: %b\r\n%b\r\n" % (name, data, line))


METADATA = event(b"metadata", b'{"run_id":"%b","attempt":1}' % RUN_ID.encode())
TOKEN = message("token " * 4, 1)
"""A piece of a message; all of a run belong to one."""


async def burst(writer: asyncio.StreamWriter, count: int) -> None:
    writer.write(HEAD + METADATA + event(b"messages", TOKEN) * count + END)


async def paced(writer: asyncio.StreamWriter, count: int) -> None:
    writer.write(HEAD + METADATA)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number in range(1, count + 1):
        await asyncio.sleep(begun + number * INTERVAL - loop.time())
        data = b'{"at":%.9f,"text":"%b"}' % (time.monotonic(), b"token " * 10)
        writer.write(event(b"custom", data))
    writer.write(END)


async def custom(writer: asyncio.StreamWriter, count: int) -> None:
    await endless(writer, count, b"custom")


async def tokens(writer: asyncio.StreamWriter, count: int) -> None:
    await endless(writer, count, b"messages")


async def endless(writer: asyncio.StreamWriter, count: int, name: bytes) -> None:
    writer.write(HEAD + METADATA)
    for first in range(1, count + 1, BLOCK):
        last = min(first + BLOCK, count + 1)
        writer.write(b"".join(event(name, TOKEN, n) for n in range(first, last)))
        await writer.drain()
    writer.write(END)


STREAMS = {"burst": burst, "paced": paced, "custom": custom, "tokens": tokens}


async def answer(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
    """Answer a request for a run, or start one and stream it."""
    if head.startswith(b"get "):
        writer.write(ANSWER)
        return
    kind, _, count = json.loads(body)["assistant_id"].partition(":")
    await STREAMS[kind](writer, int(count))


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of a connection, one after the other."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(length)) if length else b""
            await answer(head, body, writer)
            await writer.drain()
    writer.close()


async def serve() -> None:
    server = await asyncio.start_server(converse, "127.0.0.1", 0, backlog=512)
    await serve_until_left(server.sockets[0].getsockname()[1])


running = partial(process_of, "benchmarks.streamer")
"""Starts the server; yields its URL."""

if __name__ == "__main__":
    asyncio.run(serve())
