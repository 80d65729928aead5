"""Frames made for a test, and read as what they are."""

from __future__ import annotations

from typing import Any, TypeVar

from graphwire_stream.protocol import (
    CheckpointsEvent,
    CustomEvent,
    InputRequestedEvent,
    LifecycleEvent,
    MessagesEvent,
    TasksEvent,
    ToolsEvent,
    UpdatesEvent,
    ValuesEvent,
    read_frame,
)

M = TypeVar("M")

CLASSES: dict[str, type] = {
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


def frame(method: str = "values", data: Any = None, **params: Any) -> dict[str, Any]:
    return {
        "type": "event",
        "event_id": "1795358480563-0",
        "seq": 3,
        "method": method,
        "params": {"namespace": [], "timestamp": 1795358480561, "data": data, **params},
    }


def read(kind: type[M], sent: dict[str, Any]) -> M:
    found = read_frame(sent)
    assert isinstance(found, kind), found
    return found
