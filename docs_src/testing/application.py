"""Serve an ASGI application of your own that speaks the API: a gateway, say."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphwire import get_sync_client
from graphwire_core.testing import AppServer


async def healthy(_: Request) -> Response:
    return JSONResponse({"ok": True})


app = Starlette(routes=[Route("/ok", healthy)])


def test_the_gateway_is_healthy() -> None:
    with AppServer(app) as server, get_sync_client(server.url) as client:
        assert client.server.ok().ok
