"""Routes of the deployment's own, which call it; their client is made before its app is."""

from typing import Any

from docs_src.in_process import routes
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from graphwire import AsyncClient, get_client, get_sync_client
from graphwire.errors import GraphwireError

client = get_client()
sync_client = get_sync_client()


def as_asked(request: Request) -> AsyncClient:
    """Choose on whose behalf the route calls."""
    who = request.query_params.get("as")
    if who == "system":
        return client.as_system()
    if who == "caller":
        return client.acting_as(request.user, permissions=request.auth.scopes)
    return client.acting_as(who) if who else client


async def owner(request: Request) -> JSONResponse:
    try:
        thread = await as_asked(request).threads.create()
        return JSONResponse(thread.metadata.get("owner"))
    except GraphwireError as error:
        return JSONResponse(f"{type(error).__name__}: {error}")


async def forwarded(request: Request) -> JSONResponse:
    headers = {"authorization": request.headers["authorization"]}
    thread = await client.threads.create(headers=headers)
    return JSONResponse(thread.metadata.get("owner"))


async def blocking(request: Request) -> JSONResponse:
    try:
        found: Any = sync_client.as_system().threads.count()
    except GraphwireError as error:
        found = f"{type(error).__name__}: {error}"
    return JSONResponse(found)


def threaded(request: Request) -> JSONResponse:
    return JSONResponse(sync_client.as_system().threads.count() >= 0)


async def remember(request: Request) -> JSONResponse:
    await client.as_system().store.put_item(["tokens"], "looked-up-token", {"of": "cyd-token"})
    return JSONResponse("remembered")


async def indirect(request: Request) -> JSONResponse:
    """Call a route of this application in-process."""
    acting = client.acting_as("dora")
    return JSONResponse(await acting.request("GET", "/custom/who"))


async def who(request: Request) -> JSONResponse:
    return JSONResponse([request.user.identity, list(request.auth.scopes)])


app = Starlette(
    routes=[
        Mount("/documented", routes=routes.app.routes),
        Route("/custom/owner", owner),
        Route("/custom/forwarded", forwarded),
        Route("/custom/blocking", blocking),
        Route("/custom/threaded", threaded),
        Route("/custom/remember", remember),
        Route("/custom/indirect", indirect),
        Route("/custom/who", who),
    ]
)
