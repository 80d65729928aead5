"""Reading no longer than somebody waits, in the one place where the colours differ."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from graphwire_stream.event_transports._frames import Arrival

__all__ = ["AsyncPatience", "Patience"]

AHEAD: Final = 1 << 18
"""Bytes that are read ahead of whoever takes them."""


class AsyncPatience:
    """Reads in a task of its own: neither a limit nor a cancelled waiter stops a read half way."""

    def __init__(self, read: Callable[[float | None], Awaitable[Arrival | None]]) -> None:
        self._read = read
        self._reader: asyncio.Task[None] | None = None
        self._arrived: list[Arrival] = []
        self._ahead = 0
        self._waiters: set[asyncio.Future[None]] = set()
        self._room = asyncio.Event()
        self._closed = False

    async def within(self, timeout: float | None) -> list[Arrival]:
        """Return what has arrived, in order; nothing when nothing does for `timeout` seconds."""
        if self._closed:
            return []
        if self._reader is None:
            self._reader = asyncio.create_task(self._run(), name="graphwire-events")
        if not self._arrived:
            await self._news(timeout)
        arrived, self._arrived = self._arrived, []
        self._ahead = 0
        self._room.set()
        return arrived

    async def aclose(self) -> None:
        """Stop reading, and wake whoever waits."""
        self._closed = True
        self._wake()
        reader = self._reader
        if reader is not None:
            reader.cancel()
            await asyncio.wait((reader,))

    async def _news(self, timeout: float | None) -> None:
        """Wait until something arrives, or `timeout` seconds; `asyncio.timeout` costs more."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiters.add(waiter)
        timer = None if timeout is None else loop.call_later(timeout, _settle, waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        for waiter in self._waiters:
            _settle(waiter)

    async def _run(self) -> None:
        while True:
            arrival = await self._next()
            self._arrived.append(arrival)
            self._ahead += arrival.size
            self._wake()
            if arrival.failure is not None:
                return
            if self._ahead >= AHEAD:
                self._room.clear()
                await self._room.wait()

    async def _next(self) -> Arrival:
        try:
            arrival = None
            while arrival is None or (arrival.idle and self._arrived):
                arrival = await self._read(None)
        except Exception as error:  # noqa: BLE001  # whoever waits is told
            return Arrival(failure=error)
        return arrival


def _settle(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Patience:
    """Reads in the thread of whoever waits; each read heeds the limit itself."""

    def __init__(self, read: Callable[[float | None], Arrival | None]) -> None:
        self._read = read

    def within(self, timeout: float | None) -> list[Arrival]:
        """Return what has arrived, in order; nothing when nothing does for `timeout` seconds."""
        try:
            arrival = self._read(timeout)
        except Exception as error:  # noqa: BLE001  # it comes after the frames before
            arrival = Arrival(failure=error)
        return [] if arrival is None else [arrival]

    def close(self) -> None:
        """Do nothing: no read is left behind."""
