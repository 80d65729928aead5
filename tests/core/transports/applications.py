"""ASGI applications to be called by clients of either colour."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]


async def answer(send: Send, body: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def application(log: list[str], *, fails: bool = False) -> Starlette:
    """An application with a lifespan, a stream that waits to be told, and work after an answer."""
    told = asyncio.Event()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, str]]:
        if fails:
            raise RuntimeError("no database")
        log.append("started")
        yield {"database": "open"}
        log.append("stopped")

    async def events() -> AsyncIterator[str]:
        try:
            yield "event: custom\ndata: 1\n\n"
            await told.wait()
            yield "event: custom\ndata: 2\n\n"
            yield "event: end\ndata: null\n\n"
        finally:
            log.append("left")

    async def stream(request: Request) -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    async def tell(request: Request) -> JSONResponse:
        told.set()
        return JSONResponse({"status": "success"})

    async def state(request: Request) -> JSONResponse:
        return JSONResponse([request.state.database, request.url.path, str(request.base_url)])

    async def later() -> None:
        await asyncio.sleep(0)
        log.append("done later")

    async def work(request: Request) -> JSONResponse:
        log.append("answered")
        return JSONResponse(None, background=BackgroundTask(later))

    return Starlette(
        routes=[
            Route("/threads/t/runs/r/stream", stream),
            Route("/tell", tell),
            Route("/state", state),
            Route("/work", work),
        ],
        lifespan=lifespan,
    )


def bare(
    kind: Literal["raises", "returns", "fails", "sleeps", "refuses", "leaves", "breaks"],
) -> App:
    """An application that treats its lifespan in one way, and answers with what it was asked."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await LIFESPANS[kind](receive, send)
        elif kind == "fails":
            raise KeyError("database")
        else:
            await answer(send, scope["path"])

    return app


async def _raises(receive: Receive, send: Send) -> None:
    raise NotImplementedError("only HTTP here")


async def _returns(receive: Receive, send: Send) -> None:
    return


async def _sleeps(receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def _refuses(receive: Receive, send: Send) -> None:
    await send({"type": "lifespan.startup.failed", "message": "Traceback\n  no licence"})


async def _leaves(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.failed", "message": "not flushed"})


async def _breaks(receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})


LIFESPANS: dict[str, Callable[[Receive, Send], Awaitable[None]]] = {
    "raises": _raises,
    "returns": _returns,
    "fails": _raises,
    "sleeps": _sleeps,
    "refuses": _refuses,
    "leaves": _leaves,
    "breaks": _breaks,
}


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    """An application of another kind."""
    return [b"here"]
