"""Calls of tools in a run, as they happen."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sized
from typing import Any
from weakref import WeakSet, ref

from graphwire_core.errors import StreamError
from graphwire_stream._async.thread_stream.reader import (
    AsyncFollowing,
    AsyncProjection,
    AsyncReader,
)
from graphwire_stream._drivers import Deadline, async_deferred
from graphwire_stream._session import Interest, Namespace, Track
from graphwire_stream._session.item import Item

__all__ = ["AsyncToolCallStream", "AsyncToolCalls", "AsyncToolDeltas"]


class AsyncToolDeltas:
    """What a tool writes while it works, from the first piece that is still known."""

    def __init__(self, call: AsyncToolCallStream) -> None:
        self._call = call
        self.pieces: deque[Any] = deque()

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        while not self.pieces:
            more = await self._call.advance(unless=self.pieces)
            if not more and not self.pieces:  # another thread may have brought the last
                raise StopAsyncIteration
        return self.pieces.popleft()


class AsyncToolCallStream:
    """One call of a tool, from its start on."""

    def __init__(self, reader: AsyncReader[Any], tool_call_id: str, namespace: Namespace) -> None:
        self._reader = reader
        self._listeners: WeakSet[AsyncToolDeltas] = WeakSet()
        self._early: list[Any] = []
        self._output: Any = None
        self.tool_call_id = tool_call_id
        """Id that the model gave the call."""
        self.namespace = namespace
        """Namespace of the graph that calls; empty for the root graph."""
        self.name = ""
        """Name of the tool."""
        self.input: Any = None
        """What the tool is called with."""
        self.error: str | None = None
        """What the tool failed with; `None` unless it did."""
        self.done = False
        """Whether the tool has finished or failed."""

    @property
    def deltas(self) -> AsyncToolDeltas:
        """What the tool writes while it works, any JSON; each access reads from the start.

        The pieces are kept until the call is done.
        """
        return self._reader.alone(self._listen)

    @async_deferred
    async def output(self, timeout: float | None = None) -> Any:
        """What the tool returned, once it has, as of `result`."""
        return await self.result(timeout)

    async def result(self, timeout: float | None = None) -> Any:
        """Wait until the tool has finished, and return what it returned.

        Args:
            timeout: Longest wait for it, in seconds. Default: the stream's, for each event.

        Raises:
            StreamError: The tool failed, or the run ended before it had finished.
            RunFailedError: The run failed.
            RequestTimeout: The tool was not done in time.
        """
        deadline = self._reader.deadline(timeout)
        while await self.advance(deadline):
            pass
        if self.error is not None:
            raise StreamError(f"Tool {self.name or self.tool_call_id} failed: {self.error}")
        if not self.done:
            raise StreamError(f"The run ended before tool {self.name or self.tool_call_id} did")
        return self._output

    async def advance(self, deadline: Deadline | None = None, *, unless: Sized = ()) -> bool:
        """Read on, unless there is something; return whether the call is still going on."""
        if self.done:
            self._reader.settle()
            return False
        return await self._reader.advance(deadline, unless=unless)

    def _listen(self) -> AsyncToolDeltas:
        deltas = AsyncToolDeltas(self)
        deltas.pieces.extend(self._early)
        self._listeners.add(deltas)
        return deltas

    def take(self, data: Any) -> None:
        """Note an event of the call."""
        kind = data.get("event")
        if kind == "tool-started":
            self.name, self.input = data.get("tool_name") or "", data.get("input")
        elif kind == "tool-output-delta":
            self._early.append(data.get("delta"))
            for listener in self._listeners:
                listener.pieces.append(data.get("delta"))
        elif kind == "tool-finished":
            self._output, self.done = data.get("output"), True
        elif kind == "tool-error":
            self.error = str(data.get("message") or data.get("code") or "the tool failed")
            self.done = True
        if self.done:
            self._early.clear()

    def __repr__(self) -> str:
        state = "failed" if self.error is not None else "done" if self.done else "running"
        return f"<{type(self).__name__} {self.name} {state} id={self.tool_call_id!r}>"


class AsyncToolCalls(AsyncProjection[AsyncToolCallStream]):
    """The calls of tools in one graph of a run, as they begin."""

    def __init__(
        self, following: AsyncFollowing, *, track: Track | None = None, scope: Namespace = ()
    ) -> None:
        interest = Interest(frozenset({"tools"}), (scope,), 0)
        super().__init__(following, interest, track=track, scope=scope or None)

    def begin(
        self, reader: AsyncReader[AsyncToolCallStream], /
    ) -> Callable[[Item], Iterable[AsyncToolCallStream]]:
        """Yield each call when it begins."""
        return _Running(reader).take


class _Running:
    """The calls that a reader has met and that are not done."""

    def __init__(self, reader: AsyncReader[Any]) -> None:
        self._reader = ref(reader)
        self._calls: dict[str, AsyncToolCallStream] = {}

    def take(self, item: Item) -> Iterable[AsyncToolCallStream]:
        """Add an event to its call; return the call when it is new."""
        reader = self._reader()
        name = item.data.get("tool_call_id") if isinstance(item.data, dict) else None
        if reader is None or not isinstance(name, str):
            return ()
        call = self._calls.get(name)
        new = call is None
        if call is None:
            call = self._calls[name] = AsyncToolCallStream(reader, name, item.namespace)
        call.take(item.data)
        if call.done:
            del self._calls[name]
        return (call,) if new else ()
