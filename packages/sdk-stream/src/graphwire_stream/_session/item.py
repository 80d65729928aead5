"""An event on its way through a session: routed by its envelope, read as a model when asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from graphwire_core.errors import ConnectionFailed, StreamProtocolError
from graphwire_stream._session.interest import Namespace
from graphwire_stream.protocol import CommandFailure, Event, read_frame

__all__ = ["Item"]


class Item:
    """A frame that is an event.

    Most events are read by one reducer that needs their plain data, so the model is made only for
    who wants it, once for all of them.
    """

    __slots__ = ("_event", "channel", "event_id", "frame", "method", "namespace")

    def __init__(self, frame: Mapping[str, Any], method: str, namespace: Namespace) -> None:
        self.frame = frame
        self.method = method
        self.namespace = namespace
        self.event_id: str | None = frame.get("event_id")
        self.channel = _channel(method, frame["params"]["data"])
        self._event: Event | None = None

    @property
    def data(self) -> Any:
        """The data as it came."""
        return self.frame["params"]["data"]

    @property
    def event(self) -> Event:
        """The event as a validated model."""
        if self._event is None:
            event = read_frame(self.frame)
            if not isinstance(event, Event):
                raise StreamProtocolError(f"Expected an event, got {type(event).__name__}")
            self._event = event
        return self._event

    def to_json(self) -> bytes:
        """Return the frame as JSON."""
        return to_json(self.frame, inf_nan_mode="constants")

    @classmethod
    def of(cls, frame: Mapping[str, Any]) -> Item | None:
        """Return the event that a frame is; `None` for the answer to a command.

        Raises:
            StreamProtocolError: The frame is not what the protocol says.
            ConnectionFailed: The server says that it cannot go on with this connection.
        """
        if frame.get("type") == "event":
            method, params = frame.get("method"), frame.get("params")
            if type(method) is str and type(params) is dict and _is_whole(frame, params):
                return cls(frame, method, tuple(params["namespace"]))
        read = read_frame(frame)  # not the usual form: the models say what is wrong, if anything
        if isinstance(read, CommandFailure):
            raise ConnectionFailed(f"The server ended the event stream: {read.message}")
        return cls(frame, read.method, read.namespace) if isinstance(read, Event) else None


def _is_whole(frame: Mapping[str, Any], params: dict[str, Any]) -> bool:
    """Whether an envelope has what the model of it asks for."""
    namespace = params.get("namespace")
    return (
        "data" in params
        and type(namespace) is list
        and all(type(segment) is str for segment in namespace)
        and type(params.get("timestamp")) is int
        and isinstance(frame.get("event_id", ""), str)
        and isinstance(frame.get("seq", 0), int)
    )


def _channel(method: str, data: Any) -> str:
    if method == "input.requested":
        return "input"
    if method != "custom" or not isinstance(data, dict):
        return method
    name = data.get("name")
    return method if name is None or name == "" else f"custom:{name}"
