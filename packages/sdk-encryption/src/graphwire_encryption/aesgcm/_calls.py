"""How a key provider is called: bounded in time, once for many who wait, or without a loop.

This is the driver of the package: nothing else here touches an event loop or a thread.
"""

from __future__ import annotations

import asyncio  # noqa: TID251  # a driver: bounds the provider's calls in time
import concurrent.futures
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from graphwire_encryption._describe import describe
from graphwire_encryption.exceptions import EncryptionError, KeyProviderError

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = ["Call", "Timed", "directly", "from_sync"]

T = TypeVar("T")
Make: TypeAlias = Callable[[], Awaitable[T]]


class Call(Protocol):
    """Makes one call to a provider, and gives its failures one form."""

    async def __call__(self, what: str, make: Make[T], /) -> T:
        """Return what the call returns, or raise an `EncryptionError` that says `what` failed."""


async def directly(what: str, make: Make[T], /) -> T:
    """Call a provider that never waits."""
    try:
        return await make()
    except EncryptionError:
        raise
    except Exception as error:  # noqa: BLE001  # a stranger's code may raise anything
        problem = f"{what} failed: {describe(error)}"
    # Raised out here to have no cause: a provider's own text may quote a key.
    raise KeyProviderError(problem)


class Timed:
    """Calls a provider for as long as `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def __call__(self, what: str, make: Make[T], /) -> T:
        try:
            async with asyncio.timeout(self._seconds):
                return await directly(what, make)
        except TimeoutError:
            pass
        raise KeyProviderError(f"{what} took longer than {self._seconds:g} s")

    async def once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Await `make()`, shared by all who ask for the same at the same time.

        Whoever is cancelled leaves the others their result.
        """
        loop = asyncio.get_running_loop()
        place = (id(loop), key)
        task = self._running.get(place)
        if task is None:
            task = loop.create_task(make())
            self._running[place] = task
            task.add_done_callback(lambda done: self._finish(place, done))
        result: T = await asyncio.shield(task)
        return result

    def _finish(self, place: Hashable, task: asyncio.Task[Any]) -> None:
        self._running.pop(place, None)
        if not task.cancelled():
            task.exception()  # everybody who waited may be gone; then nobody else would fetch it


def from_sync(make: Callable[[Call], Coroutine[Any, Any, T]], *, immediate: bool, call: Timed) -> T:
    """Run `make(call)` to its end from synchronous code.

    What never waits is stepped through at once, on whatever thread this is. Anything else runs in
    an event loop and a thread of its own, because this thread's loop may be the one that waits.
    """
    if immediate:
        return _step(make(directly))
    with concurrent.futures.ThreadPoolExecutor(1, "graphwire-encryption") as pool:
        return pool.submit(asyncio.run, make(call)).result()


def _step(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise KeyProviderError("the key provider says that it is immediate, and waited")
