"""The session of a thread stream: which run each event belongs to, who gets it, what comes next.

It owns every decision and no connection: a driver tells it what arrived (`connected`, `feed`,
`quiet`, `cut`), and asks it what to do (`channels`, `rotating`, `patience`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from graphwire_core.errors import (
    ConnectionFailed,
    GraphwireError,
    StreamError,
    StreamInterrupted,
)
from graphwire_core.retry import Retry
from graphwire_stream._session.batch import TELLING, Batch, batches
from graphwire_stream._session.connection import Connection
from graphwire_stream._session.consumer import Consumer
from graphwire_stream._session.identity import run_of
from graphwire_stream._session.interest import Interest, Namespace, covers
from graphwire_stream._session.reading import Reading
from graphwire_stream._session.readings import Readings
from graphwire_stream._session.runs import Runs
from graphwire_stream._session.track import Track
from graphwire_stream._session.vigil import Advice, Vigil
from graphwire_stream.event_transports._frames import Frames
from graphwire_stream.protocol import Event, LifecycleEvent

__all__ = ["Session"]

ALWAYS: Final = frozenset({"lifecycle", "input"})
"""Channels that every connection brings: they say where a run begins, stops and ends."""
RESUME: Final = Retry(attempts=6, base_delay=0.25, max_delay=5.0)
"""How often in a row a cut event stream connects again."""
_BEATS_OF_DOUBT: Final = 6
"""Heartbeats without news after which the server is asked whether the run still goes on."""

_PORTION: Final = 64


class Session:
    """The runs of a thread as one client follows them.

    `max_lag` is how many events a consumer may be behind before it is dropped; `decode` makes the
    data of an event, by its method, what it was before it was encoded.
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
        self.channels = ALWAYS
        """What the connection has to bring."""
        self.rotating = False
        """Whether another connection is needed: for more channels, or for the run's start."""
        self.cuts = 0
        """Connections lost in a row without anything new."""
        self.portion = max(1, min(_PORTION, int(max_lag) // 2))
        """Frames to feed at once: whoever waits reads them before the next ones."""
        self._max_lag = max_lag
        self._failing_in = thread_id if raise_on_error else None
        self._decode = decode
        self._readings = Readings()
        self._vigil = Vigil(self._readings)
        self._runs = Runs()
        self._connection: Connection | None = None

    # Runs

    @property
    def track(self) -> Track | None:
        """The run that consumers opened now will read; `None` before there is one."""
        return self._runs.current

    @property
    def expecting(self) -> bool:
        """Whether a run is being started."""
        return self._runs.expected is not None

    def expect(self) -> Track:
        """Begin to wait for a run that is about to be started."""
        return self._runs.expect()

    def started(self, track: Track, run_id: str) -> None:
        """Give an expected run its id: its first events may have come before."""
        ahead = self._runs.forget_ahead()
        self._runs.name(track, run_id)
        early = self._readings.take(ahead)
        if ahead is None or ahead.run_id != run_id:
            self._rotate_if_passed(track)
            return
        track.adopt(ahead)
        if not self._readings.merge(early, track):
            self._rotate()
        if self._connection is not None and self._connection.track is ahead:
            self._connection.track = track

    def refused(self, track: Track, cause: BaseException) -> None:
        """Give up an expected run: it was refused, or nobody waits for the answer any more."""
        gone = StreamError("The start of the run was given up")
        error = cause if isinstance(cause, GraphwireError) else gone
        self._runs.refuse(track)
        self._readings.take(self._runs.forget_ahead())
        for reading in self._readings.take(track):
            reading.end(error)

    def attach(self, run_id: str | None, *, over: bool = False) -> Track:
        """Follow a run that somebody else started; `None` for the next one of this session."""
        return self._runs.attach(run_id, over=over)

    # Consumers

    def open(self, track: Track, interest: Interest, *, scope: Namespace | None = None) -> Consumer:
        """Return a consumer that sees what it wants of a run, from its start."""
        consumer = Consumer(interest, limit=self._max_lag, scope=scope)
        self._readings.prune(self.track, self._runs.ahead)
        self.want(interest.channels)
        for reading in self._readings.of(track):
            if reading.serves(interest):
                reading.admit(consumer)
                return consumer
        reading = self._reading(track, self.channels)
        reading.waiting = self.rotating
        reading.admit(consumer)
        self._rotate_if_passed(track)
        return consumer

    def declare(self, channels: frozenset[str]) -> None:
        """Note channels that will be wanted, so that the next run is read from its start."""
        if self._connection is None:
            self.channels |= channels
        elif self.track is None or self.track.has_stopped:
            self.want(channels)

    def want(self, channels: frozenset[str]) -> None:
        """Have the connection bring these channels too."""
        if not covers(self.channels, channels):
            self.channels |= channels
            if self._connection is not None:
                self._rotate()

    # Connections

    @property
    def may_go_ahead(self) -> bool:
        """Whether more can be read while nobody waits: nobody would be dropped for it."""
        return self._readings.has_room(self.portion)

    @property
    def patience(self) -> float:
        """Seconds for which silence is no news; after them, the driver calls `quiet`."""
        return self._vigil.patience(self._connection)

    def connected(self, channels: frozenset[str]) -> None:
        """Begin a connection on these channels: it repeats the thread from the start."""
        self.rotating = not covers(channels, self.channels)  # more were wanted meanwhile
        self._connection = Connection(channels)
        self._readings.take(self._runs.forget_ahead())  # it is repeated too
        if self.rotating:
            self._readings.hold()
        else:
            self._readings.release()

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
        connection.used, connection.beats = True, 0
        try:
            news = self._take_in(connection, frames)
        finally:
            for reading in self._readings:
                reading.hand_over()
        if news:
            self.cuts = 0
            self._vigil.news()
        return "wait"

    def quiet(self) -> Advice:
        """Note that nothing came for as long as `patience`."""
        return "wait" if self.rotating else self._vigil.quiet(self._connection)

    @property
    def doubted(self) -> Track | None:
        """The run to ask the server about: whether it is over."""
        return self._vigil.doubted()

    def answered(self, track: Track, *, over: bool) -> None:
        """Note what the server said of a run that has been silent."""
        if self._vigil.answered(track, self._connection, over=over):
            self._rotate()

    def cut(self, reason: str, cause: GraphwireError | None = None) -> float | None:
        """Note a lost connection; return the seconds before the next, `None` for no further one."""
        self._connection = None
        self.cuts += 1
        lost = ConnectionFailed(reason, retry_after=cause.retry_after if cause else None)
        return RESUME.delay(self.cuts, lost, idempotent=True)

    def interrupted(self, reason: str) -> StreamInterrupted:
        """Return the error of a stream that cannot be resumed."""
        run_id = self.track.run_id if self.track else None
        message = f"The event stream was cut: {reason}"
        return StreamInterrupted(message, cursor=run_id, attempts=self.cuts)

    def fail(self, error: GraphwireError) -> None:
        """End every consumer with an error; those that open later begin anew."""
        self._connection = None
        self.rotating = True
        self.cuts = 0
        self._readings.end(error)

    def _rotate_if_passed(self, track: Track) -> None:
        """Have the thread repeated when this connection has brought the run's start already."""
        connection = self._connection
        if connection is not None and track.run_id in connection.passed:
            self._rotate()

    def _rotate(self) -> None:
        """Have another connection made; readings that have not begun wait for it."""
        self.rotating = True
        self._readings.hold()

    def _beat(self, connection: Connection) -> Advice:
        """Note a heartbeat: a connection is as good as any while nothing has to come."""
        if not self._readings.exhausted:
            self.cuts = 0
        advice = self._vigil.beat(connection)
        return "ask" if self._vigil.beats % _BEATS_OF_DOUBT == 0 else advice

    def _take_in(self, connection: Connection, frames: Sequence[Mapping[str, Any]]) -> bool:
        """Take in frames of a connection; return whether any was new."""
        payloads: Sequence[bytes] = ()
        if self._decode is not None:
            frames = [_decoded(self._decode, frame) for frame in frames]
        elif isinstance(frames, Frames):
            payloads = frames.payloads
        news = False
        for batch in batches(connection.identifier, frames, payloads):
            track = self._tell(connection, batch) if batch.is_special else connection.track
            for reading in self._readings.of(track):
                news = reading.feed(batch) or news
            batch.release()
        return news

    def _tell(self, connection: Connection, batch: Batch) -> Track | None:
        """Note an event that says how a run is doing, or has no time; return whose it is."""
        [item], [identity] = batch.items, batch.identities
        run_id = run_of(item.event_id)
        if item.method == "lifecycle" and not item.namespace and _begins(item.event):
            self._enter(connection, run_id)
        # An earlier run may end when a later one has begun.
        track = connection.track if run_id is None else self._runs.find(run_id)
        if track is not None and item.method in TELLING:
            track.observe(identity, item.event)
        return track

    def _enter(self, connection: Connection, run_id: str | None) -> None:
        """Begin the events of a run; those of the run before it are complete."""
        self._readings.leave(connection.track)
        if run_id is None:  # a server that does not name it: it is the one that is waited for
            connection.track = self._runs.expected or self.track
            return
        connection.passed.add(run_id)
        track = self._runs.find(run_id)
        if track is None and self._runs.expected is not None:
            before = self._runs.ahead
            track = self._runs.follow_ahead(run_id)
            self._readings.take(before)
            self._reading(track, connection.channels)
        connection.track = track

    def _reading(self, track: Track, channels: frozenset[str]) -> Reading:
        reading = Reading(track, channels, failing_in=self._failing_in)
        self._readings.add(reading)
        return reading


def _decoded(decode: Callable[[str, Any], Any], frame: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a frame with its data as it was before it was encoded."""
    method, params = frame.get("method"), frame.get("params")
    if not isinstance(method, str) or not isinstance(params, Mapping):
        return frame
    return {**frame, "params": {**params, "data": decode(method, params.get("data"))}}


def _begins(event: Event) -> bool:
    return isinstance(event, LifecycleEvent) and event.data.event == "running"
