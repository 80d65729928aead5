"""What silence means: a run that has settled, one that is over, a connection that is dead."""

from __future__ import annotations

from typing import Final, Literal

from graphwire_stream._session.connection import Connection
from graphwire_stream._session.readings import Readings
from graphwire_stream._session.track import Track

__all__ = ["Advice", "Vigil"]

PAUSED: Final = (0.1, 2.0)
"""Seconds of silence after which the server is asked whether an interrupted run still does work:
the first time, and at most."""
DEAD: Final = 15.0
"""Seconds of silence after which a connection that has shown heartbeats, every five, is dead."""
DOUBT: Final = 30.0
"""Seconds without an event after which the server is asked whether the run still goes on."""
_BEATS_OF_SILENCE: Final = 2
"""Heartbeats in a row: the server has nothing on its way; one may come with half a frame."""

Advice = Literal["wait", "reconnect", "ask"]
"""What a driver does about silence: `ask` means to look the run up and call `answered`."""


class Vigil:
    """Watches over the readings of a session while nothing comes for them."""

    def __init__(self, readings: Readings) -> None:
        self.beats = 0
        """Heartbeats since the last news, whatever the connection."""
        self._readings = readings
        self._paused = PAUSED[0]

    def patience(self, connection: Connection | None) -> float:
        """Return the seconds for which silence is no news."""
        if self._readings.at_work is not None:
            return self._paused
        if connection is None or not connection.used:  # what it repeats is still on its way
            return DOUBT
        return self._readings.patience or (DEAD if connection.beating else DOUBT)

    def news(self) -> None:
        """Note that there was something new."""
        self.beats = 0
        self._paused = PAUSED[0]

    def quiet(self, connection: Connection | None) -> Advice:
        """Note that nothing came for as long as `patience`."""
        if self._readings.at_work is not None:
            return "ask"
        if connection is None or not connection.used:
            return "ask"
        if self._readings.silence():
            return "wait"
        return "reconnect" if connection.beating else "ask"

    def beat(self, connection: Connection) -> Advice:
        """Note a heartbeat."""
        self.beats += 1
        connection.beats += 1
        connection.beating = connection.used = True
        if self._readings.at_work is not None:
            return "ask"
        if connection.beats >= _BEATS_OF_SILENCE:
            self._readings.silence()
        return "wait"

    def doubted(self) -> Track | None:
        """Return the run to ask the server about, of those that are read."""
        return self._readings.at_work or self._readings.unsure

    def answered(self, track: Track, connection: Connection | None, *, over: bool) -> bool:
        """Note what the server said of a run; return whether it has to be repeated.

        So it does once it is over, or where the connection may be dead: its end may be lost.
        """
        news = over and not track.over
        track.over = track.over or over
        self._paused = min(2 * self._paused, PAUSED[1])
        alive = connection is not None and connection.beating
        return self._readings.unsettled(track) and (news or not alive)
