"""The sync driver: whoever waits for something reads the connection until it comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import RLock

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
from graphwire_stream.event_transports import EventConnection, EventFilter, EventTransport

__all__ = ["Driver"]


class Driver:
    """Reads for the consumers of a session, in the thread of the one that waits.

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
        self._connected = False
        self._reading = RLock()

    def connect(self) -> None:
        """Connect now, so that nothing is missed of what the server does not repeat."""
        with self._reading:
            if self._connection is None:
                self._connect()

    def opened(self) -> None:
        """Do nothing: whoever waits next looks at what is wanted first."""

    def wait(self, consumer: Consumer, timeout: float | None = None) -> None:
        """Read until there is something new to take, or to know, for a consumer.

        Raises:
            RequestTimeout: Nothing came within `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            with self._reading:
                if consumer.ended or consumer.behind:
                    return
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    raise RequestTimeout(f"Nothing came within {timeout:g} s")
                try:
                    self._step(left)
                except GraphwireError as error:
                    self._fail(error)
                except Exception as error:  # noqa: BLE001  # a fault must reach the readers
                    fault = StreamError(f"The event stream failed: {type(error).__name__}: {error}")
                    fault.__cause__ = error
                    self._fail(fault)

    def close(self) -> None:
        """Close the connection and end every consumer."""
        self._disconnect()
        self._session.fail(StreamError("The thread stream was closed"))

    def _step(self, left: float | None) -> None:
        """Connect where that is needed, read once, and tell the session."""
        if self._session.rotating:
            self._disconnect()
        try:
            if self._connection is None:
                self._connect()
            if self._connection is None:
                return
            patience = self._session.patience
            hurried = left is not None and left < patience
            frames = self._connection.receive(left if hurried else patience)
            if frames is None and hurried:
                return
            advice: Advice = self._session.quiet() if frames is None else self._session.feed(frames)
        except TransportError as lost:
            if not self._connected:
                raise
            self._reconnect(lost.message, left, lost)
        except (InternalServerError, RateLimitError) as refused:
            if not self._connected:
                raise
            self._reconnect(refused.message, left, refused)
        else:
            self._follow(advice, left)

    def _follow(self, advice: Advice, left: float | None) -> None:
        track = self._session.track
        if advice == "reconnect":
            self._reconnect("it was silent for too long", left)
        elif advice == "ask" and track is not None and track.run_id is not None:
            self._session.answered(track, over=self._is_over(track))

    def _connect(self) -> None:
        wanted = EventFilter(channels=tuple(sorted(self._session.channels)))
        self._connection = self._transport.connect(self._session.thread_id, wanted)
        self._connected = True
        self._session.connected()

    def _reconnect(
        self, reason: str, left: float | None, cause: GraphwireError | None = None
    ) -> None:
        """Wait until the next connection, or fail: the stream cannot be resumed."""
        self._disconnect()
        delay = self._session.cut(reason, cause)
        if delay is None:
            raise self._session.interrupted(reason) from cause
        time.sleep(delay if left is None else min(delay, left))

    def _fail(self, error: GraphwireError) -> None:
        self._disconnect()
        self._connected = False
        self._session.fail(error)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
