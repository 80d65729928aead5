"""What a session knows of one connection."""

from __future__ import annotations

from graphwire_stream._session.identity import Identifier
from graphwire_stream._session.track import Track

__all__ = ["Connection"]


class Connection:
    """The channels of a connection, the run that its events are of, and its heartbeats."""

    def __init__(self, channels: frozenset[str]) -> None:
        self.channels = channels
        self.identifier = Identifier()
        self.track: Track | None = None
        """The run whose events come now; `None` for one that nobody reads."""
        self.passed: set[str] = set()
        """Runs whose start it has brought."""
        self.beats = 0
        """Heartbeats since the last event."""
        self.used = False
        """Whether it has brought anything."""
        self.beating = False
        """Whether a heartbeat ever came."""
