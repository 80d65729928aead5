"""An event transport of one's own: another one, whose frames are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphwire_core import Client
from graphwire_core.plugins import hookimpl
from graphwire_stream.event_transports import (
    EventConnection,
    EventFilter,
    EventTransportRegistry,
    event_transport,
)


class CountingConnection:
    """A connection that counts what it hands on."""

    def __init__(self, inner: EventConnection, counts: Counter[str]) -> None:
        self._inner = inner
        self._counts = counts

    def receive(self, timeout: float | None = None) -> Sequence[Mapping[str, Any]] | None:
        frames = self._inner.receive(timeout)
        self._counts.update(frame["type"] for frame in frames or ())
        return frames

    def close(self) -> None:
        self._inner.close()


class CountingTransport:
    """Connects by server-sent events."""

    def __init__(self, client: Client, counts: Counter[str]) -> None:
        self._inner = event_transport(client, "sse")
        self._counts = counts

    def connect(self, thread_id: str, wanted: EventFilter) -> CountingConnection:
        return CountingConnection(self._inner.connect(thread_id, wanted), self._counts)


class Plugin:
    """Registers it as "counting", for sync clients."""

    def __init__(self) -> None:
        self.counts = Counter[str]()

    @hookimpl
    def graphwire_register_event_transports(self, registry: EventTransportRegistry) -> None:
        registry.add("counting", synchronous=lambda client: CountingTransport(client, self.counts))
