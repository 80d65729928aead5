"""A route that says what the checkpointer keeps, as the bytes it keeps."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.encryption.server.checkpointer import checkpointer


def typed(found: Any) -> list[tuple[str, bytes]]:
    """Every `(format, bytes)` in the nested collections of the saver."""
    if isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], bytes):
        return [found]
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list | tuple):
        return [pair for each in found for pair in typed(each)]
    return []


async def kept(request: Request) -> JSONResponse:
    pairs = typed([checkpointer.storage, checkpointer.blobs, checkpointer.writes])
    pairs = [pair for pair in pairs if pair[0] != "empty"]
    return JSONResponse(
        {
            "formats": sorted({name.rpartition("+")[2] for name, _ in pairs}),
            "bytes": sum(len(data) for _, data in pairs),
            "plain": any(b"plain-" in data or b"heard" in data for _, data in pairs),
        }
    )


app = Starlette(routes=[Route("/kept", kept)])
