"""The events of a stream, over as many connections as it takes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from graphwire_core import AsyncRuns
from graphwire_core._async._sender import AsyncSender
from graphwire_core._operation import Operation
from graphwire_core._operations.runs import created_run
from graphwire_core.errors import (
    GraphwireError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    StreamInterrupted,
    TransportError,
)
from graphwire_core.models import RunCreateMetadata
from graphwire_core.retry import Retry
from graphwire_stream._async.connection import AsyncConnection
from graphwire_stream._course import Course
from graphwire_stream._events import missing_run, place
from graphwire_stream._idle import IdleWindow
from graphwire_stream._plan import Plan
from graphwire_stream._sse import ServerSentEvent
from graphwire_stream.resumption import Gap, Position, RunCursor

__all__ = ["AsyncReception"]

RESUME = Retry(attempts=6, base_delay=0.25, max_delay=5.0)
"""How often in a row a cut stream connects again."""

_LONGEST_RETRY: Final = 60.0
"""Seconds of a server's `retry:` that are waited for."""

_NOT_RESUMABLE = "the run was not started with stream_resumable=True"


class AsyncReception:
    """Receives events, and goes on where a connection was cut."""

    def __init__(self, sender: AsyncSender, plan: Plan) -> None:
        self._sender = sender
        self._plan = plan
        self._course = Course(plan)
        self.position = Position(plan.last_event_id, plan.start)
        """How far the parts were handed out; their owner moves it."""
        self._connection = AsyncConnection(
            sender, self.position.last, IdleWindow(plan.idle_timeout)
        )
        self._connected = False
        self._went_on = False
        self._joining = False
        self._cuts = 0
        self.events: deque[ServerSentEvent] = deque()
        """What was received and not handed out yet."""
        self.run = plan.run
        self.ended = False
        self.whole = False
        """Whether it ended because the run is over."""
        self.failed = False
        """Whether the run has failed, and the event that says why was missed."""
        self.gaps: list[Gap] = []

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._connection.is_open

    @property
    def resumable(self) -> bool:
        """Whether the events carry ids, so that nothing is missing after a cut."""
        return self._course.resumable

    @property
    def cursor(self) -> RunCursor | None:
        """Where to go on; `None` where there is nothing to go on by."""
        run = self.run
        if run is None or run.thread_id is None or not self.resumable:
            return None
        return self.position.cursor(
            server=self._sender.exchange.base_url,
            thread_id=run.thread_id,
            run_id=run.run_id,
            version=self._plan.version,
            stream_mode=self._plan.modes if self._plan.operation.method == "GET" else None,
        )

    async def open(self) -> None:
        """Connect for the first time."""
        await self._connect(self._plan.operation)

    async def receive(self) -> None:
        """Read until something was received, the stream has ended, or it was resumed.

        Raises:
            StreamInterrupted: It was cut, and cannot go on.
            StreamProtocolError: What was received is no event stream.
        """
        try:
            try:
                if not self._connected:
                    await self.open()
                received = None if self.ended else await self._connection.read()
            except TransportError as error:
                await self._dropped(error)
            else:
                if received is None:
                    await self._closed()
                elif received:
                    self._take(received)
        except BaseException as error:
            await self.aclose()
            place(error, self.position.parts, self.position.last)
            raise

    def belongs_to(self, run: RunCreateMetadata | None) -> None:
        """Note which run the stream is of, and tell who wants to know."""
        self.run = run
        if run is not None and self._plan.on_run_created is not None:
            self._plan.on_run_created(run)

    async def aclose(self) -> None:
        """Close the connection; nothing more is received."""
        self.ended = True
        self.events.clear()
        await self._connection.aclose()

    async def _dropped(self, error: TransportError) -> None:
        """Go on after a connection failed, where something may be missing."""
        if self.ended:  # closed by another task
            return
        if not self._connected:
            raise error
        if self._course.ended:
            await self._closed()
        else:
            await self._resume(error.message, error)

    def _take(self, received: Sequence[ServerSentEvent]) -> None:
        if self._joining:
            self._joining = False
            self._check_joined(received[0])
        fresh = self._course.accept(received)
        if self._course.lost:
            self._course.lost = False
            self._missing("the server has not kept the events after the last one")
        self.events.extend(fresh)
        self._cuts = 0 if fresh else self._cuts

    def _check_joined(self, first: ServerSentEvent) -> None:
        """Raise what the server says by an event of a run that it does not have."""
        missing = missing_run(first, self._plan.operation)
        if missing is not None and self._went_on:
            raise self._interrupted(missing.message) from missing
        if missing is not None:
            raise missing

    async def _closed(self) -> None:
        """Decide what a clean end of the body means: servers end a stream by nothing else."""
        await self._connection.aclose()
        if self.ended:  # closed by another task
            return
        if self._course.ended:
            self.ended = self.whole = True
        elif self._connection.decoder.pending:  # a blank line ends every event: this one was cut
            await self._resume("the body ended inside an event")
        elif self._plan.of_thread:
            await self._resume("it was closed, and a thread is never over")
        elif await self._still_runs():
            await self._resume("it was closed while the run was still going")
        else:
            self.ended = self.whole = True
            if self._course.is_behind:
                self._missing("the server has not kept the events of the run")

    async def _still_runs(self) -> bool:
        """Ask whether the run goes on; a run without a thread cannot be asked about."""
        if self.run is None or self.run.thread_id is None:
            return False
        try:
            run = await AsyncRuns(self._sender).get(self.run.thread_id, self.run.run_id)
        except NotFoundError:  # it was rolled back, or its thread is gone
            return False
        except (TransportError, InternalServerError, RateLimitError):
            return True
        except GraphwireError as error:
            reason = f"whether the run is over is not known: {error.message}"
            raise self._interrupted(reason) from error
        self.failed = run.status in {"error", "timeout"}
        return run.status in {"pending", "running"}

    async def _resume(self, reason: str, cause: GraphwireError | None = None) -> None:
        """Connect again where the stream was cut, or raise that it cannot go on.

        Without ids it goes on with what comes then, and there is no telling what was missed.
        """
        while not self.ended:  # another task may close it meanwhile
            await self._connection.aclose()
            self._cuts += 1
            cut = TransportError(reason, retry_after=cause.retry_after if cause else None)
            delay = RESUME.delay(self._cuts, cut, idempotent=True)
            again = self._course.resume(self.run)
            if delay is None or again is None:
                raise self._interrupted(reason) from cause
            if not self.resumable and self._plan.on_gap == "raise":
                raise self._interrupted(f"{reason}; {_NOT_RESUMABLE}") from cause
            await asyncio.sleep(self._delay(delay))
            self._course.reconnected()
            try:
                await self._connect(again)
            except (TransportError, InternalServerError, RateLimitError) as failure:
                reason, cause = failure.message, failure
            except GraphwireError as failure:
                raise self._interrupted(failure.message) from failure
            else:
                break
        if not self.resumable and not self.ended:
            self._missing(f"{reason}; {_NOT_RESUMABLE}")

    def _delay(self, delay: float) -> float:
        """Wait for as long as the server's `retry:` says, where that is longer."""
        asked = (self._connection.decoder.retry or 0) / 1000
        return max(delay, min(asked, _LONGEST_RETRY))

    def _missing(self, reason: str) -> None:
        """Note that events may be missing here, or raise where the caller asked for it."""
        self.gaps.append(Gap(self.position.parts, reason))
        if self._plan.on_gap == "raise":
            raise self._interrupted(f"events may be missing: {reason}")

    def _interrupted(self, reason: str) -> StreamInterrupted:
        cursor = self.cursor
        return StreamInterrupted(
            f"The stream was cut: {reason}",
            cursor=str(cursor) if cursor else None,
            last_event_id=self.position.last,
            method=self._plan.operation.method,
            path=self._plan.operation.path,
            attempts=self._cuts,
        )

    async def _connect(self, operation: Operation[Any]) -> None:
        if self.ended:
            return
        headers = await self._connection.open(operation, again=self._connected)
        self._joining = operation.method == "GET"
        self._went_on = self._connected
        if not self._connected:
            self._connected = True
            self.belongs_to(self.run or created_run(headers))
        if self.ended:  # another task has closed it meanwhile
            await self._connection.aclose()
