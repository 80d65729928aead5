"""Connections that wait for their next request: which to use, and which to close."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Generic, Protocol, TypeVar

from graphwire_core.transports._types import Limits

__all__ = ["Idle"]


class Connection(Protocol):
    """What tells connections apart."""

    def can_handle_request(self, origin: Any) -> bool:
        """Whether this one leads to an origin."""


C = TypeVar("C", bound=Connection)


class Idle(Generic[C]):
    """The idle connections of a pool. The last one used is the next one used: the rest may age."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.max_keepalive
        self._expiry = limits.keepalive_expiry
        self._waiting: deque[tuple[float, C]] = deque()
        self._lock = threading.Lock()

    def take(self, origin: Any) -> C | None:
        """Return the connection to an origin that was used last; `None` without any."""
        with self._lock:
            for index in range(len(self._waiting) - 1, -1, -1):
                connection = self._waiting[index][1]
                if connection.can_handle_request(origin):
                    del self._waiting[index]
                    return connection
        return None

    def put(self, connection: C) -> list[C]:
        """Keep a connection; return those that are to be closed now: too many, or too old."""
        now = time.monotonic()
        surplus = []
        with self._lock:
            waiting = self._waiting
            waiting.append((now, connection))
            while waiting and self._is_surplus(now - waiting[0][0]):
                surplus.append(waiting.popleft()[1])
        return surplus

    def shrink(self, most: int) -> list[C]:
        """Keep at most so many connections; return the others, to be closed."""
        surplus = []
        with self._lock:
            while len(self._waiting) > most:
                surplus.append(self._waiting.popleft()[1])
        return surplus

    def _is_surplus(self, age: float) -> bool:
        if self._most is not None and len(self._waiting) > self._most:
            return True
        return self._expiry is not None and age > self._expiry
