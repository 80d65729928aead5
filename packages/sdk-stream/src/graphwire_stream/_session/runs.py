"""The runs that a session knows by name, and the one that is being started."""

from __future__ import annotations

from graphwire_stream._session.track import Track

__all__ = ["Runs"]


class Runs:
    """Tracks by run id.

    A run's first events may come before the answer that names it, so while a start is on its way
    the latest run that appears is followed ahead.
    """

    def __init__(self) -> None:
        self.current: Track | None = None
        """The run that consumers opened now will read; `None` before there is one."""
        self.expected: Track | None = None
        """The run that is being started."""
        self.ahead: Track | None = None
        """The run that may be it, by what its events say."""
        self._before: Track | None = None
        self._known: dict[str, Track] = {}

    def find(self, run_id: str) -> Track | None:
        """Return the track of a run, `None` for one that this session does not follow."""
        return self._known.get(run_id)

    def expect(self) -> Track:
        """Begin to wait for a run that is about to be started; it becomes the current one."""
        current = self._before = self.current
        if current is None or current.run_id is not None or current is self.expected:
            current = self.current = Track()
        self.expected = current
        return current

    def follow_ahead(self, run_id: str) -> Track:
        """Follow a run that may be the one being started."""
        self.forget_ahead()
        self.ahead = self._known[run_id] = Track(run_id=run_id)
        return self.ahead

    def forget_ahead(self) -> Track | None:
        """Stop following ahead; return what was followed."""
        ahead, self.ahead = self.ahead, None
        if ahead is not None and ahead.run_id is not None:
            self._known.pop(ahead.run_id, None)
        return ahead

    def name(self, track: Track, run_id: str) -> None:
        """Give a run its id."""
        self.expected = None
        track.run_id = run_id
        self._known[run_id] = track

    def refuse(self, track: Track) -> None:
        """Give up an expected run: the one before it is the current one again."""
        self.expected = None
        if self.current is track:
            self.current = self._before if self._before is not track else None

    def attach(self, run_id: str | None, *, over: bool) -> Track:
        """Make a run the current one where there is none; `None` for the next of this session."""
        if self.current is None and run_id is not None:
            self.current = self._known.get(run_id)
        if self.current is None:
            self.current = Track(run_id=run_id, over=over)
            if run_id is not None:
                self._known[run_id] = self.current
        return self.current
