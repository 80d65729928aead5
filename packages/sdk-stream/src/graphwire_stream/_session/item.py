"""An event on its way through a session: routed by its envelope, read as a model when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import from_json, to_json

from graphwire_core.errors import ConnectionFailed, StreamProtocolError
from graphwire_stream._session.interest import Namespace
from graphwire_stream.messages._protocol import text_delta
from graphwire_stream.protocol import CommandFailure, Event, read_frame

__all__ = ["Item"]


class Item:
    """A frame that is an event.

    Most events are read by one reducer that needs their plain data, so the model is made only for
    who wants it, once for all of them. And most are pieces of text: of such a one only the piece
    is kept beside the JSON, for the objects of thousands on their way would all be walked by the
    collector of garbage, at a cost above that of all the rest.
    """

    __slots__ = (
        "_event",
        "_frame",
        "channel",
        "event_id",
        "index",
        "method",
        "namespace",
        "payload",
        "piece",
        "update",
    )

    def __init__(
        self, frame: Mapping[str, Any], method: str, namespace: Namespace, payload: bytes | None
    ) -> None:
        self.method = method
        self.namespace = namespace
        self.payload = payload
        """The frame as JSON, where that is at hand."""
        self.event_id: str | None = frame.get("event_id")
        data = frame["params"]["data"]
        self.channel = _NAMED[method](data) if method in _NAMED else method
        self.update: Any = None
        """What it did to a message, once `SharedMessages` knows."""
        self.piece: str | None = None
        """The text that it adds to the block `index` of a message, if that is all it does."""
        self.index = 0
        self._event: Event | None = None
        self._frame: Mapping[str, Any] | None = frame
        text = text_delta(data) if method == "messages" else None
        if text is not None:
            self.index, self.piece = text
            self._frame = frame if payload is None else None

    @property
    def frame(self) -> Mapping[str, Any]:
        """The event as it came."""
        if self._frame is None:
            frame: Mapping[str, Any] = from_json(self.payload or b"")
            return frame
        return self._frame

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
        return self.payload or to_json(self.frame, inf_nan_mode="constants")

    @classmethod
    def of(cls, frame: Mapping[str, Any], payload: bytes | None = None) -> Item | None:
        """Return the event that a frame is; `None` for the answer to a command.

        Raises:
            StreamProtocolError: The frame is not what the protocol says.
            ConnectionFailed: The server says that it cannot go on with this connection.
        """
        get = frame.get
        params = get("params")
        if get("type") == "event" and type(params) is dict:
            method, namespace = get("method"), params.get("namespace")
            # All that the model of an envelope asks for, at a tenth of its cost.
            if (
                type(method) is str
                and type(namespace) is list
                and "data" in params
                and type(params.get("timestamp")) is int
                and type(get("event_id", "")) is str
                and type(get("seq", 0)) is int
                and (not namespace or all(type(segment) is str for segment in namespace))
            ):
                return cls(frame, method, tuple(namespace), payload)
        read = read_frame(frame)  # not the usual form: the models say what is wrong, if anything
        if isinstance(read, CommandFailure):
            raise ConnectionFailed(f"The server ended the event stream: {read.message}")
        if isinstance(read, Event):
            return cls(frame, read.method, read.namespace, payload)
        return None


def _channel_of_custom(data: Any) -> str:
    name = data.get("name") if isinstance(data, dict) else None
    return "custom" if name is None or name == "" else f"custom:{name}"


_NAMED: Final[dict[str, Callable[[Any], str]]] = {
    "custom": _channel_of_custom,
    "input.requested": lambda _: "input",
}
"""Methods whose events are of a channel of another name."""
