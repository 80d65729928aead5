"""A cache that forgets: bounded in size and in age."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["BoundedCache"]

T = TypeVar("T")


class BoundedCache(Generic[T]):
    """At most `size` values, none older than `age` seconds; the oldest leave first.

    Several threads may use it at once. It never waits for a lock, because it is used on event
    loops: every step is one operation of `dict`, and a race costs no more than a miss.
    """

    def __init__(
        self, size: int, age: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._age = age
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, T]] = {}

    def __bool__(self) -> bool:
        """Say whether anything is ever kept."""
        return self._size > 0

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return f"BoundedCache({len(self)} of {self._size}, {self._age:g} s)"

    def get(self, key: Hashable) -> T | None:
        """Return the value, unless it is unknown or too old."""
        found = self._kept.get(key)
        if found is None:
            return None
        if self._clock() - found[0] >= self._age:
            self._kept.pop(key, None)
            return None
        return found[1]

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value; with a size of 0, keep nothing."""
        if not self._size:
            return
        self._kept.pop(key, None)
        while len(self._kept) >= self._size:
            self._forget()
        self._kept[key] = (self._clock(), value)

    def drop(self, key: Hashable) -> None:
        """Forget a value, if it is known."""
        self._kept.pop(key, None)

    def _forget(self) -> None:
        # What has expired goes as well: a key nobody asks for again must not stay in memory.
        now = self._clock()
        kept = list(self._kept.items())
        old = [key for key, (since, _) in kept if now - since >= self._age]
        for key in old or [kept[0][0]] if kept else []:
            self._kept.pop(key, None)
