"""Frames of the wire, after JSON: which model each one is."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from graphwire_core._arguments import describe
from graphwire_core.errors import StreamProtocolError
from graphwire_stream.protocol._events import (
    CheckpointsEvent,
    CustomEvent,
    Event,
    InputRequestedEvent,
    LifecycleEvent,
    MessagesEvent,
    TasksEvent,
    ToolsEvent,
    UnknownEvent,
    UpdatesEvent,
    ValuesEvent,
)
from graphwire_stream.protocol._keyed import UNKNOWN_KIND
from graphwire_stream.protocol._responses import CommandFailure, CommandSuccess

__all__ = ["fault_of", "read_frame"]

_EVENTS: dict[Any, type[Event[Any]]] = {
    "lifecycle": LifecycleEvent,
    "values": ValuesEvent,
    "updates": UpdatesEvent,
    "messages": MessagesEvent,
    "tools": ToolsEvent,
    "input.requested": InputRequestedEvent,
    "custom": CustomEvent,
    "tasks": TasksEvent,
    "checkpoints": CheckpointsEvent,
}

_RESPONSES: dict[Any, type[CommandSuccess] | type[CommandFailure]] = {
    "success": CommandSuccess,
    "error": CommandFailure,
}


_SHOWN = ("type", "method", "id", "event_id", "seq")
"""Fields of a frame that an error quotes: none of them holds data of a graph."""


def read_frame(frame: Mapping[str, Any]) -> Event | CommandSuccess | CommandFailure:
    """Make the model of one frame.

    An event of a new method, or with data of a new form, is an `UnknownEvent`.

    Args:
        frame: Decoded JSON of the frame; it is not changed.

    Raises:
        StreamProtocolError: The frame is neither an event nor a response to a command.
    """
    fields = frame if type(frame) is dict else _object(frame)
    kind = fields.get("type")
    if kind == "event":
        return _event(fields)
    model = _RESPONSES.get(kind) if isinstance(kind, str) else None
    if model is None:
        words = ", ".join(map(repr, ("event", *_RESPONSES)))
        raise _malformed(fields, f"type: expected one of {words}")
    try:
        response: CommandSuccess | CommandFailure
        response = model.__pydantic_validator__.validate_python(fields)
    except ValidationError as error:
        raise _malformed(fields, fault_of(error)) from error
    return response


def _event(fields: dict[str, Any]) -> Event:
    method = fields.get("method")
    model = _EVENTS.get(method) if isinstance(method, str) else None
    if model is None:
        return _unknown(fields, f"method {describe(method)} is not known")
    try:
        # The validator itself: `model_validate` costs half as much again for a small event.
        event: Event = model.__pydantic_validator__.validate_python(fields)
    except ValidationError as error:
        return _unknown(fields, fault_of(error))
    return event


def _unknown(fields: dict[str, Any], reason: str) -> UnknownEvent:
    """Keep an event whose data no model fits; what is wrong around the data is an error."""
    try:
        return UnknownEvent.model_validate(fields | {"reason": reason})
    except ValidationError as error:
        raise _malformed(fields, fault_of(error)) from error


def _object(frame: Any) -> dict[str, Any]:
    if isinstance(frame, Mapping):
        return dict(frame)
    raise StreamProtocolError(f"malformed frame: expected an object, got {type(frame).__name__}")


def fault_of(error: ValidationError) -> str:
    """Say which field does not fit, without quoting the graph's data."""
    first = error.errors(include_url=False)[0]
    steps = [str(step) for step in first["loc"] if not str(step).startswith("<")]
    if first["type"] != UNKNOWN_KIND:
        return f"{'.'.join(steps)}: {first['msg']}"
    key, value = first["ctx"]["key"], first["input"]
    if not isinstance(value, dict):
        return f"{'.'.join(steps)}: expected an object with {key!r}, got {type(value).__name__}"
    return f"{'.'.join([*steps, key])}: {describe(value.get(key))} is not known"


def _malformed(fields: dict[str, Any], fault: str) -> StreamProtocolError:
    shown = ", ".join(f"{key} {describe(fields[key])}" for key in _SHOWN if key in fields)
    return StreamProtocolError(f"malformed frame: {fault}" + (f" ({shown})" if shown else ""))
