"""A server of thread streams for the benchmarks, in a process of its own: canned runs, no graph.

It answers the commands, sends the events of a run over SSE or WebSocket, each by itself, and
repeats them on every connection, as the real server does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from benchmarks.serving import process_of, serve_until_left

RUN = "01a203b4-55c3-7750-beb2-49acbb86866e"
PIECE = 1
"""Events of one write: the real server writes each by itself."""
HEAD_START = 0.15
"""Seconds before the first event, so that every projection is open."""


def event(number: int, method: str, data: object, name: str | None = None) -> str:
    return json.dumps(
        {
            "type": "event",
            "event_id": name or f"{1_795_358_480_000 + number}-0",
            "seq": number,
            "method": method,
            "params": {"namespace": [], "timestamp": 1_795_358_480_000 + number, "data": data},
        },
        separators=(",", ":"),
    )


def lifecycle(number: int, status: str) -> str:
    data = {"event": status, "graph_name": "bench"}
    return event(number, "lifecycle", data, f"synth:{RUN}:lc||{status}")


def run_of(count: int, per_message: int, channels: list[str], stamp: bool) -> Iterator[str]:  # noqa: FBT001
    """Yield the frames of a run: messages of `per_message` events each, as a model writes them."""
    yield lifecycle(1, "running")
    if "messages" in channels:
        for number in range(2, count + 2):
            place = (number - 2) % per_message
            data: dict[str, object] = {"event": "content-block-delta", "index": 0}
            if place == 0:
                data = {"event": "message-start", "role": "ai", "id": f"message-{number}"}
            elif place == per_message - 1:
                data = {"event": "message-finish"}
            else:
                text = repr(time.time()) if stamp else "token "
                data["delta"] = {"type": "text-delta", "text": text}
            yield event(number, "messages", data)
    yield lifecycle(count + 2, "completed")


def settings(thread_id: str) -> tuple[int, int, float]:
    """Read what a run is like from the last segments of its thread's id: a UUID with numbers."""
    tail = thread_id.rpartition("-")[2]
    return int(tail[:6], 16), int(tail[6:10], 16), int(tail[10:], 16) / 1000


async def frames(thread_id: str, channels: list[str]) -> AsyncIterator[list[str]]:
    count, per_message, pause = settings(thread_id)
    await asyncio.sleep(HEAD_START)
    piece: list[str] = []
    for frame in run_of(count, per_message, channels, bool(pause)):
        piece.append(frame)
        if pause or len(piece) == PIECE:
            yield piece
            piece = []
            await asyncio.sleep(pause)
    if piece:
        yield piece


async def events(request: Request) -> Response:
    thread_id = request.path_params["thread_id"]
    channels = (await request.json())["channels"]

    async def body() -> AsyncIterator[bytes]:
        number = 0
        async for piece in frames(thread_id, channels):
            parts = []
            for frame in piece:
                number += 1
                parts.append(f"event: e\r\ndata: {frame}\r\nid: {number}\r\n\r\n")
            yield "".join(parts).encode()
        while True:
            await asyncio.sleep(5)
            yield b": heartbeat\r\n\r\n"

    return StreamingResponse(body(), media_type="text/event-stream")


async def socket_events(websocket: WebSocket) -> None:
    await websocket.accept()
    asked = await websocket.receive_json()
    result = {"subscription_id": "1", "replayed_events": 0}
    await websocket.send_json({"type": "success", "id": asked["id"], "result": result})
    async for piece in frames(websocket.path_params["thread_id"], asked["params"]["channels"]):
        for frame in piece:
            await websocket.send_text(frame)
    with contextlib.suppress(Exception):
        await websocket.receive_text()


async def command(request: Request) -> Response:
    asked = await request.json()
    meta = {"applied_through_seq": 0}
    return JSONResponse(
        {"type": "success", "id": asked["id"], "result": {"run_id": RUN}, "meta": meta}
    )


async def state(_: Request) -> Response:
    return JSONResponse({"values": {}, "next": [], "tasks": [], "metadata": {}})


app = Starlette(
    routes=[
        Route("/threads/{thread_id}/commands", command, methods=["POST"]),
        Route("/threads/{thread_id}/stream/events", events, methods=["POST"]),
        Route("/threads/{thread_id}/state", state),
        WebSocketRoute("/threads/{thread_id}/stream/events", socket_events),
    ]
)


async def serve() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await serve_until_left(listener.getsockname()[1])
    server.should_exit = server.force_exit = True
    await serving


running = partial(process_of, "benchmarks.threader")
"""Starts the server; yields its URL."""

if __name__ == "__main__":
    asyncio.run(serve())
