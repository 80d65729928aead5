"""Projections of plain events: the events themselves, states, and named channels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphwire_core.errors import InvalidArgumentError
from graphwire_stream._async.thread_stream.reader import (
    AsyncFollowing,
    AsyncProjection,
    AsyncReader,
)
from graphwire_stream._session import Interest, Namespace, Track
from graphwire_stream._session.item import Item
from graphwire_stream.protocol import Event

__all__ = ["AsyncChannelData", "AsyncEvents", "AsyncExtensions"]


class AsyncEvents(AsyncProjection[Event]):
    """Events as the server sent them, each once."""

    def begin(self, _: AsyncReader[Event], /) -> Callable[[Item], Iterable[Event]]:
        """Yield each event."""
        return lambda item: (item.event,)


class AsyncChannelData(AsyncProjection[Any]):
    """The data of the events of a channel."""

    def begin(self, _: AsyncReader[Any], /) -> Callable[[Item], Iterable[Any]]:
        """Yield the data of each."""
        return lambda item: (item.data,)


class AsyncExtensions:
    """Named channels of a graph: `extensions["progress"]` reads what it wrote to `progress`."""

    def __init__(
        self,
        following: AsyncFollowing,
        *,
        track: Track | None = None,
        scope: Namespace | None = None,
    ) -> None:
        self._following = following
        self._track = track
        self._scope = scope

    def __getitem__(self, name: str) -> AsyncChannelData:
        if not isinstance(name, str) or not name:
            raise InvalidArgumentError("extensions", "the name of a channel", repr(name))
        channels = frozenset({f"custom:{name}"})
        self._following.driver.tell(self._following.session.declare, channels)
        namespaces = None if self._scope is None else (self._scope,)
        return AsyncChannelData(
            self._following, Interest(channels, namespaces), track=self._track, scope=self._scope
        )
