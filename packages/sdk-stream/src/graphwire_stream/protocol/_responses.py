"""Responses to commands."""

from typing import Annotated, Literal

from graphwire_core.models import JsonObject, ResponseModel
from graphwire_core.models._literals import OPEN

__all__ = ["CommandFailure", "CommandSuccess", "ErrorCode", "ResponseMeta"]

ErrorCode = Literal[
    "invalid_argument",
    "unknown_command",
    "unknown_error",
    "no_such_run",
    "no_such_subscription",
    "no_such_namespace",
    "no_such_interrupt",
    "no_such_checkpoint",
    "permission_denied",
    "not_supported",
    "unsupported",
    "resume_gap",
]
"""Why a command failed. `"unsupported"`: the server's libraries are too old for thread streams;
`"resume_gap"`: the events after `since` are no longer kept."""


class ResponseMeta(ResponseModel):
    """How far the connection was when the command was applied."""

    applied_through_seq: int | None = None
    """`seq` of the last event before it; always 0 over HTTP."""


class CommandSuccess(ResponseModel):
    """The server did what a command says."""

    type: Literal["success"]
    id: int
    """Id of the command."""
    result: JsonObject
    """What it gave: the command's `read_result` makes a model of it."""
    meta: ResponseMeta | None = None


class CommandFailure(ResponseModel):
    """The server refused a command, or failed without one (`id` is `None`)."""

    type: Literal["error"]
    id: int | str | None
    """Id of the command as the server read it; `None` where the fault is no command's."""
    error: Annotated[ErrorCode | str, OPEN]
    message: str
    stacktrace: str | None = None
    meta: ResponseMeta | None = None
    since: int | None = None
    """With `"resume_gap"`: the `seq` that was asked for."""
    min_available_seq: int | None = None
    """With `"resume_gap"`: the oldest `seq` that is kept."""
