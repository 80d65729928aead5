"""The async driver: one task reads the connection, on demand, for every consumer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from graphwire_core.errors import (
    GraphwireError,
    InternalServerError,
    RateLimitError,
    RequestTimeout,
    StreamError,
    TransportError,
)
from graphwire_stream._session import Consumer, Session, Track
from graphwire_stream._session.session import Advice
from graphwire_stream.event_transports import (
    AsyncEventConnection,
    AsyncEventTransport,
    EventFilter,
)

__all__ = ["AsyncDriver"]

AHEAD: Final = 64
"""Batches that are read while nobody waits."""


class AsyncDriver:
    """Reads for the consumers of a session, as long as one of them waits.

    Args:
        session: What decides.
        transport: What connects.
        is_over: Asks the server whether a run is over.
    """

    def __init__(
        self,
        session: Session,
        transport: AsyncEventTransport,
        is_over: Callable[[Track], Awaitable[bool]],
    ) -> None:
        self.commands = asyncio.Lock()
        """Held by a command that starts a run, until its run is known."""
        self._session = session
        self._transport = transport
        self._is_over = is_over
        self._connection: AsyncEventConnection | None = None
        self._connected = False
        self._pump: asyncio.Task[None] | None = None
        self._waiting: dict[Consumer, set[asyncio.Future[None]]] = {}
        self._demand = asyncio.Event()
        self._ahead = 0
        self._closed = False

    async def connect(self) -> None:
        """Connect now, so that nothing is missed of what the server does not repeat."""
        if self._connection is None and self._pump is None:
            await self._connect()

    async def opened(self) -> None:
        """Have a consumer's wishes reach a connection that is being read."""
        if self._session.rotating:
            await self._stop()

    async def wait(self, consumer: Consumer, timeout: float | None = None) -> None:
        """Wait until there is something new to take, or to know, for a consumer.

        Raises:
            RequestTimeout: Nothing came within `timeout` seconds.
        """
        if consumer.ended or consumer.behind:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(consumer, set()).add(future)
        consumer.notify = lambda: self._wake(consumer)
        self._ahead = 0
        self._demand.set()
        if self._pump is None:
            self._pump = asyncio.create_task(self._run(), name="graphwire-thread-stream")
        try:
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            raise RequestTimeout(f"Nothing came within {timeout:g} s") from None
        finally:
            waiting = self._waiting.get(consumer, set())
            waiting.discard(future)
            if not waiting:
                self._waiting.pop(consumer, None)

    async def aclose(self) -> None:
        """Stop reading, close the connection and end every consumer."""
        self._closed = True
        await self._stop()
        await self._disconnect()
        self._session.fail(StreamError("The thread stream was closed"))

    def _wake(self, consumer: Consumer) -> None:
        for future in self._waiting.pop(consumer, ()):
            if not future.done():
                future.set_result(None)

    async def _stop(self) -> None:
        """Stop the task; what it was reading stays in the connection."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pump
        if self._waiting and not self._closed:
            self._pump = asyncio.create_task(self._run(), name="graphwire-thread-stream")

    async def _run(self) -> None:
        while True:
            if not self._waiting and self._ahead >= AHEAD:
                self._demand.clear()
                await self._demand.wait()
            self._ahead += 1
            try:
                await self._step()
            except GraphwireError as error:
                await self._fail(error)
            except Exception as error:  # noqa: BLE001  # a fault must reach the readers
                fault = StreamError(f"The event stream failed: {type(error).__name__}: {error}")
                fault.__cause__ = error
                await self._fail(fault)
            await asyncio.sleep(0)  # let those who were woken read before the next batch

    async def _step(self) -> None:
        """Connect where that is needed, read once, and tell the session."""
        if self._session.rotating:
            await self._disconnect()
        try:
            if self._connection is None:
                await self._connect()
            if self._connection is None:
                return
            frames = await self._connection.receive(self._session.patience)
            advice: Advice = self._session.quiet() if frames is None else self._session.feed(frames)
        except TransportError as lost:
            if not self._connected:
                raise
            await self._reconnect(lost.message, lost)
        except (InternalServerError, RateLimitError) as refused:
            if not self._connected:
                raise
            await self._reconnect(refused.message, refused)
        else:
            await self._follow(advice)

    async def _follow(self, advice: Advice) -> None:
        track = self._session.track
        if advice == "reconnect":
            await self._reconnect("it was silent for too long")
        elif advice == "ask" and track is not None and track.run_id is not None:
            self._session.answered(track, over=await self._is_over(track))

    async def _connect(self) -> None:
        wanted = EventFilter(channels=tuple(sorted(self._session.channels)))
        self._connection = await self._transport.connect(self._session.thread_id, wanted)
        self._connected = True
        self._session.connected()

    async def _reconnect(self, reason: str, cause: GraphwireError | None = None) -> None:
        """Wait until the next connection, or fail: the stream cannot be resumed."""
        await self._disconnect()
        delay = self._session.cut(reason, cause)
        if delay is None:
            raise self._session.interrupted(reason) from cause
        await asyncio.sleep(delay)

    async def _fail(self, error: GraphwireError) -> None:
        await self._disconnect()
        self._connected = False
        self._session.fail(error)
        self._ahead = AHEAD  # until somebody asks again

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()
