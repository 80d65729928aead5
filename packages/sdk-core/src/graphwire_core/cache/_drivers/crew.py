"""Loads that several callers share: who waits for what, in either colour."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from inspect import isawaitable, iscoroutine
from typing import Any, TypeAlias, TypeVar

from graphwire_core._arguments import describe
from graphwire_core.errors import GraphwireError, InvalidArgumentError

__all__ = ["AsyncCrew", "AsyncLoader", "Crew", "Landing", "Loader"]

T = TypeVar("T")

logger = logging.getLogger("graphwire_core.cache")

Landing: TypeAlias = concurrent.futures.Future[str]
"""How a load ends: with a value as JSON, or an error. It may be waited for from anywhere."""

AsyncLoader: TypeAlias = Callable[[], Awaitable[T]]
"""Makes a value for an async caller."""
Loader: TypeAlias = Callable[[], T]
"""Makes a value for a sync caller."""


class _Reports:
    """Tells what went wrong to those who wait, or to the log where nobody does."""

    def failed(self, landing: Landing, error: BaseException, key: str, *, awaited: bool) -> None:
        """End a load with an error."""
        if not isinstance(error, Exception):
            error = GraphwireError(f"swr({key!r}): the load was ended by {type(error).__name__}")
        landing.set_exception(error)
        if not awaited:
            logger.debug("The value under %r could not be loaded anew", key, exc_info=error)


class AsyncCrew(_Reports):
    """Loads in tasks of the caller's event loop; callers in any loop wait for them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    async def fly(self, flying: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin a load. It is not ended when its caller is: others may wait for it."""
        self.start(flying)

    def start(self, flying: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin a load that goes on behind its caller."""
        task = asyncio.create_task(flying())
        self._tasks.add(task)  # the loop itself holds it only weakly
        task.add_done_callback(self._tasks.discard)

    async def wait(self, landing: Landing) -> str:
        """Wait for a load, and return its value or raise its error."""
        return await asyncio.wrap_future(landing)

    async def called(self, loader: AsyncLoader[T]) -> T:
        """Call a loader.

        Raises:
            InvalidArgumentError: It returns nothing that can be awaited.
        """
        loading = loader()
        if not isawaitable(loading):
            raise InvalidArgumentError("loader", "an async function", f"one of {describe(loading)}")
        return await loading


class Crew(_Reports):
    """Loads in the thread of the first caller; other threads wait for them."""

    def fly(self, flying: Callable[[], None]) -> None:
        """Load."""
        contextvars.copy_context().run(flying)

    def start(self, flying: Callable[[], None]) -> None:
        """Begin a load that goes on behind its caller."""
        context = contextvars.copy_context()
        threading.Thread(
            target=context.run, args=(flying,), name="graphwire cache", daemon=True
        ).start()

    def wait(self, landing: Landing) -> str:
        """Wait for a load, and return its value or raise its error."""
        return landing.result()

    def called(self, loader: Loader[T]) -> T:
        """Call a loader.

        Raises:
            InvalidArgumentError: It is an async function.
        """
        loaded = loader()
        if iscoroutine(loaded):
            loaded.close()
            raise InvalidArgumentError("loader", "a function that is not async", "an async one")
        return loaded
