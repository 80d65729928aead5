"""An event transport of somebody else, which breaks its promises."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.stream.session.model import ModelConnection
from tests.stream.thread_faults.story import STORY

from graphwire_core.errors import ConnectionFailed
from graphwire_core.plugins import hookimpl
from graphwire_stream.event_transports import EventFilter, EventTransportRegistry

__all__ = ["AsyncBrokenConnection", "AsyncBrokenTransport", "ended"]


class AsyncBrokenConnection:
    """Brings the first events of the story, and then what a test says."""

    def __init__(self, transport: AsyncBrokenTransport, wanted: EventFilter) -> None:
        model = ModelConnection(frozenset(wanted.channels), "\0")
        for entry in STORY[:9]:
            model.take_in(entry)
        self._transport = transport
        self._frames: list[Mapping[str, Any]] = json.loads(json.dumps([*model.frames]))

    async def receive(self, timeout: float | None = None) -> Sequence[Mapping[str, Any]] | None:
        """Return the frames, once the test is ready."""
        if not self._transport.ready:
            await asyncio.sleep(0.001)
            return None
        frames, self._frames = self._frames, []
        if frames:
            return frames
        return self._transport.then()

    async def aclose(self) -> None:
        """Fail, where the transport says so."""
        self._transport.open -= 1
        if self._transport.on_close is not None:
            raise self._transport.on_close


class AsyncBrokenTransport:
    """Makes such connections, and counts them."""

    def __init__(
        self,
        then: Callable[[], Sequence[Mapping[str, Any]] | None],
        *,
        on_connect: Exception | None = None,
        on_close: Exception | None = None,
    ) -> None:
        self.then = then
        self.on_connect = on_connect
        self.on_close = on_close
        self.connections = 0
        self.open = 0
        self.ready = False

    @hookimpl
    def graphwire_register_event_transports(self, registry: EventTransportRegistry) -> None:
        """Register it; only a client of its colour is given."""
        registry.add("broken", asynchronous=self._made, synchronous=self._made)

    def _made(self, _: object) -> Any:
        return self

    async def connect(self, thread_id: str, wanted: EventFilter) -> AsyncBrokenConnection:
        """Connect, or fail."""
        self.connections += 1
        if self.on_connect is not None:
            raise self.on_connect
        self.open += 1
        return AsyncBrokenConnection(self, wanted)


def ended() -> None:
    """End as a connection does."""
    raise ConnectionFailed("gone")
