"""What is added to a content block while it is written, by `type`."""

from typing import Annotated, Literal, TypeAlias

from graphwire_core.models import JsonObject, ResponseModel
from graphwire_stream.protocol._keyed import Keyed

__all__ = [
    "BlockDelta",
    "DataDelta",
    "Delta",
    "ReasoningDelta",
    "TextDelta",
    "ToolCallDelta",
    "UnknownDelta",
]


class TextDelta(ResponseModel):
    """Text to append."""

    type: Literal["text-delta"]
    text: str


class ReasoningDelta(ResponseModel):
    """Reasoning to append."""

    type: Literal["reasoning-delta"]
    reasoning: str


class ToolCallDelta(ResponseModel):
    """JSON of a tool call's arguments to append."""

    type: Literal["tool-call-delta"]
    args: str


class DataDelta(ResponseModel):
    """Encoded data to append."""

    type: Literal["data-delta"]
    data: str
    encoding: str | None = None
    """`"base64"`, which `None` means too."""


class BlockDelta(ResponseModel):
    """Fields of the block to replace."""

    type: Literal["block-delta"]
    fields: JsonObject
    """`type` of the block and the fields that change."""


class UnknownDelta(ResponseModel):
    """A change of a type newer than this version of the SDK."""

    type: str


Delta: TypeAlias = Annotated[
    TextDelta | ReasoningDelta | ToolCallDelta | DataDelta | BlockDelta | UnknownDelta,
    Keyed("type"),
]
"""A change of a content block."""
