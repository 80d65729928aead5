"""Blocking work beside the event loop: the one place of this package that has threads."""

from __future__ import annotations

import asyncio  # noqa: TID251  # authenticators that block are run beside the loop
import threading  # noqa: TID251  # a lock between the loops that a server may have
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OneAtATime", "in_thread"]

T = TypeVar("T")

# Our own pool: an identity provider that hangs must not use up the threads of the application.
_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="graphwire-auth")


async def in_thread(work: Callable[[], T], *, seconds: float | None = None) -> T:
    """Run `work` in a thread, with the caller's context variables.

    Raises:
        TimeoutError: It took longer than `seconds`; the thread ends when it can.
    """
    context = copy_context()
    return await asyncio.wait_for(asyncio.wrap_future(_pool.submit(context.run, work)), seconds)


class OneAtATime(Generic[T]):
    """Work that many ask for at once and that is done once for all of them."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._running: Future[T] | None = None

    async def __call__(self, *, seconds: float) -> T:
        """Wait for the work that is under way, or start it.

        Raises:
            TimeoutError: It took longer than `seconds`.
        """
        with self._lock:
            if self._running is None or self._running.done():
                self._running = _pool.submit(self._work)
            running = self._running
        # Shielded: one caller who gives up must not take the answer from the others.
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), seconds)
