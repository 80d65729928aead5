"""Data of `tools` events: a tool of the graph runs."""

from typing import Annotated, Any, Literal, TypeAlias

from graphwire_core.models import ResponseModel
from graphwire_stream.protocol._keyed import Keyed

__all__ = ["ToolError", "ToolFinished", "ToolOutputDelta", "ToolStarted", "ToolsData"]


class ToolStarted(ResponseModel):
    """A tool begins."""

    event: Literal["tool-started"]
    tool_call_id: str
    tool_name: str
    input: Any = None
    """Arguments of the call."""


class ToolOutputDelta(ResponseModel):
    """A tool wrote a part of its output."""

    event: Literal["tool-output-delta"]
    tool_call_id: str
    delta: Any
    """Text in most cases, any JSON value in all."""


class ToolFinished(ResponseModel):
    """A tool is done."""

    event: Literal["tool-finished"]
    tool_call_id: str
    output: Any
    """What it returned; most graphs send the message made of it."""


class ToolError(ResponseModel):
    """A tool failed."""

    event: Literal["tool-error"]
    tool_call_id: str
    message: str
    code: str | None = None


ToolsData: TypeAlias = Annotated[
    ToolStarted | ToolOutputDelta | ToolFinished | ToolError, Keyed("event")
]
"""What a `tools` event tells."""
