"""The async driver: one task reads the connection, on demand, for every consumer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, ParamSpec, TypeVar

from graphwire_core.errors import (
    GraphwireError,
    InternalServerError,
    RateLimitError,
    StreamError,
    TransportError,
)
from graphwire_stream._drivers.deadline import Deadline
from graphwire_stream._session import Consumer, Session, Track
from graphwire_stream._session.vigil import Advice
from graphwire_stream.event_transports import (
    AsyncEventConnection,
    AsyncEventTransport,
    EventFilter,
)
from graphwire_stream.event_transports._frames import Frames, divided

__all__ = ["AsyncDriver"]

P = ParamSpec("P")
R = TypeVar("R")

AHEAD: Final = 64
"""Portions that are fed while nobody waits."""
LOST: Final = (TransportError, InternalServerError, RateLimitError)
"""What ends a connection, and not the stream."""
_WEIGHTY: Final = 1 << 16
"""Bytes of a portion for which it counts as one more: states may be large."""


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
        self._arrived: Sequence[Mapping[str, Any]] = ()
        self._connecting = asyncio.Lock()
        self._connected = False
        self._receiving = False
        self._dialling: asyncio.Task[AsyncEventConnection] | None = None
        self._pump: asyncio.Task[None] | None = None
        self._stopping: set[asyncio.Task[None]] = set()
        self._waiting: dict[Consumer, set[asyncio.Future[None]]] = {}
        self._demand = asyncio.Event()
        self._ahead = 0
        self._closed = False

    def tell(self, change: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Tell the session something, and have its wishes reach the connection."""
        result = change(*args, **kwargs)
        if self._session.rotating and self._receiving:
            self._stop()
            if self._waiting:
                self._start()
        return result

    async def connect(self) -> None:
        """Connect now, so that nothing is missed of what the server does not repeat.

        Raises:
            GraphwireError: There is no connection.
        """
        while self._connection is None or self._session.rotating:
            try:
                await self._connect()
            except LOST as lost:
                await self._resume(lost)

    async def wait(self, consumer: Consumer, deadline: Deadline) -> None:
        """Wait until there is something new to take, or to know, for a consumer.

        Raises:
            RequestTimeout: Nothing came before the deadline.
            StreamError: The stream was closed.
        """
        if consumer.ended or consumer.behind:
            return
        if self._closed:
            raise StreamError("The thread stream was closed")
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(consumer, set()).add(future)
        consumer.notify = lambda: self._wake(consumer)
        self._ahead = 0
        self._demand.set()
        if self._pump is None:
            self._start()
        left = deadline.left()
        try:
            if left is None:
                await future
            else:
                async with asyncio.timeout(left):
                    await future
        except TimeoutError:
            raise deadline.expired() from None
        finally:
            waiting = self._waiting.get(consumer, set())
            waiting.discard(future)
            if not waiting:
                self._waiting.pop(consumer, None)

    async def aclose(self) -> None:
        """Stop reading, close the connection and end every consumer."""
        self._closed = True
        self._session.fail(StreamError("The thread stream was closed"))
        self._stop()
        if self._dialling is not None:
            self._dialling.cancel()
        try:
            await self._stopped()
        finally:
            async with self._connecting:
                await self._disconnect()

    def _wake(self, consumer: Consumer) -> None:
        for future in self._waiting.pop(consumer, ()):
            if not future.done():
                future.set_result(None)

    def _start(self) -> None:
        self._pump = asyncio.create_task(self._run(), name="graphwire-thread-stream")
        self._pump.add_done_callback(self._ended)

    def _stop(self) -> None:
        """Stop the task; what it was reading stays in the connection."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.cancel()
            self._stopping.add(pump)

    def _ended(self, pump: asyncio.Task[None]) -> None:
        """Tell the readers of a task that others than this driver have stopped."""
        self._stopping.discard(pump)
        if pump is self._pump:
            self._pump = None
            self._session.fail(StreamError("The task that reads the events was cancelled"))

    async def _stopped(self) -> None:
        """Wait until a task that was stopped has let go of the connection."""
        if self._stopping:
            await asyncio.wait(set(self._stopping))

    async def _run(self) -> None:
        await self._stopped()
        while True:
            if not self._waiting and not (self._ahead < AHEAD and self._session.may_go_ahead):
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
            await asyncio.sleep(0)  # let those who were woken read before the next portion

    async def _step(self) -> None:
        """Connect where that is needed, read once, and tell the session."""
        if self._session.rotating and not self._arrived:
            await self._disconnect()
        advice: Advice = "wait"
        try:
            advice = await self._listen()
        except LOST as lost:
            await self._resume(lost)
        track = self._session.doubted
        if advice == "reconnect":
            await self._reconnect("it was silent for too long")
        elif advice == "ask" and track is not None and track.run_id is not None:
            self._session.answered(track, over=await self._is_over(track))

    async def _listen(self) -> Advice:
        """Tell the session what has arrived, as much as its readers take at once."""
        if not self._arrived:
            if self._connection is None:
                await self._connect()
            if self._connection is None:
                return "wait"
            self._receiving = True
            try:
                frames = await self._connection.receive(self._session.patience)
            finally:
                self._receiving = False
            if not frames:
                return self._session.quiet() if frames is None else self._session.feed(frames)
            self._arrived = frames
        portion, self._arrived = divided(self._arrived, self._session.portion)
        if isinstance(portion, Frames):
            self._ahead += sum(map(len, portion.payloads)) // _WEIGHTY
        return self._session.feed(portion)

    async def _connect(self) -> None:
        async with self._connecting:  # a run that is started connects too
            if self._session.rotating:
                await self._disconnect()
            if self._connection is not None:
                return
            if self._closed:
                raise StreamError("The thread stream was closed")
            channels = self._session.channels
            wanted = EventFilter(channels=tuple(sorted(channels)))
            self._connection = await self._dialled(wanted)
            self._connected = True
            self._session.connected(channels)

    async def _dialled(self, wanted: EventFilter) -> AsyncEventConnection:
        """Connect, in a task of its own: whoever closes the stream can stop it."""
        connecting = self._transport.connect(self._session.thread_id, wanted)
        dialling = asyncio.create_task(connecting, name="graphwire-connecting")
        self._dialling = dialling
        try:
            await asyncio.wait((dialling,))
        except asyncio.CancelledError:
            dialling.cancel()
            await asyncio.wait((dialling,))
            if not dialling.cancelled() and dialling.exception() is None:
                await dialling.result().aclose()
            raise
        if dialling.cancelled():
            raise StreamError("The thread stream was closed")
        connection = dialling.result()
        if self._closed:
            await connection.aclose()
            raise StreamError("The thread stream was closed")
        return connection

    async def _resume(self, lost: GraphwireError) -> None:
        """Have another connection follow one that was lost."""
        if not self._connected:
            raise lost
        await self._reconnect(lost.message, lost)

    async def _reconnect(self, reason: str, cause: GraphwireError | None = None) -> None:
        """Wait until the next connection, or fail: the stream cannot be resumed."""
        await self._disconnect()
        delay = self._session.cut(reason, cause)
        if delay is None:
            raise self._session.interrupted(reason) from cause
        await asyncio.sleep(delay)

    async def _fail(self, error: GraphwireError) -> None:
        self._session.fail(error)
        self._ahead = AHEAD  # until somebody asks again
        await self._disconnect()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        self._arrived = ()
        if connection is not None:
            with suppress(Exception):  # it is gone already
                await connection.aclose()
