"""Content blocks of messages: what a model wrote, by `type`."""

from typing import Annotated, Any, Literal, TypeAlias

from graphwire_core.models import JsonObject, ResponseModel
from graphwire_core.models._literals import OPEN
from graphwire_stream.protocol._keyed import Keyed

__all__ = [
    "Annotation",
    "AudioBlock",
    "Citation",
    "ContentBlock",
    "FileBlock",
    "ImageBlock",
    "InvalidToolCallBlock",
    "NonStandardAnnotation",
    "NonStandardBlock",
    "ReasoningBlock",
    "ServerToolCallBlock",
    "ServerToolCallChunkBlock",
    "ServerToolResultBlock",
    "ServerToolStatus",
    "TextBlock",
    "ToolCallBlock",
    "ToolCallChunkBlock",
    "UnknownAnnotation",
    "UnknownBlock",
    "VideoBlock",
]


ServerToolStatus = Literal["success", "error"]
"""How a call of a provider's own tool went."""


class Citation(ResponseModel):
    """A source that a text names."""

    type: Literal["citation"]
    id: str | None = None
    url: str | None = None
    title: str | None = None
    start_index: int | None = None
    """First character of the text that the source is for."""
    end_index: int | None = None
    """Character after the last one."""
    cited_text: str | None = None
    """Text of the source."""


class NonStandardAnnotation(ResponseModel):
    """An annotation in the form of one provider."""

    type: Literal["non_standard_annotation"]
    id: str | None = None
    value: JsonObject


class UnknownAnnotation(ResponseModel):
    """An annotation of a type newer than this version of the SDK."""

    type: str


Annotation: TypeAlias = Annotated[
    Citation | NonStandardAnnotation | UnknownAnnotation, Keyed("type")
]
"""A remark on a text."""


class _Block(ResponseModel):
    type: str
    id: str | None = None
    index: int | str | None = None
    """Position in the message, as the model's provider counts."""


class TextBlock(_Block):
    """Text."""

    type: Literal["text"]
    text: str
    annotations: list[Annotation] | None = None


class ReasoningBlock(_Block):
    """What the model thought before it wrote."""

    type: Literal["reasoning"]
    reasoning: str | None = None


class ToolCallBlock(_Block):
    """A whole call of a tool of the graph."""

    type: Literal["tool_call"]
    name: str
    args: JsonObject


class ToolCallChunkBlock(_Block):
    """A call of a tool that the model is still writing."""

    type: Literal["tool_call_chunk"]
    name: str | None = None
    args: str | None = None
    """Beginning of the JSON of the arguments."""


class InvalidToolCallBlock(_Block):
    """A call of a tool that the model's provider could not read."""

    type: Literal["invalid_tool_call"]
    name: str | None = None
    args: str | None = None
    """The arguments as the model wrote them."""
    error: str | None = None


class ServerToolCallBlock(_Block):
    """A call of a tool that the model's provider runs itself."""

    type: Literal["server_tool_call"]
    id: str
    name: str
    args: JsonObject


class ServerToolCallChunkBlock(_Block):
    """A call of a provider's own tool that the model is still writing."""

    type: Literal["server_tool_call_chunk"]
    name: str | None = None
    args: str | None = None


class ServerToolResultBlock(_Block):
    """What a provider's own tool gave."""

    type: Literal["server_tool_result"]
    tool_call_id: str
    status: Annotated[ServerToolStatus | str, OPEN]
    output: Any = None


class _DataBlock(_Block):
    file_id: str | None = None
    """Id of the file at the model's provider."""
    url: str | None = None
    base64: str | None = None
    """The data itself, encoded."""
    mime_type: str | None = None


class ImageBlock(_DataBlock):
    """An image, by id, URL or content."""

    type: Literal["image"]


class VideoBlock(_DataBlock):
    """A video, by id, URL or content."""

    type: Literal["video"]


class AudioBlock(_DataBlock):
    """Sound, by id, URL or content."""

    type: Literal["audio"]


class FileBlock(_DataBlock):
    """A file of another kind, by id, URL or content."""

    type: Literal["file"]


class NonStandardBlock(_Block):
    """A block in the form of one provider."""

    type: Literal["non_standard"]
    value: JsonObject


class UnknownBlock(_Block):
    """A block of a type newer than this version of the SDK."""


ContentBlock: TypeAlias = Annotated[
    TextBlock
    | ReasoningBlock
    | ToolCallBlock
    | ToolCallChunkBlock
    | InvalidToolCallBlock
    | ServerToolCallBlock
    | ServerToolCallChunkBlock
    | ServerToolResultBlock
    | ImageBlock
    | VideoBlock
    | AudioBlock
    | FileBlock
    | NonStandardBlock
    | UnknownBlock,
    Keyed("type"),
]
"""A part of a message's content."""
