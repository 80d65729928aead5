"""Refuse an HTTP request or a WebSocket in plain ASGI."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from graphwire_auth.exceptions import HTTPException

__all__ = ["as_raised", "refuse"]

Message: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

POLICY_VIOLATION, INTERNAL_ERROR = 1008, 1011
"""Codes that close a WebSocket (RFC 6455, 7.4.1)."""


async def refuse(
    error: HTTPException, scope: Message, send: Send, *, accepted: bool = False
) -> None:
    """Send the refusal; a WebSocket that is open already is closed."""
    if scope["type"] == "http":
        await _respond("http.response", error, send)
    elif not accepted and "websocket.http.response" in scope.get("extensions", {}):
        await _respond("websocket.http.response", error, send)
    else:
        code = INTERNAL_ERROR if accepted else POLICY_VIOLATION
        await send({"type": "websocket.close", "code": code, "reason": error.detail})


async def _respond(kind: str, error: HTTPException, send: Send) -> None:
    body = json.dumps({"detail": error.detail}).encode()
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **error.headers,
    }
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": f"{kind}.start", "status": error.status_code, "headers": pairs})
    await send({"type": f"{kind}.body", "body": body})


def as_raised(error: HTTPException) -> Exception:
    """Translate to Starlette's class where Starlette is in use, which answers it by itself."""
    if "starlette" not in sys.modules:
        return error
    from starlette.exceptions import HTTPException as Starlette  # noqa: PLC0415  # only if loaded

    return Starlette(error.status_code, error.detail, headers=error.headers or None)
