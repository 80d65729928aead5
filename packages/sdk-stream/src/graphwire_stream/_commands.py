"""Commands of thread streams as operations, and the errors that the server answers with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from graphwire_core._arguments import path_segment
from graphwire_core._operation import Operation
from graphwire_core.errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    GraphwireError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    StreamError,
    StreamProtocolError,
    UnprocessableEntityError,
)
from graphwire_stream.protocol import Command, CommandFailure, CommandSuccess, read_frame
from graphwire_stream.protocol import CommandResult as Result

__all__ = ["command", "refusal"]

R = TypeVar("R", bound=Result)

_CODES: Mapping[str, type[APIStatusError]] = {
    "invalid_argument": BadRequestError,
    "unknown_command": BadRequestError,
    "permission_denied": PermissionDeniedError,
    "no_such_run": NotFoundError,
    "no_such_subscription": NotFoundError,
    "no_such_namespace": NotFoundError,
    "no_such_interrupt": NotFoundError,
    "no_such_checkpoint": NotFoundError,
}
_STATUSES: Mapping[str, type[APIStatusError]] = {
    "400": BadRequestError,
    "401": AuthenticationError,
    "403": PermissionDeniedError,
    "404": NotFoundError,
    "409": ConflictError,
    "422": UnprocessableEntityError,
    "500": InternalServerError,
}
_STATUS = re.compile(r"(\d{3}): (.*)", re.DOTALL)
"""How the server writes an error of its REST API into a message: `422: Invalid thread ID`."""


def command(thread_id: str, sent: Command[R]) -> Operation[R]:
    """Make the request of a command (`POST /threads/{thread_id}/commands`)."""
    path = f"/threads/{path_segment('thread_id', thread_id)}/commands"
    parse: Callable[[Any, Any], R] = partial(_result, sent)
    return Operation("POST", path, parse, body=sent.to_wire())


def refusal(failure: CommandFailure) -> GraphwireError:
    """Return the error of a command that the server refused, with its own explanation."""
    found = _STATUS.fullmatch(failure.message)
    kind = _CODES.get(failure.error) or (_STATUSES.get(found[1]) if found else None)
    message = found[2] if found else failure.message
    if kind is None:
        return StreamError(f"The server refused the command: {failure.error}: {message}")
    return kind(message, body=failure.model_dump(exclude_unset=True))


def _result(sent: Command[R], body: Any, _: object) -> R:
    frame = read_frame(body)
    if isinstance(frame, CommandFailure):
        raise refusal(frame)
    if not isinstance(frame, CommandSuccess) or frame.id != sent.id:
        raise StreamProtocolError(f"The answer to {sent.method} is not one to command {sent.id}")
    return sent.read_result(frame)
