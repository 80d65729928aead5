"""Why a connection has ended, or was never one, as errors of this SDK."""

from __future__ import annotations

from typing import Any, Final

from graphwire_core._exchange import status_error
from graphwire_core._operation import Operation
from graphwire_core.errors import (
    APIStatusError,
    BadRequestError,
    ConnectionFailed,
    NotFoundError,
    PermissionDeniedError,
    StreamError,
    StreamProtocolError,
)
from graphwire_stream.event_transports._frames import excerpt

__all__ = ["closed", "ended", "not_switched", "refused"]

_STATUSES: Final = range(4400, 4500)
"""Close codes that stand for an HTTP status, 4000 above it."""

_REFUSALS: Final[dict[str, tuple[type[APIStatusError], int]]] = {
    "invalid_argument": (BadRequestError, 400),
    "permission_denied": (PermissionDeniedError, 403),
    "no_such_run": (NotFoundError, 404),
    "no_such_namespace": (NotFoundError, 404),
}


def ended(reason: str, operation: Operation[None]) -> ConnectionFailed:
    """Make the error of a connection that has ended."""
    message = f"The connection for events ended: {reason}"
    return ConnectionFailed(message, method=operation.method, path=operation.path, attempts=1)


def closed(code: int, reason: str, operation: Operation[None]) -> APIStatusError | ConnectionFailed:
    """Make the error of a WebSocket that the server closed."""
    said = f": {reason}" if reason else ""
    if code not in _STATUSES:
        return ended(f"the server closed it with code {code}{said}", operation)
    error = status_error(code - 4000, {}, reason.encode())
    error.message = f"The server closed the connection for events with code {code}{said}"
    error.method, error.path, error.attempts = operation.method, operation.path, 1
    return error


def not_switched(operation: Operation[None], status_code: int, body: bytes) -> StreamProtocolError:
    """Make the error of a handshake that was answered by something else than a WebSocket."""
    return StreamProtocolError(
        f"Expected a WebSocket, got status {status_code}: {excerpt(body)}",
        method=operation.method,
        path=operation.path,
        attempts=1,
        status_code=status_code,
    )


def refused(reply: dict[str, Any], operation: Operation[None]) -> APIStatusError | StreamError:
    """Make the error of a subscription that the server refused in words."""
    code, said = str(reply.get("error")), str(reply.get("message"))
    message = f"The server refused the subscription ({code}): {said}"
    facts: dict[str, Any] = {"method": operation.method, "path": operation.path, "body": reply}
    if code not in _REFUSALS:
        return StreamError(message, attempts=1, **facts)
    kind, status_code = _REFUSALS[code]
    return kind(message, status_code=status_code, attempts=1, **facts)
