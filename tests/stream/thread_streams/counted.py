"""An event transport that counts what it opens and what is closed, as a plugin brings one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphwire_core import AsyncClient
from graphwire_core.plugins import hookimpl
from graphwire_stream.event_transports import (
    AsyncEventConnection,
    AsyncEventTransport,
    EventFilter,
    EventTransportRegistry,
    event_transport,
)


class Counted:
    """Opens connections of another transport; both a plugin and the transport."""

    def __init__(self, name: str) -> None:
        self.opened: list[EventFilter] = []
        self.open = 0
        self._name = name
        self._inner: AsyncEventTransport | None = None

    @hookimpl
    def graphwire_register_event_transports(self, registry: EventTransportRegistry) -> None:
        registry.add("counted", asynchronous=self._over)

    async def connect(self, thread_id: str, wanted: EventFilter) -> AsyncEventConnection:
        assert self._inner is not None
        connection = await self._inner.connect(thread_id, wanted)
        self.opened.append(wanted)
        self.open += 1
        return _Connection(connection, self)

    def _over(self, client: AsyncClient) -> AsyncEventTransport:
        self._inner = event_transport(client, self._name)
        return self


class _Connection:
    def __init__(self, inner: AsyncEventConnection, owner: Counted) -> None:
        self._inner = inner
        self._owner: Counted | None = owner

    async def receive(self, timeout: float | None = None) -> Sequence[Mapping[str, Any]] | None:
        return await self._inner.receive(timeout)

    async def aclose(self) -> None:
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.open -= 1
        await self._inner.aclose()
