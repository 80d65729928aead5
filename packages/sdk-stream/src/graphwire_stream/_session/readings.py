"""The readings of a session: which there are, and which of them end in silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graphwire_core.errors import GraphwireError
from graphwire_stream._session.reading import Reading
from graphwire_stream._session.track import Track

__all__ = ["Readings"]

SETTLE: Final = 0.25
"""Seconds of silence after which an interrupted run that is over has sent all it had."""
EXHAUSTED: Final = 6.0
"""Seconds of silence after which the server has repeated all that it has of a finished run."""


class Readings:
    """Every reading that somebody reads, or could join."""

    def __init__(self) -> None:
        self._all: list[Reading] = []

    def __iter__(self) -> Iterator[Reading]:
        return iter(self._all)

    @property
    def patience(self) -> float | None:
        """Seconds of silence that end a reading; `None` when silence ends none."""
        if any(reading.settling for reading in self._all):
            return SETTLE
        return EXHAUSTED if self.exhausted else None

    @property
    def exhausted(self) -> bool:
        """Whether a run is over that is still read: its end was not sent, or is on its way."""
        return any(map(_is_exhausted, self._all))

    @property
    def at_work(self) -> Track | None:
        """A run that has asked a question, and of which other nodes may still be at work."""
        return next(
            (
                reading.track
                for reading in self._all
                if reading.settling and not reading.track.over and reading.track.run_id is not None
            ),
            None,
        )

    def has_room(self, number: int) -> bool:
        """Whether no reader would be dropped for so many events more."""
        return all(one.ended or one.room >= number for reading in self for one in reading.consumers)

    @property
    def unsure(self) -> Track | None:
        """A run that is read, and that may be over for all that is known."""
        return next(
            (
                reading.track
                for reading in self._all
                if reading.is_read and not reading.track.over and reading.track.run_id is not None
            ),
            None,
        )

    def unsettled(self, track: Track) -> bool:
        """Whether a run is read that has not stopped at an interrupt."""
        return any(reading.is_read and not reading.settling for reading in self.of(track))

    def of(self, track: Track | None) -> list[Reading]:
        """Return the readings of a run; without a run there are none."""
        return [reading for reading in self._all if reading.track is track]

    def add(self, reading: Reading) -> None:
        """Add a reading."""
        self._all.append(reading)

    def take(self, track: Track | None) -> list[Reading]:
        """Let go of the readings of a run, and return them; without a run there are none."""
        taken = self.of(track)
        self._all = [reading for reading in self._all if reading.track is not track]
        return taken

    def merge(self, early: list[Reading], track: Track) -> bool:
        """Add what was read of a run before it had a name; return whether it was kept."""
        readings = self.of(track)
        for reading in early:
            reading.track = track
            for one in readings:
                one.adopt(reading)
        if not readings:
            self._all += early
        return not readings or all(reading.complete for reading in early)

    def prune(self, *joined: Track | None) -> None:
        """Let go of what nobody reads and nobody can join: only the runs named are joined."""
        self._all = [
            one
            for one in self._all
            if one.is_read or (one.complete and any(one.track is track for track in joined))
        ]

    def hold(self) -> None:
        """Have the readings that have not begun wait for the next connection."""
        for reading in self._all:
            reading.waiting = reading.waiting or reading.fresh

    def release(self) -> None:
        """Begin the readings that waited for this connection."""
        for reading in self._all:
            reading.waiting = False

    def end(self, error: GraphwireError) -> None:
        """End every reading with an error, and let go of it."""
        for reading in self._all:
            reading.end(error)
        self._all = []

    def leave(self, track: Track | None) -> None:
        """End the readings of an interrupted run: another run has begun after it."""
        for reading in self._all:
            if reading.settling and reading.track is track:
                reading.end()

    def silence(self) -> bool:
        """End what silence ends; return whether there was any.

        An interrupted run has settled; a finished one has been repeated as far as it is kept.
        """
        settled = [reading for reading in self._all if reading.settling]
        for reading in settled:
            reading.end()
        exhausted = [] if settled else [one for one in self._all if _is_exhausted(one)]
        for reading in exhausted:
            reading.give_up()
        return bool(settled or exhausted)


def _is_exhausted(reading: Reading) -> bool:
    return reading.track.over and not reading.ended and reading.is_read
