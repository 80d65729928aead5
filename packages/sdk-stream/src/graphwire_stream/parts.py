"""Parts of run streams: what each event of the wire becomes.

This module turns a decoded event into a validated part. It knows no bytes, no connection and no
order of events. `StreamPart` is the form of `version="v1"`, the other parts are that of `"v2"`.
"""

from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import Discriminator, Field, Tag, ValidationError

from graphwire_core.errors import StreamProtocolError
from graphwire_core.models import (
    Checkpoint,
    ErrorPayload,
    Interrupt,
    JsonObject,
    ResponseModel,
    ThreadState,
)

__all__ = [
    "CheckpointPayload",
    "CheckpointTaskPayload",
    "CheckpointsStreamPart",
    "CustomStreamPart",
    "DebugCheckpointPayload",
    "DebugPayload",
    "DebugStreamPart",
    "DebugTaskPayload",
    "DebugTaskResultPayload",
    "DebugUnknownPayload",
    "EndStreamPart",
    "ErrorStreamPart",
    "EventPayload",
    "EventsStreamPart",
    "FeedbackStreamPart",
    "MessagesCompleteStreamPart",
    "MessagesMetadataStreamPart",
    "MessagesPartialStreamPart",
    "MessagesTupleStreamPart",
    "MetadataStreamPart",
    "RunMetadataPayload",
    "StateUpdatePayload",
    "StateUpdateStreamPart",
    "StreamPart",
    "StreamPartV2",
    "TaskPayload",
    "TaskResultPayload",
    "TasksStreamPart",
    "UnknownPart",
    "UpdatesStreamPart",
    "ValuesStreamPart",
    "parse_part",
]


class StreamPart(NamedTuple):
    """One event of a stream, as it came (`version="v1"`)."""

    event: str
    """Name of the event, with the namespace of a subgraph after `|`."""
    data: Any
    """Decoded JSON; `None` for an event without data."""
    id: str | None = None
    """Id of the event; `None` where the stream cannot be resumed."""


class RunMetadataPayload(ResponseModel):
    """Which run the stream is about."""

    run_id: str
    attempt: int | None = None
    """1 for the first attempt at the run."""
    status: str | None = None
    """`"run_done"` where a thread stream tells the end of a run."""


class TaskPayload(ResponseModel):
    """A node begins."""

    id: str
    name: str
    input: Any
    triggers: list[str]
    """What made the node run."""
    metadata: JsonObject | None = None


class TaskResultPayload(ResponseModel):
    """A node is done, has failed or asks."""

    id: str
    name: str
    error: ErrorPayload | str | None = None
    interrupts: list[Interrupt] = Field(default_factory=list)
    result: Any = None


class CheckpointTaskPayload(ResponseModel):
    """A node that ran, or is about to run, at a checkpoint."""

    id: str
    name: str
    error: Any = None
    result: Any = None
    interrupts: list[Interrupt] = Field(default_factory=list)
    checkpoint: Checkpoint | None = None
    """Checkpoint of the subgraph, in debug events."""
    state: Any = None
    """Config or state of the subgraph, where the node is one."""


class CheckpointPayload(ResponseModel):
    """A checkpoint was written."""

    config: JsonObject | None = None
    """How to get at the checkpoint, among other settings of the run."""
    metadata: JsonObject
    """`source`, `step` and `parents`."""
    values: Any
    """State of the graph."""
    next: list[str]
    """Nodes that run next."""
    parent_config: JsonObject | None = None
    tasks: list[CheckpointTaskPayload]
    checkpoint: Checkpoint | None = None
    """The checkpoint itself, in debug events."""
    parent_checkpoint: Checkpoint | None = None


class _DebugPayload(ResponseModel):
    step: int
    """Step of the graph."""
    timestamp: str


class DebugCheckpointPayload(_DebugPayload):
    """A checkpoint was written."""

    type: Literal["checkpoint"]
    payload: CheckpointPayload


class DebugTaskPayload(_DebugPayload):
    """A node begins."""

    type: Literal["task"]
    payload: TaskPayload


class DebugTaskResultPayload(_DebugPayload):
    """A node is done, has failed or asks."""

    type: Literal["task_result"]
    payload: TaskResultPayload


class DebugUnknownPayload(_DebugPayload):
    """Something newer than this version of the SDK."""

    type: str
    payload: Any = None


class EventPayload(ResponseModel):
    """A LangChain event of a node, model or tool."""

    event: str
    """What happened, such as `"on_chat_model_stream"`."""
    name: str | None = None
    run_id: str | None = None
    """Run of the node, model or tool, not of the graph."""
    parent_ids: list[str] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    metadata: JsonObject | None = None
    data: Any = None


class StateUpdatePayload(ResponseModel):
    """The state of a thread was updated from outside of a run."""

    state: ThreadState
    thread_id: str


def _known(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict | ResponseModel) else None


def _task_tag(data: Any) -> str:
    return "<result>" if _known(data, "triggers") is None else "<start>"


def _debug_tag(data: Any) -> str:
    kind = _known(data, "type")
    return f"<{kind}>" if kind in ("checkpoint", "task", "task_result") else "<other>"


DebugPayload: TypeAlias = (
    DebugCheckpointPayload | DebugTaskPayload | DebugTaskResultPayload | DebugUnknownPayload
)
"""What a debug event tells."""

_Debug = Annotated[
    Annotated[DebugCheckpointPayload, Tag("<checkpoint>")]
    | Annotated[DebugTaskPayload, Tag("<task>")]
    | Annotated[DebugTaskResultPayload, Tag("<task_result>")]
    | Annotated[DebugUnknownPayload, Tag("<other>")],
    Discriminator(_debug_tag),
]
_Task = Annotated[
    Annotated[TaskPayload, Tag("<start>")] | Annotated[TaskResultPayload, Tag("<result>")],
    Discriminator(_task_tag),
]


class _Part(ResponseModel):
    type: str
    """Name of the event."""
    ns: tuple[str, ...] = ()
    """Namespace of the subgraph, outermost first; empty for the root graph."""
    data: Any
    interrupts: list[Interrupt] = Field(default_factory=list)
    """Questions that the graph asks with this part; empty for most."""
    id: str | None = None
    """Id of the event; `None` where the stream cannot be resumed."""


class ValuesStreamPart(_Part):
    """The state of the graph after a step."""

    type: Literal["values"]
    data: Any
    """The state, without its interrupts."""


class UpdatesStreamPart(_Part):
    """What nodes returned."""

    type: Literal["updates"]
    data: JsonObject
    """Updates by node; interrupts are under `"__interrupt__"` too."""


class MessagesPartialStreamPart(_Part):
    """A message that a model is writing, as far as it is."""

    type: Literal["messages/partial"]
    data: list[JsonObject]


class MessagesCompleteStreamPart(_Part):
    """A whole message."""

    type: Literal["messages/complete"]
    data: list[JsonObject]


class MessagesMetadataStreamPart(_Part):
    """Where a message comes from, told once."""

    type: Literal["messages/metadata"]
    data: JsonObject
    """`{"metadata": ...}` by message id."""


class MessagesTupleStreamPart(_Part):
    """A piece of a message, or a whole one."""

    type: Literal["messages"]
    data: tuple[JsonObject, JsonObject]
    """The message and its metadata."""


class CustomStreamPart(_Part):
    """What a node wrote to the stream."""

    type: Literal["custom"]


class CheckpointsStreamPart(_Part):
    """A checkpoint was written."""

    type: Literal["checkpoints"]
    data: CheckpointPayload


class TasksStreamPart(_Part):
    """A node begins or ends."""

    type: Literal["tasks"]
    data: _Task


class DebugStreamPart(_Part):
    """A checkpoint was written, or a node begins or ends."""

    type: Literal["debug"]
    data: _Debug


class EventsStreamPart(_Part):
    """A LangChain event."""

    type: Literal["events"]
    data: EventPayload


class MetadataStreamPart(_Part):
    """Which run the stream is about; the first part of a run."""

    type: Literal["metadata"]
    data: RunMetadataPayload


class ErrorStreamPart(_Part):
    """The run failed; the last part of its stream."""

    type: Literal["error"]
    data: ErrorPayload


class FeedbackStreamPart(_Part):
    """Where to send feedback on the run."""

    type: Literal["feedback"]
    data: JsonObject
    """URLs by feedback key."""


class StateUpdateStreamPart(_Part):
    """The state of the thread was updated from outside of a run (thread streams only)."""

    type: Literal["state_update"]
    data: StateUpdatePayload


class EndStreamPart(_Part):
    """The stream is complete; most servers just close it instead."""

    type: Literal["end"]


class UnknownPart(_Part):
    """An event newer than this version of the SDK.

    Its `type` is always `"unknown"`, so that a type checker can tell the parts apart by type.
    """

    type: Literal["unknown"]
    event: str
    """Name of the event on the wire."""


StreamPartV2: TypeAlias = (
    ValuesStreamPart
    | UpdatesStreamPart
    | MessagesPartialStreamPart
    | MessagesCompleteStreamPart
    | MessagesMetadataStreamPart
    | MessagesTupleStreamPart
    | CustomStreamPart
    | CheckpointsStreamPart
    | TasksStreamPart
    | DebugStreamPart
    | EventsStreamPart
    | MetadataStreamPart
    | ErrorStreamPart
    | FeedbackStreamPart
    | StateUpdateStreamPart
    | EndStreamPart
    | UnknownPart
)
"""One event of a stream, typed (`version="v2"`)."""

_INTERRUPT = "__interrupt__"

_PARTS: dict[str, type[_Part]] = {
    "values": ValuesStreamPart,
    "updates": UpdatesStreamPart,
    "messages/partial": MessagesPartialStreamPart,
    "messages/complete": MessagesCompleteStreamPart,
    "messages/metadata": MessagesMetadataStreamPart,
    "messages": MessagesTupleStreamPart,
    "custom": CustomStreamPart,
    "checkpoints": CheckpointsStreamPart,
    "tasks": TasksStreamPart,
    "debug": DebugStreamPart,
    "events": EventsStreamPart,
    "metadata": MetadataStreamPart,
    "error": ErrorStreamPart,
    "feedback": FeedbackStreamPart,
    "state_update": StateUpdateStreamPart,
    "end": EndStreamPart,
}


def parse_part(event: str, data: Any, id: str | None = None) -> StreamPartV2:
    """Make the typed part of one event.

    Args:
        event: Name of the event, with the namespace of a subgraph after `|`.
        data: Decoded JSON of the event; it is not changed.
        id: Id of the event.

    Raises:
        StreamProtocolError: The event is of a known type, and its data is not that of the type.
    """
    kind, _, namespace = event.partition("|")
    fields = {
        "type": kind,
        "ns": tuple(namespace.split("|")) if namespace else (),
        "data": data,
        "interrupts": [],
        "id": id,
    }
    if (kind in {"values", "updates"}) and isinstance(data, dict) and _INTERRUPT in data:
        fields["interrupts"] = data[_INTERRUPT]
        if kind == "values":
            fields["data"] = {key: value for key, value in data.items() if key != _INTERRUPT}
    if kind not in _PARTS:
        fields |= {"type": "unknown", "event": kind}
    try:
        # The validator itself: `model_validate` costs half as much again for a small event.
        part: StreamPartV2 = _PARTS.get(kind, UnknownPart).__pydantic_validator__.validate_python(
            fields
        )
    except ValidationError as error:
        raise _malformed(event, id, error) from error
    return part


def _malformed(event: str, id: str | None, error: ValidationError) -> StreamProtocolError:
    """Say which field of an event does not fit, without quoting the graph's data."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = [str(step) for step in first["loc"] if not str(step).startswith("<")]
    if path[0] == "interrupts":
        path[:1] = ["data", _INTERRUPT]
    place = f" (event id {id})" if id is not None else ""
    return StreamProtocolError(
        f"event {event!r:.80} does not fit its type: {'.'.join(path)}: {first['msg']}{place}"
    )
