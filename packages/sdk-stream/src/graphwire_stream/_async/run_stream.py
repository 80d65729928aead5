"""The stream of a run: an async iterator of parts that owns its connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from graphwire_core import AsyncRuns
from graphwire_core._async._delivery import AsyncOpened
from graphwire_core._async._sender import AsyncSender
from graphwire_core._async._waiting import OnRunCreated
from graphwire_core._operation import Operation
from graphwire_core._operations.runs import created_run
from graphwire_core.errors import (
    GraphwireError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    StreamError,
    StreamInterrupted,
    TransportError,
)
from graphwire_core.models import CancelAction, RunCreateMetadata
from graphwire_core.retry import Retry
from graphwire_stream._course import Course, check_origin
from graphwire_stream._events import Convert, data_of, failure_of, not_a_stream, part_of
from graphwire_stream._sse import ServerSentEvent, SSEDecoder

__all__ = ["AsyncRunStream"]

P = TypeVar("P")

RESUME = Retry(attempts=6, base_delay=0.25, max_delay=5.0)
"""How often in a row a cut stream connects again."""


class AsyncRunStream(Generic[P]):
    """The parts of a run, as they arrive.

    Iterate over it, and use it as an async context manager where the loop may be left early, so
    that the connection is closed at once. Nothing is sent before the first part is asked for, or
    the context is entered. When the connection is cut, the stream of a resumable run goes on,
    nothing lost and nothing twice; any other raises `StreamInterrupted`.

    ```python
    async with client.runs.stream(thread_id, "agent", input=input, version="v2") as stream:
        async for part in stream:
            print(part.type, part.data)
    ```
    """

    def __init__(
        self,
        sender: AsyncSender,
        operation: Operation[Any],
        convert: Convert[P],
        *,
        run: RunCreateMetadata | None = None,
        on_run_created: OnRunCreated | None = None,
        raise_on_error: bool = False,
        follows_run: bool = True,
    ) -> None:
        self._sender = sender
        self._operation = operation
        self._convert = convert
        self._run = run
        self._on_run_created = on_run_created
        self._raise_on_error = raise_on_error
        # Where the stream begins; an event without an id of its own leaves it where it is.
        self._cursor = operation.headers.get("last-event-id")
        self._decoder = SSEDecoder(last_event_id=self._cursor)
        self._response: AsyncOpened | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._events: deque[ServerSentEvent] = deque()
        self._course = Course(operation)
        self._follows_run = follows_run
        self._connected = False
        self._cuts = 0
        self._ended = False
        self._entered = False

    @property
    def run_id(self) -> str | None:
        """Id of the run; `None` before the server has named it."""
        return self._run.run_id if self._run else None

    @property
    def thread_id(self) -> str | None:
        """Id of the run's thread; `None` before the server has named it, or for a stateless run."""
        return self._run.thread_id if self._run else None

    @property
    def cursor(self) -> str | None:
        """Id of the last part that was handed out; `None` where the events carry no ids."""
        return self._cursor

    @property
    def resumable(self) -> bool:
        """Whether the parts carry ids, so that a cut stream goes on where it was."""
        return self._course.resumable

    async def cancel(self, *, action: CancelAction | None = None) -> None:
        """Cancel the run; the stream goes on to its end.

        Raises:
            StreamError: The server has not named the run, or it has no thread.
            NotFoundError: The run is over.
        """
        if self._run is None or self._run.thread_id is None:
            raise StreamError("The run cannot be cancelled: the server has not named its thread")
        await AsyncRuns(self._sender).cancel(self._run.thread_id, self._run.run_id, action=action)

    async def aclose(self) -> None:
        """Close the connection; a second call does nothing.

        What becomes of the run is up to the `on_disconnect` that it was started with.
        """
        self._ended = True
        self._events.clear()
        await self._disconnect()

    async def __aenter__(self) -> Self:
        self._entered = True
        if self._response is None and not self._ended:
            try:
                await self._connect(self._operation)
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
            if self._ended:
                raise StopAsyncIteration
            await self._receive()
        event = self._events.popleft()
        try:
            return self._part(event)
        except BaseException:
            await self.aclose()
            raise

    async def _until_left(self) -> AsyncIterator[P]:
        """Iterate outside of a context manager: leaving the loop early closes the connection."""
        try:
            while True:
                try:
                    part = await self.__anext__()
                except StopAsyncIteration:
                    return
                yield part
        finally:
            await self.aclose()

    def _part(self, event: ServerSentEvent) -> P:
        data = data_of(event)
        codecs = self._sender.exchange.codecs
        if codecs is not None:
            data = codecs.event(event.event, data)
        if event.event == "error" and self._raise_on_error:
            raise failure_of(data, self._run)
        part = part_of(event, data, self._convert)
        self._cursor = event.id
        return part

    async def _receive(self) -> None:
        """Read until something was received, the stream has ended, or it was resumed."""
        try:
            if self._chunks is None:
                await self._connect(self._operation)
            chunk = await anext(self._chunks, None) if self._chunks else None
        except TransportError as error:
            if not self._connected:
                self._ended = True
                raise
            await self._resume(error.message, error)
        except BaseException:
            await self.aclose()
            raise
        else:
            if chunk is not None:
                self._events.extend(filter(self._course.accept, self._decoder.feed(chunk)))
                self._cuts = 0 if self._events else self._cuts
            else:
                await self._closed()

    async def _closed(self) -> None:
        """Decide what a clean end of the body means: servers end a stream by nothing else."""
        await self._disconnect()
        if self._decoder.pending:  # they end every event with a blank line: this one was cut
            await self._resume("the body ended inside an event")
        elif self._course.ended or not self._follows_run or not await self._still_runs():
            self._ended = True
        else:
            await self._resume("it was closed while the run was still going")

    async def _still_runs(self) -> bool:
        """Ask whether the run goes on; a run without a thread cannot be asked about."""
        if self._run is None or self._run.thread_id is None:
            return False
        try:
            run = await AsyncRuns(self._sender).get(self._run.thread_id, self._run.run_id)
        except NotFoundError:  # it was rolled back, or its thread is gone
            return False
        except (TransportError, InternalServerError, RateLimitError):
            return True
        return run.status in {"pending", "running"}

    async def _resume(self, reason: str, cause: GraphwireError | None = None) -> None:
        """Connect again where the stream was cut, or raise that it cannot go on.

        Without ids there is no telling what was missed and what would come twice.
        """
        while True:
            await self._disconnect()
            self._cuts += 1
            cut = TransportError(reason, retry_after=cause.retry_after if cause else None)
            delay = RESUME.delay(self._cuts, cut, idempotent=True)
            again = self._course.resume(self._run)
            if delay is None or again is None:
                self._ended = True
                raise self._interrupted(reason) from cause
            await asyncio.sleep(max(delay, (self._decoder.retry or 0) / 1000))
            self._course.reconnected()
            try:
                return await self._connect(again)
            except (TransportError, InternalServerError, RateLimitError) as failure:
                reason, cause = failure.message, failure
            except GraphwireError as failure:
                self._ended = True
                raise self._interrupted(failure.message) from failure

    def _interrupted(self, reason: str) -> StreamInterrupted:
        return StreamInterrupted(
            f"The stream was cut: {reason}",
            cursor=self._cursor,
            method=self._operation.method,
            path=self._operation.path,
            attempts=self._cuts,
        )

    async def _connect(self, operation: Operation[Any]) -> None:
        response = await self._sender.open(operation)
        content_type = response.headers.get("content-type", "")
        if "text/event-stream" not in content_type:
            body = await response.read()
            raise not_a_stream(operation, response.status_code, content_type, body)
        self._response = response
        check_origin(self._sender.exchange.base_url, response.headers.get("location"))
        self._chunks = response.aiter_bytes()
        self._decoder = SSEDecoder(last_event_id=self._decoder.last_event_id)
        self._run = self._run or created_run(response.headers)
        if self._run is not None and self._on_run_created is not None and not self._connected:
            self._on_run_created(self._run)
        self._connected = True

    async def _disconnect(self) -> None:
        response, self._response = self._response, None
        self._chunks = None
        if response is not None:
            await response.aclose()

    def __repr__(self) -> str:
        state = "ended" if self._ended else "open" if self._response else "not started"
        return f"<{type(self).__name__} {state} run={self.run_id} cursor={self._cursor}>"
