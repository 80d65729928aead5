"""The session of a thread stream: which run each event belongs to, who gets it, what comes next.

It owns every decision and no connection: a driver tells it what arrived (`connected`, `feed`,
`quiet`, `cut`), and asks it what to do (`channels`, `rotating`, `patience`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from graphwire_core.errors import ConnectionFailed, GraphwireError, StreamInterrupted
from graphwire_core.retry import Retry
from graphwire_stream._session.consumer import Consumer, Item
from graphwire_stream._session.identity import Identifier, run_of
from graphwire_stream._session.interest import Interest, Namespace, covers
from graphwire_stream._session.reading import Entry, Reading
from graphwire_stream._session.track import Track
from graphwire_stream.protocol import (
    CommandFailure,
    Event,
    InputRequestedEvent,
    LifecycleEvent,
    channel_of,
    read_frame,
)

__all__ = ["Session"]

ALWAYS: Final = frozenset({"lifecycle", "input"})
"""Channels that every connection brings: they say where a run begins, stops and ends."""
RESUME: Final = Retry(attempts=6, base_delay=0.25, max_delay=5.0)
"""How often in a row a cut event stream connects again."""
SETTLE: Final = 0.25
"""Seconds of silence after which an interrupted run has sent what trails its interrupt."""
EXHAUSTED: Final = 6.0
"""Seconds of silence after which the server has repeated all that it has of a finished run."""
DEAD: Final = 15.0
"""Seconds of silence after which a connection that has shown heartbeats, every five, is dead."""
_BEATS_OF_DOUBT: Final = 6
DOUBT: Final = 30.0
"""Seconds without an event after which the server is asked whether the run still goes on."""

Advice = Literal["wait", "reconnect", "ask"]
"""What a driver does about silence: `ask` means to look the run up and call `answered`."""


class _Connection:
    """What is known of the events of one connection."""

    def __init__(self, channels: frozenset[str]) -> None:
        self.channels = channels
        self.identifier = Identifier()
        self.track: Track | None = None
        self.passed: set[str] = set()
        self.beats = 0
        """Heartbeats since the last event."""
        self.beating = False
        """Whether a heartbeat ever came."""


class Session:
    """The runs of a thread as one client follows them.

    Args:
        thread_id: The thread, for errors.
        max_lag: Events that a consumer may be behind before it is dropped.
        raise_on_error: Whether readers of a failed run get a `RunFailedError` after its last event.
        decode: Makes the data of an event, by its method, what it was before it was encoded.
    """

    def __init__(
        self,
        thread_id: str,
        *,
        max_lag: int,
        raise_on_error: bool = True,
        decode: Callable[[str, Any], Any] | None = None,
    ) -> None:
        self.thread_id = thread_id
        self.track: Track | None = None
        """The run that consumers opened now will read; `None` before there is one."""
        self.channels = ALWAYS
        """What the connection has to bring."""
        self.rotating = False
        """Whether another connection is needed: for more channels, or for the run's start."""
        self.cuts = 0
        """Connections lost in a row without anything new."""
        self._max_lag = max_lag
        self._raise_on_error = raise_on_error
        self._decode = decode
        self._readings: list[Reading] = []
        self._runs: dict[str, Track] = {}
        self._expected: Track | None = None
        self._early: Track | None = None
        self._connection: _Connection | None = None

    # Runs

    @property
    def expecting(self) -> bool:
        """Whether a run is being started."""
        return self._expected is not None

    def expect(self) -> Track:
        """Begin to wait for a run that is about to be started; it becomes the current one."""
        if self.track is None or self.track.run_id is not None or self.track is self._expected:
            self.track = Track()
        self._expected = self.track
        return self.track

    def started(self, track: Track, run_id: str) -> None:
        """Give an expected run its id: its first events may have come before."""
        self._expected = None
        track.run_id = run_id
        ahead = self._early if self._early and self._early.run_id == run_id else None
        if ahead is None:
            self._forget_ahead()
            self._runs[run_id] = track
            self._rotate_if_passed(track)
            return
        self._early = None
        self._runs[run_id] = track
        readings = self._of(track)
        for early in self._of(ahead):
            if not readings:
                early.track = track
                continue
            self._readings.remove(early)
            if not early.complete:
                self._rotate()
            for entry in early.log:
                self._deliver(track, readings, entry)
        if self._connection is not None and self._connection.track is ahead:
            self._connection.track = track

    def refused(self, track: Track, error: GraphwireError) -> None:
        """Give up an expected run: the server has not started it."""
        self._expected = None
        self._forget_ahead()
        for reading in self._of(track):
            reading.end(error)
            self._readings.remove(reading)
        if self.track is track:
            self.track = None

    def attach(self, run_id: str | None, *, over: bool = False) -> Track:
        """Follow a run that somebody else started; `None` for the next one of this session."""
        if run_id is not None and run_id in self._runs:
            self.track = self._runs[run_id]
            return self.track
        self.track = Track(run_id=run_id, over=over)
        if run_id is not None:
            self._runs[run_id] = self.track
        return self.track

    # Consumers

    def open(self, track: Track, interest: Interest, *, scope: Namespace | None = None) -> Consumer:
        """Return a consumer that sees what it wants of a run, from its start."""
        consumer = Consumer(interest, limit=self._max_lag, scope=scope)
        self._prune()
        self.want(interest.channels)
        for reading in self._of(track):
            if reading.serves(interest):
                reading.admit(consumer)
                return consumer
        reading = Reading(track, self.channels)
        reading.waiting = self.rotating
        reading.admit(consumer)
        self._readings.append(reading)
        self._rotate_if_passed(track)
        return consumer

    def declare(self, channels: frozenset[str]) -> None:
        """Note channels that will be wanted, so that the first connection brings them."""
        if self._connection is None:
            self.channels |= channels

    def want(self, channels: frozenset[str]) -> None:
        """Have the connection bring these channels too."""
        if not covers(self.channels, channels):
            self.channels |= channels
            if self._connection is not None:
                self._rotate()

    # Connections

    @property
    def patience(self) -> float:
        """Seconds for which silence is no news; after them, the driver calls `quiet`."""
        if any(reading.settling for reading in self._readings):
            return SETTLE
        if any(self._is_exhausted(reading) for reading in self._readings):
            return EXHAUSTED
        return DEAD if self._connection is not None and self._connection.beating else DOUBT

    def connected(self) -> None:
        """Begin a connection on `channels`: it repeats the thread from the start."""
        self.rotating = False
        self._connection = _Connection(self.channels)
        for reading in self._readings:
            reading.waiting = False

    def feed(self, frames: Sequence[Mapping[str, Any]]) -> Advice:
        """Take in what arrived; nothing at all is a heartbeat.

        Raises:
            StreamProtocolError: A frame is not what the protocol says.
            ConnectionFailed: The server says that it cannot go on with this connection.
        """
        connection = self._connection
        if connection is None:
            return "wait"
        if not frames:
            return self._beat(connection)
        connection.beats = 0
        news = False
        for frame in frames:
            plain = frame if self._decode is None else self._decoded(frame)
            item = read_frame(plain)
            if isinstance(item, CommandFailure):
                raise ConnectionFailed(f"The server ended the event stream: {item.message}")
            if isinstance(item, Event):
                news = self._take(connection, item, plain["params"]["data"]) or news
        if news:
            self.cuts = 0
        return "wait"

    def quiet(self) -> Advice:
        """Note that nothing came for as long as `patience`."""
        if self._settle() or self._exhaust():
            return "wait"
        beating = self._connection is not None and self._connection.beating
        return "reconnect" if beating else "ask"

    def answered(self, track: Track, *, over: bool) -> None:
        """Note what the server said of a run that had been silent for long."""
        track.over = track.over or over

    def cut(self, reason: str, cause: GraphwireError | None = None) -> float | None:
        """Note a lost connection; return the seconds before the next, `None` for no further one."""
        self._connection = None
        self.cuts += 1
        lost = ConnectionFailed(reason, retry_after=cause.retry_after if cause else None)
        return RESUME.delay(self.cuts, lost, idempotent=True)

    def interrupted(self, reason: str) -> StreamInterrupted:
        """Return the error of a stream that cannot be resumed."""
        run_id = self.track.run_id if self.track else None
        return StreamInterrupted(
            f"The event stream was cut: {reason}", cursor=run_id, attempts=self.cuts
        )

    def fail(self, error: GraphwireError) -> None:
        """End every consumer with an error; those that open later begin anew."""
        self._connection = None
        self.cuts = 0
        for reading in self._readings:
            reading.end(error)
        self._readings = []

    @property
    def idle(self) -> bool:
        """Whether no consumer waits for anything more."""
        return all(not reading.consumers for reading in self._readings)

    def _of(self, track: Track) -> list[Reading]:
        return [reading for reading in self._readings if reading.track is track]

    def _rotate_if_passed(self, track: Track) -> None:
        """Have the thread repeated when this connection has brought the run's start already."""
        connection = self._connection
        if connection is not None and track.run_id in connection.passed:
            self._rotate()

    def _rotate(self) -> None:
        """Have another connection made; readings that have not begun wait for it."""
        self.rotating = True
        for reading in self._readings:
            reading.waiting = reading.waiting or reading.fresh

    def _prune(self) -> None:
        """Let go of what nobody reads, and nobody can join any more."""
        self._readings = [
            one
            for one in self._readings
            if one.is_read or (one.complete and one.track is self.track)
        ]

    def _is_exhausted(self, reading: Reading) -> bool:
        return reading.track.over and not reading.ended and reading.is_read

    def _beat(self, connection: _Connection) -> Advice:
        """Note a heartbeat: the server has sent all that it has."""
        self.cuts = 0
        connection.beating = True
        connection.beats += 1
        if self._settle() or self._exhaust():
            return "wait"
        return "ask" if connection.beats % _BEATS_OF_DOUBT == 0 else "wait"

    def _settle(self) -> bool:
        """End the readings that have stopped at an interrupt; return whether there were any."""
        settled = [reading for reading in self._readings if reading.settling]
        for reading in settled:
            reading.end()
        return bool(settled)

    def _exhaust(self) -> bool:
        """End the readings of runs that are over, and of which nothing more comes."""
        exhausted = [reading for reading in self._readings if self._is_exhausted(reading)]
        for reading in exhausted:
            run_id = reading.track.run_id
            reading.end(
                StreamInterrupted(
                    f"Run {run_id} is over, but the server has not sent its end: it keeps the "
                    "events only of runs that stream to threads or are resumable, for a time",
                    cursor=run_id,
                )
            )
        return bool(exhausted)

    def _decoded(self, frame: Mapping[str, Any]) -> Mapping[str, Any]:
        method, params = frame.get("method"), frame.get("params")
        if self._decode is None or not isinstance(method, str) or not isinstance(params, Mapping):
            return frame
        return {**frame, "params": {**params, "data": self._decode(method, params.get("data"))}}

    def _take(self, connection: _Connection, event: Event, data: Any) -> bool:
        if (
            isinstance(event, LifecycleEvent)
            and not event.namespace
            and event.data.event == "running"
        ):
            self._enter(connection, run_of(event.event_id))
        identity = connection.identifier.identify(event)
        track = connection.track
        if identity is None or track is None:
            return False
        return self._deliver(
            track, self._of(track), (identity, channel_of(event), Item(event, data))
        )

    def _enter(self, connection: _Connection, run_id: str | None) -> None:
        """Begin the events of a run; those of the run before it are complete."""
        for reading in self._readings:
            if reading.settling and reading.track is connection.track:
                reading.end()
        if run_id is None:  # a server that does not name it: it is the one that is waited for
            connection.track = self._expected or self.track
            return
        connection.passed.add(run_id)
        track = self._runs.get(run_id)
        if track is None and self._expected is not None:
            track = self._ahead(run_id)
            self._readings.append(Reading(track, connection.channels))
        connection.track = track

    def _ahead(self, run_id: str) -> Track:
        """Follow a run that may be the one being started, whose id is still on its way."""
        self._forget_ahead()
        self._early = self._runs[run_id] = Track(run_id=run_id)
        return self._early

    def _forget_ahead(self) -> None:
        early, self._early = self._early, None
        if early is not None and early.run_id is not None:
            self._runs.pop(early.run_id, None)
            self._readings = [one for one in self._readings if one.track is not early]

    def _deliver(self, track: Track, readings: list[Reading], entry: Entry) -> bool:
        identity, _, item = entry
        event = item.event
        if isinstance(event, LifecycleEvent | InputRequestedEvent):
            track.observe(identity, event)
        news = False
        for reading in readings:
            news = reading.feed(entry) or news
            if isinstance(event, LifecycleEvent) and not event.namespace:
                self._conclude(track, reading, event.data.event)
        return news

    def _conclude(self, track: Track, reading: Reading, status: str) -> None:
        if status in {"completed", "failed"} and not reading.waiting:
            reading.end(track.failure(self.thread_id) if self._raise_on_error else None)
