"""Messages of a run, each a stream of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sized
from functools import partial
from typing import Any, Literal
from weakref import WeakSet, ref

from graphwire_stream._async.thread_stream.reader import (
    AsyncFollowing,
    AsyncProjection,
    AsyncReader,
)
from graphwire_stream._drivers import AsyncWaitable, Deadline
from graphwire_stream._session import Interest, Namespace, Track
from graphwire_stream._session.item import Item
from graphwire_stream.messages import (
    Message,
    MessageUpdate,
    Token,
    ToolCall,
    Usage,
)

__all__ = ["AsyncDeltas", "AsyncMessageStream", "AsyncMessages", "AsyncText"]

Kind = Literal["text", "reasoning"]


class AsyncDeltas:
    """The pieces of a text, from its first: what was there when reading began comes as one."""

    def __init__(self, message: AsyncMessageStream, kind: Kind) -> None:
        self._message = message
        self.kind = kind
        self.begun = message.message.events
        """How many events of the message there were: what they said is in the first piece."""
        so_far: str = getattr(message.message, kind)
        self.pieces = deque([so_far] if so_far else [])

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        while not self.pieces:
            more = await self._message.advance(unless=self.pieces)
            if not more and not self.pieces:  # another thread may have brought the last
                raise StopAsyncIteration
        return self.pieces.popleft()


class AsyncMessageText(AsyncWaitable[str]):
    """A text of a message: iterate over its pieces, or wait for the whole."""

    def __init__(self, message: AsyncMessageStream, kind: Kind) -> None:
        self._message = message
        self._kind = kind

    def __aiter__(self) -> AsyncIterator[str]:
        return self._message.listen(self._kind)

    async def get(self, timeout: float | None = None) -> str:
        """Return the whole text, once the message is complete."""
        message = await self._message.complete(timeout)
        text: str = getattr(message, self._kind)
        return text


class AsyncCallsInProgress:
    """Calls as they are written: each again whenever there is more of it."""

    def __init__(self, message: AsyncMessageStream) -> None:
        self._message = message
        self._shown: list[ToolCall] = []
        self._fresh: deque[ToolCall] = deque()
        self._last = False

    def __aiter__(self) -> AsyncIterator[ToolCall]:
        return self

    async def __anext__(self) -> ToolCall:
        while not self._fresh:
            calls = self._message.message.tool_calls
            before = [*self._shown, *[None] * len(calls)]
            self._fresh.extend(now for now, then in zip(calls, before, strict=False) if now != then)
            self._shown = calls
            if not self._fresh:
                if self._last:
                    raise StopAsyncIteration
                # One look more when it is over: another thread may have brought the last.
                self._last = not await self._message.advance()
        return self._fresh.popleft()


class AsyncMessageToolCalls(AsyncWaitable[list[ToolCall]]):
    """The calls of a message: iterate to watch them being written, or wait for all of them."""

    def __init__(self, message: AsyncMessageStream) -> None:
        self._message = message

    def __aiter__(self) -> AsyncIterator[ToolCall]:
        return AsyncCallsInProgress(self._message)

    async def get(self, timeout: float | None = None) -> list[ToolCall]:
        """Return the calls, once the message is complete."""
        return (await self._message.complete(timeout)).tool_calls


class AsyncMessageStream:
    """One message, from its first event on.

    Its attributes say what is known now, and so does `message`; `text`, `reasoning` and
    `tool_calls` are read piece by piece or as a whole, also in the body of the loop that yielded
    the message.
    """

    def __init__(self, reader: AsyncReader[Any], message: Message) -> None:
        self._reader = reader
        self._listeners: WeakSet[AsyncDeltas] | None = None
        self._finished = False
        self.message = message
        """The message as far as it was received, by those who read it from the beginning."""

    @property
    def id(self) -> str | None:
        """Id of the message; `None` where the server gave none."""
        return self.message.id

    @property
    def message_id(self) -> str | None:
        """Id of the message, as `id`."""
        return self.message.id

    @property
    def namespace(self) -> Namespace:
        """Namespace of the graph that it comes from; empty for the root graph."""
        return self.message.namespace

    @property
    def node(self) -> str | None:
        """Node that it comes from, where the server says so."""
        return self.message.node

    @property
    def role(self) -> str:
        """Who speaks: `"ai"` or `"tool"`."""
        return self.message.role

    @property
    def tool_call_id(self) -> str | None:
        """Which call a tool answers with this message."""
        return self.message.tool_call_id

    @property
    def done(self) -> bool:
        """Whether the message is complete."""
        return self.message.done

    @property
    def error(self) -> str | None:
        """Why the message will not be finished; `None` unless the server says so."""
        return self.message.error

    @property
    def usage(self) -> Usage | None:
        """What the message cost; `None` until the model says."""
        return self.message.usage

    @property
    def text(self) -> AsyncMessageText:
        """The text: iterate over it, or wait for all of it."""
        return AsyncMessageText(self, "text")

    @property
    def reasoning(self) -> AsyncMessageText:
        """What the model thought before it spoke, where its provider shows it."""
        return AsyncMessageText(self, "reasoning")

    @property
    def tool_calls(self) -> AsyncMessageToolCalls:
        """The calls that the model asks for: watch them being written, or wait for all of them."""
        return AsyncMessageToolCalls(self)

    async def complete(self, timeout: float | None = None) -> Message:
        """Wait until the message is complete, and return it.

        A message that the run was interrupted in is returned as far as it came: see `done`.

        Args:
            timeout: Longest wait for it, in seconds. Default: the stream's, for each event.

        Raises:
            RunFailedError: The run failed before.
            RequestTimeout: It was not complete in time.
            StreamError: The stream cannot go on.
        """
        deadline = self._reader.deadline(timeout)
        while not self.message.done and await self.advance(deadline):
            pass
        return self.message

    async def advance(self, deadline: Deadline | None = None, *, unless: Sized = ()) -> bool:
        """Read on, unless there is something; return whether the message may still grow."""
        if self._finished:
            self._reader.settle()
            return False
        return await self._reader.advance(deadline, unless=unless)

    def listen(self, kind: Kind) -> AsyncDeltas:
        """Return an iterator over the pieces of a text."""
        return self._reader.alone(partial(self._listen, kind))

    def _listen(self, kind: Kind) -> AsyncDeltas:
        deltas = AsyncDeltas(self, kind)
        if self._listeners is None:
            self._listeners = WeakSet()
        self._listeners.add(deltas)
        return deltas

    def tell(self, update: MessageUpdate) -> None:
        """Pass on what an event added."""
        self._finished = update.done
        if self._listeners is None:
            return
        for listener in self._listeners:
            piece = update.text if listener.kind == "text" else update.reasoning
            if piece and update.number > listener.begun:
                listener.pieces.append(piece)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.message!r}>"


class AsyncMessages(AsyncProjection[AsyncMessageStream]):
    """The messages of one graph of a run, as they begin."""

    def __init__(
        self, following: AsyncFollowing, *, track: Track | None = None, scope: Namespace = ()
    ) -> None:
        interest = Interest(frozenset({"messages"}), (scope,), 0)
        super().__init__(following, interest, track=track, scope=scope or None)

    def begin(
        self, reader: AsyncReader[AsyncMessageStream], /
    ) -> Callable[[Item], Iterable[AsyncMessageStream]]:
        """Yield each message when it begins."""
        return _Open(reader).take


class AsyncText(AsyncProjection[Token]):
    """The text that models write in one graph of a run, piece by piece.

    Each piece is a `str` which knows its `message`.
    """

    def __init__(
        self, following: AsyncFollowing, *, track: Track | None = None, scope: Namespace = ()
    ) -> None:
        interest = Interest(frozenset({"messages"}), (scope,), 0)
        super().__init__(following, interest, track=track, scope=scope or None)

    def begin(self, reader: AsyncReader[Token], /) -> Callable[[Item], Iterable[Token]]:
        """Yield what each event adds to the text of a model's message."""
        messages = reader.messages

        def take(item: Item) -> Iterable[Token]:
            update = messages.update(item)
            if update is None or not update.text or update.message.role != "ai":
                return ()
            return (Token(update.text, update.message),)

        return take


class _Open:
    """The messages that a reader has met and that are not complete."""

    def __init__(self, reader: AsyncReader[Any]) -> None:
        # A reader holds its reducer: a reference back would keep an abandoned one alive.
        self._reader = ref(reader)
        self._messages = reader.messages
        self._streams: dict[int, AsyncMessageStream] = {}

    def take(self, item: Item) -> Iterable[AsyncMessageStream]:
        """Add an event to its message; return the message when it is new."""
        update = self._messages.update(item)
        if update is None:
            return ()
        stream = self._streams.get(id(update.message))
        if stream is None:
            return self._begin(update)
        if update.done:
            del self._streams[id(update.message)]
        stream.tell(update)
        return ()

    def _begin(self, update: MessageUpdate) -> Iterable[AsyncMessageStream]:
        reader = self._reader()
        if reader is None:
            return ()
        stream = AsyncMessageStream(reader, update.message)
        if not update.done:
            self._streams[id(update.message)] = stream
        stream.tell(update)
        return (stream,)
