"""A bounded memory of texts by key, which threads and event loops share."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

__all__ = ["MAX_BYTES", "MAX_ENTRIES", "SHARED", "Memory"]

MAX_ENTRIES: Final = 1000
MAX_BYTES: Final = 64 * 2**20


class Memory:
    """Texts by key; what was used longest ago makes room for what is new."""

    def __init__(
        self,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._clock = clock
        self._kept: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        """Return the text under a key, unless its time is over."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            text, until = found
            if self._clock() >= until:
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return text

    def set(self, key: str, text: str, lifetime: float) -> None:
        """Keep a text for some seconds; one that is larger than all there is room for is not."""
        with self._lock:
            self._drop(key)
            if _size(key, text) > self._max_bytes:
                return
            self._kept[key] = (text, self._clock() + lifetime)
            self._size += _size(key, text)
            while self._size > self._max_bytes or len(self._kept) > self._max_entries:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size -= _size(key, found[0])


def _size(key: str, text: str) -> int:
    """Return about how many bytes an entry takes."""
    return len(key) + len(text)


SHARED: Final = Memory()
"""The memory of this process, for callers of both colours."""
