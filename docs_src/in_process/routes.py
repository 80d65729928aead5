"""Routes of the deployment's own: `"http": {"app": "./routes.py:app"}` in `langgraph.json`."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from graphwire import get_client

client = get_client()


async def my_threads(request: Request) -> JSONResponse:
    """What the caller may see: the rules of the deployment decide."""
    acting = client.acting_as(request.user, permissions=request.auth.scopes)
    return JSONResponse([thread.thread_id for thread in await acting.threads.search()])


async def all_threads(_: Request) -> JSONResponse:
    """How many there are, whoever asks: no rule decides, so this route shows no more."""
    return JSONResponse(await client.as_system().threads.count())


app = Starlette(routes=[Route("/mine", my_threads), Route("/count", all_threads)])
