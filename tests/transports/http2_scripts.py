"""What a server of HTTP/2 does with a request: handlers, by what they are for."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Sequence

from tests.stream.scripted import RUN, THREAD, run_body
from tests.transports.http2 import Exchange, Handler
from tests.transports.wire import PATIENCE


async def answering(exchange: Exchange) -> None:
    """Answer with method and target."""
    await exchange.answer(exchange.line.encode())


async def echoing(exchange: Exchange) -> None:
    """Answer with the request's body."""
    await exchange.answer(exchange.body)


async def packing(exchange: Exchange) -> None:
    """Answer in gzip."""
    packed = gzip.compress(b"packed")
    await exchange.answer(packed, 418, x_request_id="r", content_encoding="gzip")


def step_by_step(seen: Sequence[threading.Event]) -> Handler:
    """Make a handler that sends a chunk whenever the one before was seen."""

    async def handler(exchange: Exchange) -> None:
        exchange.head()
        for number, event in enumerate(seen):
            await exchange.data(b"event %d" % number)
            assert await asyncio.to_thread(event.wait, PATIENCE), "the client did not see it"
        await exchange.data(b"", end=True)

    return handler


def stopping(left: threading.Event | None = None, after: bytes = b"one") -> Handler:
    """Make a handler whose streams stop: at `/head` before, at `/body` after their beginning."""

    async def handler(exchange: Exchange) -> None:
        path = exchange.headers[":path"].partition("?")[0]
        streams = path == "/body" or path.endswith("/runs/stream")
        if path != "/head" and not streams:
            await exchange.answer()
            return
        if streams:
            exchange.head(kind="text/event-stream")
            await exchange.data(after)
        await exchange.left.wait()
        if left is not None:
            left.set()

    return handler


async def resetting(exchange: Exchange) -> None:
    """Reset the stream: at `/head` before, at `/body` after its beginning."""
    path = exchange.headers[":path"]
    if path == "/body":
        exchange.head()
        await exchange.data(b"one")
    if path in {"/head", "/body"}:
        exchange.reset()
    else:
        await exchange.answer()


async def hanging_up(exchange: Exchange) -> None:
    """End the connection under a response, at `/polite` with a farewell."""
    exchange.head()
    await exchange.data(b"one")
    if exchange.headers[":path"] == "/polite":
        exchange.go_away()
    exchange.link.transport.close()


async def babbling(exchange: Exchange) -> None:
    """Write a frame that is not allowed: at `/head` before the head, at `/body` in the body."""
    if exchange.headers[":path"] == "/body":
        exchange.head()
        await exchange.data(b"one")
    exchange.link.transport.write(b"\0\0\4\x08\0" + bytes(8))  # a window that opens by nothing


async def once_each(exchange: Exchange) -> None:
    """Look at the first request of a connection, and at no other."""
    if exchange.number == 1:
        await exchange.answer(exchange.body)
    else:
        exchange.link.exchanges[1].go_away()


async def unready_once(exchange: Exchange) -> None:
    """Refuse the first request with 503, and answer every other as `/ok` does."""
    if exchange.number == 1:
        await exchange.answer(b"not yet", 503)
    else:
        await exchange.answer(b'{"ok": true}')


def running(*events: bytes, cut_after: int | None = None) -> Handler:
    """Make a handler that streams a run; `cut_after` of its events the first stream is reset."""
    run = f"/threads/{THREAD}/runs/{RUN}"

    async def handler(exchange: Exchange) -> None:
        first = exchange.headers[":method"] == "POST"
        if exchange.headers[":path"] == run:
            await exchange.answer(run_body("success"))
            return
        exchange.head(kind="text/event-stream", content_location=run, location=f"{run}/stream")
        for number, event in enumerate(events):
            if first and number == cut_after:
                exchange.reset()
                return
            await exchange.data(event)
        await exchange.data(b"", end=True)

    return handler
