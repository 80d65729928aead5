"""Parts of run streams: what each event of the wire becomes.

This module turns a decoded event into a validated part. It knows no bytes, no connection and no
order of events. `StreamPart` is the form of `version="v1"`, the other parts are that of `"v2"`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, Field, ValidationError

from graphwire_core.errors import StreamProtocolError
from graphwire_core.models import ErrorPayload, Interrupt, JsonObject, ResponseModel
from graphwire_stream._payloads import (
    CheckpointPayload,
    CheckpointTaskPayload,
    DebugCheckpointPayload,
    DebugData,
    DebugPayload,
    DebugTaskPayload,
    DebugTaskResultPayload,
    DebugUnknownPayload,
    EventPayload,
    RunMetadataPayload,
    StateUpdatePayload,
    TaskData,
    TaskPayload,
    TaskResultPayload,
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

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Fill in what `parse_part` leaves out of a model: few ever ask for it."""
            if name not in _LEFT_OUT:
                return super().__getattr__(name)
            value = _LEFT_OUT[name]()
            object.__setattr__(self, name, value)
            return value


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
    data: TaskData


class DebugStreamPart(_Part):
    """A checkpoint was written, or a node begins or ends."""

    type: Literal["debug"]
    data: DebugData


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
    model, type_, ns, plain = form = _FORMS.get(event) or _learn_form(event)
    held = data if plain is None else plain(data)
    if held is _VALIDATED:
        return _validated(form, event, data, id)
    # Pydantic's `model_construct` takes four times as long, to validate what is known to be valid
    # more than twice as long.
    part: StreamPartV2 = _new(model)
    _set_fields(part, {"type": type_, "ns": ns, "data": held, "interrupts": [], "id": id})
    return part


_VALIDATED: Any = object()
"""In place of data that pydantic has to look at."""


class _Form(NamedTuple):
    """What the name of an event says about its part."""

    model: Any
    type: str
    ns: tuple[str, ...]
    plain: Callable[[Any], Any] | None
    """Returns the graph's own data as the part holds it, where there is nothing to validate; `None`
    where that is always the data itself."""


def _typed(_data: Any) -> Any:
    return _VALIDATED


def _state(data: Any) -> Any:
    return _VALIDATED if isinstance(data, dict) and _INTERRUPT in data else data


def _updates(data: Any) -> Any:
    return data if type(data) is dict and _INTERRUPT not in data else _VALIDATED


def _pair(data: Any) -> Any:
    if type(data) is list and len(data) == 2:  # noqa: PLR2004  # message and metadata
        message, metadata = data
        if type(message) is dict and type(metadata) is dict:
            return message, metadata
    return _VALIDATED


_PLAIN: dict[str, Callable[[Any], Any] | None] = {
    "values": _state,
    "updates": _updates,
    "messages": _pair,
    "custom": None,
}

_FORMS: dict[str, _Form] = {}
_MOST_FORMS: Final = 256  # names with the namespace of a task are endless


def _learn_form(event: str) -> _Form:
    kind, _, namespace = event.partition("|")
    ns = tuple(namespace.split("|")) if namespace else ()
    known = kind in _PARTS
    plain = _PLAIN.get(kind, _typed)
    form = _Form(_PARTS.get(kind, UnknownPart), kind if known else "unknown", ns, plain)
    if len(_FORMS) >= _MOST_FORMS:
        _FORMS.clear()
    _FORMS[event] = form
    return form


# A part made here holds its fields alone. What else pydantic keeps in a model comes when somebody
# asks for it: see `_Part.__getattr__`.
_new: Callable[[Any], Any] = object.__new__
_set_fields = BaseModel.__dict__["__dict__"].__set__
_LEFT_OUT: dict[str, Callable[[], Any]] = {
    "__pydantic_fields_set__": lambda: set(_Part.model_fields),
    "__pydantic_extra__": dict,
    "__pydantic_private__": lambda: None,
}


def _validated(form: _Form, event: str, data: Any, id: str | None) -> StreamPartV2:
    fields = {"type": form.type, "ns": form.ns, "data": data, "interrupts": [], "id": id}
    if form.type in {"values", "updates"} and isinstance(data, dict) and _INTERRUPT in data:
        fields["interrupts"] = data[_INTERRUPT]
        if form.type == "values":
            fields["data"] = {key: value for key, value in data.items() if key != _INTERRUPT}
    if form.type == "unknown":
        fields["event"] = event.partition("|")[0]
    try:
        # The validator itself: `model_validate` costs half as much again for a small event.
        part: StreamPartV2 = form.model.__pydantic_validator__.validate_python(fields)
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
