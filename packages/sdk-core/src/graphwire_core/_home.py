"""Where a client may be used: async in the event loop of its first call, sync anywhere."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractContextManager, nullcontext
from weakref import WeakKeyDictionary

from graphwire_core.errors import ConfigurationError

__all__ = ["Anywhere", "AsyncAnywhere", "AsyncHome", "AsyncTurn", "Home", "Turn"]


class AsyncHome:
    """Holds an async client to one event loop, which its connections belong to."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self.lock: AbstractContextManager[object] = nullcontext()

    def check(self) -> None:
        """Remember the running loop, or refuse another one."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        if loop is None:
            raise ConfigurationError("An async client needs a running asyncio event loop")
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise ConfigurationError(
                "This client belongs to another event loop, the one of its first call; "
                "create one client per loop"
            )


class Home:
    """A sync client may be used from any thread, by several at once."""

    def __init__(self) -> None:
        self.lock: AbstractContextManager[object] = threading.Lock()
        """Held while connections are made or given up."""

    def check(self) -> None:
        """Accept every thread."""


class AsyncAnywhere(AsyncHome):
    """An async client without connections may be used in every loop, by several at once."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def check(self) -> None:
        """Accept every loop."""


Anywhere = Home


class AsyncTurn:
    """Lets the tasks of a loop do something one after the other."""

    def __init__(self) -> None:
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    async def acquire(self) -> None:
        """Wait for one's turn."""
        await self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()).acquire()

    def release(self) -> None:
        """Let the next one in."""
        self._locks[asyncio.get_running_loop()].release()


class Turn:
    """Lets threads do something one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Wait for one's turn."""
        self._lock.acquire()

    def release(self) -> None:
        """Let the next one in."""
        self._lock.release()
