"""What is written under a key, and what its age means. Pure: whoever calls has the clock."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, Self, TypeAlias

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError

__all__ = [
    "LONGEST",
    "CacheStatus",
    "Duration",
    "Entry",
    "Windows",
    "check_key",
    "seconds",
    "windows",
]

CacheStatus: TypeAlias = Literal["miss", "fresh", "stale", "expired"]
"""How a value was come by: nothing was there; it is fresh; it is old, and loaded anew meanwhile; it
was too old."""

Duration: TypeAlias = timedelta | float
"""A `timedelta`, or seconds."""

LONGEST: Final = 86400.0
"""Seconds that any value lives at most: the server keeps none for longer than a day."""

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A value under a key, as JSON, with the time that it is good for.

    The time is written beside the value, because the in-memory server drops what it is told.
    """

    text: str
    """The value as JSON."""
    stored_at: float
    """Seconds since the epoch."""
    lifetime: float
    """Seconds."""

    def encode(self) -> str:
        """Return what a backend keeps."""
        head = f'{{"v":{_VERSION},"at":{self.stored_at!r},"for":{self.lifetime!r}'
        return f'{head},"value":{self.text}}}'

    @classmethod
    def decode(cls, kept: object) -> Self | None:
        """Read what a backend kept; `None` for what nobody here has written."""
        try:
            content = json.loads(kept) if isinstance(kept, str) else None
        except ValueError:
            return None
        if not isinstance(content, Mapping) or content.get("v") != _VERSION:
            return None
        at, lifetime = content.get("at"), content.get("for")
        if not isinstance(at, int | float) or not isinstance(lifetime, int | float):
            return None
        return cls(json.dumps(content.get("value")), at, lifetime)

    def age(self, now: float) -> float:
        """Return its age in seconds; a clock that went back makes nothing younger than new."""
        return max(0.0, now - self.stored_at)

    def expired(self, now: float) -> bool:
        """Whether its time is over."""
        return self.age(now) >= self.lifetime


@dataclass(frozen=True, slots=True)
class Windows:
    """How old a value may be, in seconds."""

    fresh_for: float
    """Until then it is given as it is."""
    max_age: float
    """Until then it is given while a new one is loaded; afterwards it is gone."""

    def status(self, entry: Entry | None, now: float) -> CacheStatus:
        """Say what an entry is good for."""
        if entry is None:
            return "miss"
        age = entry.age(now)
        if age < self.fresh_for:
            return "fresh"
        return "stale" if age < self.max_age else "expired"


def seconds(argument: str, value: object, *, default: float) -> float:
    """Return a duration in seconds, a day at most.

    Raises:
        InvalidArgumentError: It is neither a `timedelta` nor a finite number, or below 0.
    """
    if value is None:
        return default
    length = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(length, bool) or not isinstance(length, int | float) or not length >= 0:
        raise InvalidArgumentError(argument, "a timedelta or seconds of 0 or more", describe(value))
    if not math.isfinite(length):
        raise InvalidArgumentError(argument, "a finite number of seconds", describe(value))
    return min(float(length), LONGEST)


def windows(fresh_for: object, max_age: object) -> Windows:
    """Return the ages of `swr`.

    Raises:
        InvalidArgumentError: One is none, `max_age` is 0, or `fresh_for` is beyond it.
    """
    fresh = seconds("fresh_for", fresh_for, default=0.0)
    longest = seconds("max_age", max_age, default=LONGEST)
    if longest == 0:
        raise InvalidArgumentError("max_age", "more than 0", describe(max_age))
    if fresh > longest:
        raise InvalidArgumentError("fresh_for", "no more than max_age", describe(fresh_for))
    return Windows(fresh, longest)


def check_key(key: object) -> str:
    """Refuse what is no key.

    Raises:
        InvalidArgumentError: It is empty, or no text.
    """
    if not isinstance(key, str) or not key:
        raise InvalidArgumentError("key", "text", describe(key))
    return key
