"""How long a connection may be silent before it counts as dropped."""

from __future__ import annotations

import math
from typing import Final

from graphwire_core.errors import InvalidArgumentError, RequestTimeout

__all__ = ["IdleWindow"]

_MISSED: Final = 3
"""Heartbeats in a row that may be missing."""

_SHORTEST: Final = 10.0
"""Seconds; a server under load is late."""

_ENOUGH: Final = 2
"""Times between heartbeats that tell how often the server sends one."""


class IdleWindow:
    """The silence that a stream bears: the one that was chosen, else learned from heartbeats.

    Servers send them while they have nothing else to send. Only the time from one heartbeat to the
    very next tells how often: around events it is anything.
    """

    def __init__(self, chosen: float | None = None) -> None:
        """Begin without knowing the server.

        Args:
            chosen: Seconds, infinite for any silence; `None` to learn them.

        Raises:
            InvalidArgumentError: It is no positive number.
        """
        if chosen is not None and not (_is_number(chosen) and chosen > 0):
            raise InvalidArgumentError("idle_timeout", "a positive number of seconds", repr(chosen))
        self._chosen = chosen
        self._last: float | None = None
        self._longest = 0.0
        self._known = 0

    @property
    def seconds(self) -> float | None:
        """Seconds of silence that are borne; `None` while that is the transport's to say."""
        if self._chosen is not None:
            return None if math.isinf(self._chosen) else self._chosen
        return max(_MISSED * self._longest, _SHORTEST) if self._known >= _ENOUGH else None

    def read_limit(self, otherwise: float | None) -> float | None:
        """Return the limit of a read: of what is chosen or known, else the client's own."""
        if self._chosen is not None:
            return self.seconds
        return otherwise if self.seconds is None else self.seconds

    def heard(self, now: float, *, heartbeats: int, events: int) -> None:
        """Note what arrived at a time, in seconds of a clock that never goes back."""
        if events or not heartbeats:
            self._last = None
            return
        if self._last is not None:
            self._longest = max(self._longest, now - self._last)
            self._known += 1
        self._last = now

    def overdue(self) -> RequestTimeout:
        """Make the error of a silence that was too long."""
        return RequestTimeout(f"Neither event nor heartbeat for {self.seconds:g} s")

    def interrupted(self) -> None:
        """Note that other bytes came, or another connection: the time until then tells nothing."""
        self._last = None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
