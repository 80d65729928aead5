"""Subgraphs of a run: each with its messages, tool calls, states and subgraphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from weakref import ref

from graphwire_stream._async.thread_stream.events import AsyncChannelData, AsyncExtensions
from graphwire_stream._async.thread_stream.messages import AsyncMessages, AsyncText
from graphwire_stream._async.thread_stream.reader import (
    AsyncFollowing,
    AsyncProjection,
    AsyncReader,
)
from graphwire_stream._async.thread_stream.tools import AsyncToolCalls
from graphwire_stream._session import Interest, Namespace, Scope, Track
from graphwire_stream._session.item import Item
from graphwire_stream.protocol import LifecycleEvent

__all__ = ["AsyncSubgraph", "AsyncSubgraphs"]


class AsyncSubgraph:
    """One subgraph of a run, from its start on; its projections end when it ends."""

    def __init__(self, following: AsyncFollowing, track: Track, event: LifecycleEvent) -> None:
        self._following = following
        self._track = track
        self.namespace = event.namespace
        """Namespace of the subgraph: where it is in the graph, outermost first."""
        node, _, task = event.namespace[-1].partition(":")
        self.graph_name: str | None = event.data.graph_name or node or None
        """Name of the graph, mostly that of the node that runs it."""
        self.trigger_call_id: str | None = event.data.trigger_call_id or task or None
        """Id of the task, or of the call of a tool, that started it."""

    @property
    def path(self) -> Namespace:
        """Namespace of the subgraph, as `namespace`."""
        return self.namespace

    @property
    def status(self) -> str:
        """`"started"`, `"completed"`, `"failed"` or `"interrupted"`, as far as was read.

        A subgraph that says nothing of its end shares that of the run.
        """
        known = self._scope.status
        ended = self._track.status in {"completed", "failed", "interrupted"}
        return self._track.status if known in {"started", "running"} and ended else known

    @property
    def error(self) -> str | None:
        """What it failed with; `None` unless it did."""
        return self._scope.error or (self._track.error if self.status == "failed" else None)

    @property
    def messages(self) -> AsyncMessages:
        """The messages of this subgraph, without those of graphs inside it."""
        return AsyncMessages(self._following, track=self._track, scope=self.namespace)

    @property
    def tool_calls(self) -> AsyncToolCalls:
        """The calls of tools of this subgraph."""
        return AsyncToolCalls(self._following, track=self._track, scope=self.namespace)

    @property
    def values(self) -> AsyncChannelData:
        """The states of this subgraph."""
        interest = Interest(frozenset({"values"}), (self.namespace,), 0)
        return AsyncChannelData(self._following, interest, track=self._track, scope=self.namespace)

    @property
    def subgraphs(self) -> AsyncSubgraphs:
        """The graphs inside this one."""
        return AsyncSubgraphs(self._following, track=self._track, scope=self.namespace)

    @property
    def subagents(self) -> AsyncSubgraphs:
        """The graphs inside this one, as `subgraphs`."""
        return self.subgraphs

    @property
    def extensions(self) -> AsyncExtensions:
        """Named channels that this subgraph writes to."""
        return AsyncExtensions(self._following, track=self._track, scope=self.namespace)

    def text(self) -> AsyncText:
        """Return the text that models write in this subgraph, piece by piece."""
        return AsyncText(self._following, track=self._track, scope=self.namespace)

    @property
    def _scope(self) -> Scope:
        return self._track.scopes.get(self.namespace) or Scope()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.graph_name} {self.status} at {self.namespace}>"


class AsyncSubgraphs(AsyncProjection[AsyncSubgraph]):
    """The graphs directly inside one graph of a run, as they start."""

    prefetched = frozenset({"messages", "tools"})

    def __init__(
        self, following: AsyncFollowing, *, track: Track | None = None, scope: Namespace = ()
    ) -> None:
        interest = Interest(frozenset({"lifecycle"}), (scope,), 1)
        super().__init__(following, interest, track=track, scope=scope or None)
        self._depth = len(scope) + 1

    def begin(
        self, reader: AsyncReader[AsyncSubgraph], /
    ) -> Callable[[Item], Iterable[AsyncSubgraph]]:
        """Yield each subgraph once."""
        met: set[Namespace] = set()
        following, depth, reading = self.following, self._depth, ref(reader)

        def take(item: Item) -> Iterable[AsyncSubgraph]:
            event = item.event
            if not isinstance(event, LifecycleEvent) or len(event.namespace) != depth:
                return ()
            reader = reading()
            if event.namespace in met or reader is None or reader.track is None:
                return ()
            met.add(event.namespace)
            return (AsyncSubgraph(following, reader.track, event),)

        return take
