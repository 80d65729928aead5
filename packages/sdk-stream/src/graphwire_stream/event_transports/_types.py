"""What an event transport is: it connects to the events of a thread, and hands on their frames.

A transport owns connections and nothing else: it never resumes, and knows no run, no `seq` and no
identity of an event. That is up to the session which reads from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError

__all__ = [
    "AsyncEventConnection",
    "AsyncEventTransport",
    "EventConnection",
    "EventFilter",
    "EventTransport",
]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events of a thread a connection delivers; the server sends no others.

    Raises:
        InvalidArgumentError: A field has another form than the one said here.
    """

    channels: tuple[str, ...]
    """At least one channel, such as `"values"`, `"messages"` or `"custom:progress"`."""
    namespaces: tuple[tuple[str, ...], ...] | None = None
    """Prefixes of namespaces, `()` for that of the root; `None` for every namespace."""
    depth: int | None = None
    """How many levels below a prefix are delivered, 0 for none; `None` for all."""

    def __post_init__(self) -> None:
        if not _is_path(self.channels) or not self.channels:
            raise InvalidArgumentError(
                "channels", "a tuple of at least one name", describe(self.channels)
            )
        namespaces = self.namespaces
        if namespaces is not None and not (
            isinstance(namespaces, tuple) and all(map(_is_path, namespaces))
        ):
            raise InvalidArgumentError(
                "namespaces", "a tuple of tuples of text, or None", describe(namespaces)
            )
        depth = self.depth
        if depth is not None and (not isinstance(depth, int) or isinstance(depth, bool)):
            raise InvalidArgumentError("depth", "an int or None", describe(depth))
        if depth is not None and depth < 0:
            raise InvalidArgumentError("depth", "0 or more", describe(depth))

    def body(self) -> dict[str, Any]:
        """Return the filter as the server takes it, over SSE and WebSocket alike.

        `since` is never among it: it counts events of a connection, and this one has none yet.
        """
        body: dict[str, Any] = {"channels": list(self.channels)}
        if self.namespaces is not None:
            body["namespaces"] = [list(namespace) for namespace in self.namespaces]
        if self.depth is not None:
            body["depth"] = self.depth
        return body


def _is_path(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, str) and part for part in value)


class AsyncEventConnection(Protocol):
    """One connection that delivers the events of a thread; its owner closes it."""

    async def receive(self, timeout: float | None = None) -> Sequence[Mapping[str, Any]] | None:
        """Return the frames that have arrived, in order: all of one read of the socket.

        Frames are the JSON objects of the protocol. The sequence is empty for what shows life and
        is no frame: a heartbeat, a ping, a pong. It is `None` when nothing came for `timeout`
        seconds; a frame that is on its way is waited for, a while longer. The connection stays
        usable then, and when whoever waits is cancelled: nothing is lost.

        Raises:
            ConnectionFailed: The connection has ended, in whatever way.
            APIStatusError: The server closed it with a code from 4400 to 4499, 4404 for 404.
            StreamProtocolError: Something arrived that is no frame; it comes after those before.
        """

    async def aclose(self) -> None:
        """Release the socket, in about a second at most; a second call does nothing."""


class AsyncEventTransport(Protocol):
    """Connects to the events of threads."""

    async def connect(self, thread_id: str, wanted: EventFilter) -> AsyncEventConnection:
        """Connect to the events of a thread, and return when the server has accepted.

        Raises:
            APIStatusError: The server refused the connection or the filter.
            TransportError: There is no connection.
        """


class EventConnection(Protocol):
    """One connection that delivers the events of a thread; its owner closes it."""

    def receive(self, timeout: float | None = None) -> Sequence[Mapping[str, Any]] | None:
        """Return the frames that have arrived, in order: all of one read of the socket.

        Frames are the JSON objects of the protocol. The sequence is empty for what shows life and
        is no frame: a heartbeat, a ping, a pong. It is `None` when nothing came for `timeout`
        seconds; a frame that is on its way is waited for, a while longer. The connection stays
        usable then, and nothing is lost. Over a transport whose responses cannot tell whether
        bytes have arrived, the wait goes on until some do, a heartbeat after five seconds at most.

        Raises:
            ConnectionFailed: The connection has ended, in whatever way.
            APIStatusError: The server closed it with a code from 4400 to 4499, 4404 for 404.
            StreamProtocolError: Something arrived that is no frame; it comes after those before.
        """

    def close(self) -> None:
        """Release the socket, in about a second at most; a second call does nothing."""


class EventTransport(Protocol):
    """Connects to the events of threads."""

    def connect(self, thread_id: str, wanted: EventFilter) -> EventConnection:
        """Connect to the events of a thread, and return when the server has accepted.

        Raises:
            APIStatusError: The server refused the connection or the filter.
            TransportError: There is no connection.
        """
