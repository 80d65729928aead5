"""A client of an application that was never deployed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from graphwire import AsyncClient, Client


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[dict[str, str]]:
    yield {"greeting": "hello"}


async def ok(request: Request) -> JSONResponse:
    return JSONResponse({"ok": True, "says": request.state.greeting})


app = Starlette(routes=[Route("/ok", ok)], lifespan=lifespan)


def in_sync_code() -> bool:
    with Client.from_app(app) as client:
        return client.server.ok().ok


async def in_async_code() -> bool:
    async with AsyncClient.from_app(app) as client:
        return (await client.server.ok()).ok
