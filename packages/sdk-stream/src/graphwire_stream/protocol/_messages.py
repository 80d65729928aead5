"""Data of `messages` events: a message begins, grows block by block, and ends."""

from typing import Annotated, Literal, TypeAlias

from graphwire_core.models import JsonObject, ResponseModel
from graphwire_core.models._literals import OPEN
from graphwire_stream.messages.usage import Usage
from graphwire_stream.protocol._blocks import ContentBlock
from graphwire_stream.protocol._deltas import Delta
from graphwire_stream.protocol._keyed import Keyed

__all__ = [
    "ContentBlockDelta",
    "ContentBlockFinish",
    "ContentBlockStart",
    "MessageError",
    "MessageFinish",
    "MessageMetadata",
    "MessageRole",
    "MessageStart",
    "MessagesData",
]

MessageRole = Literal["ai", "human", "system", "tool"]
"""Who wrote a message; `"tool"` is the mirror of a tool's answer."""


class MessageMetadata(ResponseModel):
    """Which model writes a message. The known server leaves it out."""

    provider: str | None = None
    model: str | None = None
    model_type: str | None = None
    run_id: str | None = None
    thread_id: str | None = None
    system_fingerprint: str | None = None
    service_tier: str | None = None


class MessageStart(ResponseModel):
    """A message begins; the events that follow in its namespace are about it."""

    event: Literal["message-start"]
    role: Annotated[MessageRole | str, OPEN]
    id: str
    """Id of the message. No other event of it has one."""
    metadata: MessageMetadata | None = None
    tool_call_id: str | None = None
    """Which call a message of role `"tool"` answers."""


class ContentBlockStart(ResponseModel):
    """A block of the message begins."""

    event: Literal["content-block-start"]
    index: int
    """Position of the block in the message."""
    content: ContentBlock
    """The block as far as it is known, often empty."""


class ContentBlockDelta(ResponseModel):
    """A block of the message grows: by `delta`, or by `content` in a tool's mirror."""

    event: Literal["content-block-delta"]
    index: int
    """Position of the block in the message."""
    delta: Delta | None = None
    """What is added. `None` where `content` holds it."""
    content: ContentBlock | None = None
    """The whole block, in mirrored answers of tools. `None` in messages of models."""


class ContentBlockFinish(ResponseModel):
    """A block of the message is complete."""

    event: Literal["content-block-finish"]
    index: int
    """Position of the block in the message."""
    content: ContentBlock
    """The whole block."""


class MessageFinish(ResponseModel):
    """The message is complete."""

    event: Literal["message-finish"]
    usage: Usage | None = None
    """Tokens that it cost, where its model counts them."""
    metadata: JsonObject | None = None
    """Empty, in mirrored answers of tools; `None` in messages of models."""


class MessageError(ResponseModel):
    """The message breaks off."""

    event: Literal["error"]
    message: str
    """Why."""
    code: str | None = None


MessagesData: TypeAlias = Annotated[
    MessageStart
    | ContentBlockStart
    | ContentBlockDelta
    | ContentBlockFinish
    | MessageFinish
    | MessageError,
    Keyed("event"),
]
"""What a `messages` event tells."""
