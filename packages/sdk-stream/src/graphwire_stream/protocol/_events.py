"""Events of the protocol: the envelope, and a class for each method."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Literal

from pydantic import Field
from typing_extensions import TypeVar

from graphwire_core.models import ResponseModel
from graphwire_stream.protocol._messages import MessagesData
from graphwire_stream.protocol._progress import (
    CheckpointData,
    InputRequestedData,
    LifecycleData,
    TasksData,
)
from graphwire_stream.protocol._tools import ToolsData

__all__ = [
    "CheckpointsEvent",
    "CustomEvent",
    "Event",
    "EventParams",
    "InputRequestedEvent",
    "LifecycleEvent",
    "MessagesEvent",
    "TasksEvent",
    "ToolsEvent",
    "UnknownEvent",
    "UpdatesEvent",
    "ValuesEvent",
]

Data = TypeVar("Data", default=Any)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventParams(ResponseModel):
    """Where and when an event happened, and what it tells."""

    namespace: tuple[str, ...]
    timestamp: int
    data: Any
    node: str | None = None


# Named classes rather than a generic one, whose specialisations pickle does not find by name.
class _LifecycleParams(EventParams):
    data: LifecycleData


class _MessagesParams(EventParams):
    data: MessagesData


class _ToolsParams(EventParams):
    data: ToolsData


class _InputRequestedParams(EventParams):
    data: InputRequestedData


class _TasksParams(EventParams):
    data: TasksData


class _CheckpointsParams(EventParams):
    data: CheckpointData


class Event(ResponseModel, Generic[Data]):
    """One event of a thread's stream.

    It reads as the wire has it, `event["params"]["data"]`, and directly: `event.data`.
    """

    type: Literal["event"]
    event_id: str | None = None
    """Id of the event. Synthetic ones differ between SSE and WebSocket for the same event."""
    seq: int | None = None
    """Place in the order of one connection: another connection counts anew, with other gaps."""
    method: str
    params: EventParams

    @property
    def namespace(self) -> tuple[str, ...]:
        """Path of the graph that the event is about, outermost first; empty for the root graph."""
        return self.params.namespace

    @property
    def data(self) -> Data:
        """What the event tells."""
        return self.params.data  # type: ignore[no-any-return]  # a subclass has params of its data

    @property
    def node(self) -> str | None:
        """Node that the event is about, where the server says so."""
        return self.params.node

    @property
    def timestamp(self) -> int:
        """When the server made the event, in milliseconds since 1970."""
        return self.params.timestamp

    @property
    def time(self) -> datetime:
        """When the server made the event, in UTC."""
        return _EPOCH + timedelta(milliseconds=self.params.timestamp)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for key, value in super().__repr_args__():
            if key == "params":
                yield from self.params.__repr_args__()
            elif key != "type":
                yield key, value


class LifecycleEvent(Event[LifecycleData]):
    """A graph begins or ends."""

    method: Literal["lifecycle"]
    params: _LifecycleParams


class ValuesEvent(Event[Any]):
    """The state of a graph after a step; `data` is the state."""

    method: Literal["values"]


class UpdatesEvent(Event[Any]):
    """What nodes returned; `data` is as the graph made it, mostly updates by node."""

    method: Literal["updates"]


class MessagesEvent(Event[MessagesData]):
    """A message begins, grows or ends."""

    method: Literal["messages"]
    params: _MessagesParams


class ToolsEvent(Event[ToolsData]):
    """A tool of the graph begins, writes or ends."""

    method: Literal["tools"]
    params: _ToolsParams


class InputRequestedEvent(Event[InputRequestedData]):
    """The graph asks a question."""

    method: Literal["input.requested"]
    params: _InputRequestedParams


class TasksEvent(Event[TasksData]):
    """A node begins or ends."""

    method: Literal["tasks"]
    params: _TasksParams


class CheckpointsEvent(Event[CheckpointData]):
    """A checkpoint was written."""

    method: Literal["checkpoints"]
    params: _CheckpointsParams


class CustomEvent(Event[Any]):
    """What a node or a stream transformer wrote; `data` is any JSON value."""

    method: Literal["custom"]

    @property
    def name(self) -> str | None:
        """Name that the data has, which makes the event one of the channel `custom:<name>`."""
        name = self.data.get("name") if isinstance(self.data, dict) else None
        return None if name is None or name == "" else str(name)

    @property
    def payload(self) -> Any:
        """What was written: the payload where the data is but an envelope, else the data.

        A named channel sends `{"name", "payload"}`, a run of the older API `{"payload"}`.
        """
        data = self.data
        if isinstance(data, dict) and "payload" in data and data.keys() <= {"name", "payload"}:
            return data["payload"]
        return data


class UnknownEvent(Event[Any]):
    """An event of a method, or with data of a form, that this version of the SDK does not know."""

    reason: str = Field(exclude=True)
    """Why it is not one of the others; not from the wire."""
