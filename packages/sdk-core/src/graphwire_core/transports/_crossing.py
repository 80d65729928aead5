"""The way from a caller to an application that lives in an event loop, perhaps another's."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from graphwire_core.errors import ConfigurationError, TransportError
from graphwire_core.transports._spare import spare_thread

__all__ = ["AsyncCrossing", "Crossing"]

T = TypeVar("T")

_LOOK: Final = 1.0
"""Seconds after which a waiting thread looks whether the loop is still there."""


class AsyncCrossing:
    """Has coroutines run in the loop of an application: the running one, unless one is given."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the application's loop, in a copy of the caller's context.

        Raises:
            TransportError: That loop has ended.
        """
        if self._loop is None or self._loop is asyncio.get_running_loop():
            return await work
        future = asyncio.wrap_future(_submitted(work, self._loop))
        try:
            return await future
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise _ended() from None

    async def aclose(self) -> None:
        """Leave the loop to its owner."""


class Crossing:
    """Has coroutines run in a loop: a given one, else one of its own in a thread of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing: asyncio.Event | None = None

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the application's loop, in a copy of the caller's context.

        Raises:
            ConfigurationError: That loop is the one of the calling thread, which would wait for
                itself.
            TransportError: It has ended.
        """
        loop = self._loop or self._started()
        if _running() is loop:
            work.close()
            raise ConfigurationError(
                "A sync call would block the event loop that has to answer it; use the async "
                "client here, or move the call to a thread: asyncio.to_thread(...)"
            )
        future = _submitted(work, loop)
        try:
            with spare_thread():
                while not concurrent.futures.wait([future], _LOOK).done:
                    if not loop.is_running():
                        raise _ended()
            return future.result()
        except concurrent.futures.CancelledError:
            raise _ended() from None
        finally:
            future.cancel()  # whoever waited was interrupted, or it is over

    def close(self) -> None:
        """End the loop of its own, with everything that still runs in it."""
        with self._lock:
            loop, thread, self._thread = self._loop, self._thread, None
        if loop is not None and thread is not None and self._closing is not None:
            loop.call_soon_threadsafe(self._closing.set)
            thread.join()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                ready = threading.Event()
                target = (self._live(ready),)
                self._thread = threading.Thread(
                    target=asyncio.run, args=target, name="graphwire application", daemon=True
                )
                self._thread.start()
                ready.wait()
            assert self._loop is not None  # noqa: S101  # the thread has set it
            return self._loop

    async def _live(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        ready.set()
        await self._closing.wait()


def _submitted(
    work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop
) -> concurrent.futures.Future[T]:
    if loop.is_running():
        try:
            return asyncio.run_coroutine_threadsafe(work, loop)
        except RuntimeError:  # it was closed just now
            pass
    work.close()
    raise _ended()


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _ended() -> TransportError:
    return TransportError("The event loop of the application has ended")
