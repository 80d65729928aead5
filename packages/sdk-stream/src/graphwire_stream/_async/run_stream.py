"""The stream of a run: an async iterator of parts that owns its connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from graphwire_core import AsyncRuns
from graphwire_core._async._sender import AsyncSender
from graphwire_core.errors import StreamError
from graphwire_core.models import CancelAction
from graphwire_stream._async.reception import AsyncReception
from graphwire_stream._backlog import Backlog
from graphwire_stream._events import (
    Convert,
    converter,
    decoder,
    failure_of,
    named_run,
    place,
)
from graphwire_stream._plan import Plan
from graphwire_stream.messages import Message, MessageUpdate, Token
from graphwire_stream.resumption import Gap, RunCursor

__all__ = ["AsyncRunStream"]

P = TypeVar("P")

_OF_RUNS = frozenset({"error", "metadata"})
"""Events that concern more than their part."""


class AsyncRunStream(Generic[P]):
    """The parts of a run, as they arrive.

    Iterate over it, and use it as an async context manager where the loop may be left early, so
    that the connection is closed at once. Nothing is sent before the first part is asked for, or
    the context is entered. When the connection is cut, the stream of a resumable run goes on,
    nothing lost and nothing twice; any other goes on too, and says in `gaps` what may be missing.

    ```python
    async with client.runs.stream(thread_id, "agent", input=input, version="v2") as stream:
        async for part in stream:
            print(part.type, part.data)
    ```
    """

    def __init__(self, sender: AsyncSender, plan: Plan) -> None:
        self._sender = sender
        self._plan = plan
        self._convert: Convert[P] = converter(plan.version)
        self._raises = plan.raise_on_error
        self._reception = AsyncReception(sender, plan)
        self._events = self._reception.events
        self._position = self._reception.position
        self._decode = decoder(sender.exchange.codecs)
        self._messages = Backlog(self._decode)
        self._asked = False  # for messages: they are put together from then on
        self._updates: Sequence[MessageUpdate] = ()
        self._entered = False

    @property
    def run_id(self) -> str | None:
        """Id of the run; `None` before the server has named it."""
        run = self._reception.run
        return run.run_id if run else None

    @property
    def thread_id(self) -> str | None:
        """Id of the run's thread; `None` before the server has named it, or for a stateless run."""
        run = self._reception.run
        return run.thread_id if run else None

    @property
    def last_event_id(self) -> str | None:
        """Id of the last part that was handed out; `None` where the events carry no ids."""
        return self._reception.position.last

    @property
    def cursor(self) -> RunCursor | None:
        """Where the stream is, for `runs.resume` in this process or another: `str(cursor)` is JSON.

        `None` where there is no going on: before the server has named the run, for a stateless run,
        and for one that is not resumable.
        """
        return self._reception.cursor

    @property
    def resumable(self) -> bool:
        """Whether the parts carry ids, so that a cut stream goes on where it was."""
        return self._reception.resumable

    @property
    def gaps(self) -> list[Gap]:
        """Where parts may be missing; empty while the stream is whole."""
        return list(self._reception.gaps)

    @property
    def messages(self) -> list[Message]:
        """The messages so far, from the parts of stream modes `messages` and `messages-tuple`.

        In the stream of a thread those of its latest run.
        """
        self._asked = True
        return self._messages.messages()

    @property
    def text(self) -> AsyncIterator[Token]:
        """What models write, piece by piece, of every namespace that the parts come from.

        Each piece is a `str` that knows its `message`. Parts of other kinds are passed over, but a
        run that fails raises `RunFailedError`.

        Raises:
            InvalidArgumentError: The stream modes bring no messages; at the access.
        """
        self._plan.check_messages()
        return self._tokens()

    async def cancel(self, *, action: CancelAction | None = None) -> None:
        """Cancel the run; the stream goes on to its end.

        Raises:
            StreamError: The server has not named the run, or it has no thread.
            NotFoundError: The run is over.
        """
        run = self._reception.run
        if run is None or run.thread_id is None:
            raise StreamError("The run cannot be cancelled: the server has not named its thread")
        await AsyncRuns(self._sender).cancel(run.thread_id, run.run_id, action=action)

    async def aclose(self) -> None:
        """Close the connection; a second call does nothing.

        What becomes of the run is up to the `on_disconnect` that it was started with.
        """
        await self._reception.aclose()

    async def __aenter__(self) -> Self:
        self._entered = True
        if not self._reception.is_open and not self._reception.ended:
            try:
                await self._reception.open()
            except BaseException:
                await self.aclose()
                raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[P]:
        return self if self._entered else self._until_left()

    async def __anext__(self) -> P:
        while not self._events:
            if self._is_over():
                raise StopAsyncIteration
            await self._reception.receive()
        try:
            return self._taken()
        except BaseException:
            await self.aclose()
            raise

    async def _until_left(self) -> AsyncIterator[P]:
        """Iterate outside of a context manager: leaving the loop early closes the connection."""
        events = self._events
        try:
            while events or not self._is_over():
                if events:
                    yield self._taken()
                else:
                    await self._reception.receive()
        finally:
            await self.aclose()

    async def _tokens(self) -> AsyncIterator[Token]:
        self._raises = self._asked = True
        try:
            while self._events or not self._is_over():
                if not self._events:
                    await self._reception.receive()
                    continue
                self._taken()
                for update in self._updates:
                    if update.text and update.message.role == "ai":
                        yield Token(update.text, update.message)
        except Exception:
            await self.aclose()
            raise
        finally:
            if not self._entered:
                await self.aclose()

    def _is_over(self) -> bool:
        """Tell whether nothing more will be received.

        Raises:
            RunFailedError: The run failed unheard, where that is to be raised.
        """
        if self._reception.ended:
            self._finish()
        return self._reception.ended

    def _taken(self) -> P:
        """Hand out the next event as a part."""
        event = self._events.popleft()
        name, content, event_id, has_id = event
        position = self._position
        try:
            data = self._decode(event)
            if name in _OF_RUNS:
                self._heed(name, data)
            part = self._convert(name, data, event_id)
        except BaseException as error:
            place(error, position.parts, position.last)
            raise
        if self._asked:
            self._updates = self._messages.feed(name, data)
        else:
            self._messages.keep(name, content)
        if has_id:
            position.passed(event)
        else:
            position.parts += 1
        return part

    def _heed(self, name: str, data: Any) -> None:
        """Act on what an event says of a run: that it has failed, or begins."""
        reception = self._reception
        if name == "error":
            if self._raises:
                raise failure_of(data, reception.run)
        elif not self._plan.of_thread:
            if reception.run is None:
                reception.belongs_to(named_run(data, self._plan.operation))
        elif isinstance(data, dict) and "status" not in data:
            self._messages.clear()  # the next run begins, and there is no last one

    def _finish(self) -> None:
        """Note that nothing more comes, or raise that the run failed unheard."""
        reception = self._reception
        self._updates = ()
        if reception.whole:
            self._messages.finish()
        if reception.failed and self._raises:
            reception.failed = False
            raise failure_of("the run failed; the event that says why was missed", reception.run)

    def __repr__(self) -> str:
        reception = self._reception
        state = "ended" if reception.ended else "open" if reception.is_open else "not started"
        return f"<{type(self).__name__} {state} run={self.run_id} at={self.last_event_id}>"
