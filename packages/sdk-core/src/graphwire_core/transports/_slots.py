"""Connections in use at once: how many there may be, and how long one is waited for."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import deque

__all__ = ["AsyncSlots", "Slots"]


class AsyncSlots:
    """Places in a pool, for the tasks of one event loop; who waits longest is next."""

    def __init__(self, number: int | None) -> None:
        self._free = math.inf if number is None else number
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take_now(self) -> bool:
        """Take a place if one is free; return whether one was."""
        if self._free < 1 or self._waiting:
            return False
        self._free -= 1
        return True

    async def take(self, limit: float | None) -> bool:
        """Take a place; return whether one was free within `limit` seconds."""
        if self.take_now():
            return True
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait([turn], timeout=limit)
        except BaseException:
            self._give_up(turn)
            raise
        if not turn.done():
            self._give_up(turn)
            return False
        return True

    def free(self) -> None:
        """Give a place back, to who waits longest."""
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self._free += 1

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        """Wait no longer; a place that was given in the meantime goes on to the next."""
        if turn.done():
            self.free()
        else:
            self._waiting.remove(turn)


class Slots:
    """Places in a pool, for any number of threads."""

    def __init__(self, number: int | None) -> None:
        self._free = None if number is None else threading.Semaphore(number)

    def take_now(self) -> bool:
        """Take a place if one is free; return whether one was."""
        return self._free is None or self._free.acquire(blocking=False)

    def take(self, limit: float | None) -> bool:
        """Take a place; return whether one was free within `limit` seconds."""
        return self._free is None or self._free.acquire(timeout=limit)

    def free(self) -> None:
        """Give a place back."""
        if self._free is not None:
            self._free.release()
