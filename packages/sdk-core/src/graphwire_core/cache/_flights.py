"""Which keys are being loaded: one load for all who ask meanwhile."""

from __future__ import annotations

from concurrent.futures import Future
from contextvars import ContextVar

from graphwire_core.errors import ConfigurationError

__all__ = ["Flight", "Flights", "check_no_circle", "within"]

_loading: ContextVar[frozenset[tuple[int, str]]] = ContextVar("loading", default=frozenset())
"""Keys whose loaders called this code, and wait for it."""


class Flight:
    """One load of a key."""

    def __init__(self) -> None:
        self.landing: Future[str] = Future()
        # What runs cannot be cancelled: one who stops waiting ends nothing for the others.
        self.landing.set_running_or_notify_cancel()
        self.successor: str | Flight | None = None
        """What was written, or loaded, later than this began: that counts, this does not."""

    @property
    def overruled(self) -> str | None:
        """The value that counts in place of the one that was loaded, where it is known."""
        later = self.successor
        while isinstance(later, Flight):
            if not later.landing.done() or later.landing.exception() is not None:
                return None
            later = later.successor or later.landing.result()
        return later


class Flights:
    """The loads under way, by key. Each step is one that threads cannot come between."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}

    def board(self, key: str) -> tuple[Flight, bool]:
        """Return the load of a key, and whether the caller is the first and has to fly it."""
        new = Flight()
        flight = self._flights.setdefault(key, new)
        return flight, flight is new

    def overtake(self, key: str) -> Flight:
        """Begin another load of a key, whose value counts and not that of one under way."""
        new = Flight()
        before = self._flights.get(key)
        self._flights[key] = new
        if before is not None:
            before.successor = new
        return new

    def overrule(self, key: str, text: str) -> None:
        """Note a value that counts, and not that of a load under way."""
        flight = self._flights.get(key)
        if flight is not None:
            flight.successor = text

    def land(self, key: str, flight: Flight) -> None:
        """Note that a load is over: who asks from here on finds its value, or loads anew."""
        if self._flights.get(key) is flight:
            self._flights.pop(key, None)


def check_no_circle(owner: object, key: str) -> None:
    """Refuse to wait for a load that waits for this.

    Raises:
        ConfigurationError: The loader of the key asks for the key itself.
    """
    if (id(owner), key) in _loading.get():
        raise ConfigurationError(
            f"swr({key!r}): its loader asks for {key!r} itself, and would wait for ever"
        )


def within(owner: object, key: str, *, awaited: bool) -> None:
    """Note, in the context of a load, what it loads, and what waits for it."""
    around = _loading.get() if awaited else frozenset[tuple[int, str]]()
    _loading.set(around | {(id(owner), key)})
