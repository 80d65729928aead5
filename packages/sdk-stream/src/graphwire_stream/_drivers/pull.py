"""The sync driver: whoever waits for something reads the connection until it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Condition, RLock
from time import monotonic
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
from graphwire_stream.event_transports import EventConnection, EventFilter, EventTransport
from graphwire_stream.event_transports._frames import divided

__all__ = ["Driver"]

P = ParamSpec("P")
R = TypeVar("R")

GLANCE: Final = 0.25
"""Seconds of one look at the connection: other threads may wish another one, or close it."""
FAREWELL: Final = 2.0
"""Seconds for which closing waits for a thread that reads; it closes the connection, if later."""


class Driver:
    """Reads for the consumers of a session, in the thread of the one that waits.

    Where several threads wait, one of them reads for all. Only that one touches the connection;
    the session is touched under the lock.

    Args:
        session: What decides.
        transport: What connects.
        is_over: Asks the server whether a run is over.
    """

    def __init__(
        self, session: Session, transport: EventTransport, is_over: Callable[[Track], bool]
    ) -> None:
        self.commands = RLock()
        """Held by a command that starts a run, until its run is known."""
        self._session = session
        self._transport = transport
        self._is_over = is_over
        self._connection: EventConnection | None = None
        self._arrived: Sequence[Mapping[str, Any]] = ()
        self._connected = False
        self.lock = Condition()
        """Held by whoever touches the session, or what is read of it."""
        self._reading = False
        self._closed = False
        self._silent = 0.0
        self._not_before = 0.0

    def tell(self, change: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Tell the session something, and have its wishes reach the connection."""
        with self.lock:
            return change(*args, **kwargs)

    def connect(self) -> None:
        """Connect now, so that nothing is missed of what the server does not repeat.

        Raises:
            GraphwireError: There is no connection.
        """
        while self._takes_turn(self._is_connected, None):
            try:
                if self._session.rotating:
                    self._disconnect()
                with self._resuming():
                    self._connect(None)
            finally:
                self._ends_turn()

    def wait(self, consumer: Consumer, deadline: Deadline) -> None:
        """Read until there is something new to take, or to know, for a consumer.

        Raises:
            RequestTimeout: Nothing came before the deadline.
            StreamError: The stream was closed.
        """
        left = deadline.left()
        end = None if left is None else monotonic() + left
        try:
            while self._takes_turn(lambda: consumer.ended or consumer.behind > 0, end):
                self._read(end)
        except TimeoutError:
            raise deadline.expired() from None

    def close(self) -> None:
        """Close the connection and end every consumer."""
        with self.lock:
            self._closed = True
            self._session.fail(StreamError("The thread stream was closed"))
            self.lock.notify_all()
            mine = self.lock.wait_for(lambda: not self._reading, FAREWELL)
        if mine:
            self._disconnect()

    def _is_connected(self) -> bool:
        return self._connection is not None and not self._session.rotating

    def _takes_turn(self, done: Callable[[], bool], end: float | None) -> bool:
        """Wait until nobody reads; return `False` when there is no need to read any more."""
        with self.lock:
            while not done():
                if self._closed:
                    raise StreamError("The thread stream was closed")
                left = None if end is None else end - monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError
                if not self._reading:
                    self._reading = True
                    return True
                self.lock.wait(left)
        return False

    def _ends_turn(self) -> None:
        with self.lock:
            self._reading = False
            self.lock.notify_all()
        if self._closed:
            self._disconnect()

    def _read(self, end: float | None) -> None:
        """Read once, and let others have their turn."""
        try:
            self._step(end)
        except GraphwireError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001  # a fault must reach the readers
            fault = StreamError(f"The event stream failed: {type(error).__name__}: {error}")
            fault.__cause__ = error
            self._fail(fault)
        finally:
            self._ends_turn()

    def _step(self, end: float | None) -> None:
        """Connect where that is needed, read once, and tell the session."""
        if self._session.rotating and not self._arrived:
            self._disconnect()
        advice: Advice = "wait"
        with self._resuming():
            advice = self._listen(end)
        track = self._session.doubted
        if advice == "reconnect":
            self._reconnect("it was silent for too long")
        elif advice == "ask" and track is not None and track.run_id is not None:
            over = self._is_over(track)
            self.tell(self._session.answered, track, over=over)

    def _listen(self, end: float | None) -> Advice:
        """Tell the session what has arrived, as much as its readers take at once."""
        if not self._arrived:
            if self._connection is None:
                self._connect(end)
            if self._connection is None:
                return "wait"
            begun = monotonic()
            patience = self._session.patience
            left = GLANCE if end is None else min(GLANCE, end - begun)
            frames = self._connection.receive(max(min(left, patience - self._silent), 0))
            if frames is None:
                self._silent += monotonic() - begun
                if self._silent < patience:
                    return "wait"
            self._silent = 0.0
            if not frames:
                quiet, feed = self._session.quiet, self._session.feed
                return self.tell(quiet) if frames is None else self.tell(feed, frames)
            self._arrived = frames
        portion, self._arrived = divided(self._arrived, self._session.portion)
        return self.tell(self._session.feed, portion)

    def _connect(self, end: float | None) -> None:
        """Connect, unless it is too early after a cut: then wait a little."""
        pause = self._not_before - monotonic()
        if pause > 0:
            left = pause if end is None else min(pause, end - monotonic())
            with self.lock:
                self.lock.wait_for(lambda: self._closed, max(left, 0))
            return
        channels = self._session.channels
        wanted = EventFilter(channels=tuple(sorted(channels)))
        self._connection = self._transport.connect(self._session.thread_id, wanted)
        self._connected = True
        self._silent = 0.0
        self.tell(self._session.connected, channels)

    @contextmanager
    def _resuming(self) -> Iterator[None]:
        """Have another connection follow one that was lost."""
        try:
            yield
        except (TransportError, InternalServerError, RateLimitError) as lost:
            if not self._connected:
                raise
            self._reconnect(lost.message, lost)

    def _reconnect(self, reason: str, cause: GraphwireError | None = None) -> None:
        """Set the moment of the next connection, or fail: the stream cannot be resumed."""
        self._disconnect()
        delay = self.tell(self._session.cut, reason, cause)
        if delay is None:
            raise self._session.interrupted(reason) from cause
        self._not_before = monotonic() + delay

    def _fail(self, error: GraphwireError) -> None:
        self.tell(self._session.fail, error)
        self._disconnect()

    def _disconnect(self) -> None:
        with self.lock:
            connection, self._connection = self._connection, None
            self._arrived = ()
        if connection is not None:
            with suppress(Exception):  # it is gone already
                connection.close()
