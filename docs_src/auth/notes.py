"""The same authenticator and rules in an application of your own."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from docs_src.auth.app.auth import auth
from graphwire_auth.asgi import AuthMiddleware, authorize

NOTES = [
    {"owner": "ada", "org": "acme", "text": "buy milk"},
    {"owner": "bob", "org": "acme", "text": "sell milk"},
]


async def search(request: Request) -> Response:
    allowed = await authorize(request, "threads", "search")
    return JSONResponse([note["text"] for note in NOTES if allowed.matches(note)])


async def create(request: Request) -> Response:
    allowed = await authorize(request, "threads", "create", {"metadata": {}})
    metadata = allowed.value["metadata"]
    return JSONResponse(metadata, 200 if allowed.matches(metadata) else 403)


app = Starlette(routes=[Route("/notes", search), Route("/notes", create, methods=["POST"])])
app.add_middleware(AuthMiddleware, auth=auth)
