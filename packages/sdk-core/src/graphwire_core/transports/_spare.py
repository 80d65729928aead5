"""A pool of threads that grows while its threads wait for somebody who may need one of them.

A server runs the sync nodes of its graphs in the same few threads as parts of its own work. Were
they all taken by nodes that wait for the server, it could not answer one of them.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

__all__ = ["spare_thread"]

_lock = threading.Lock()


@contextmanager
def spare_thread() -> Iterator[None]:
    """Let the pool that this thread is of have one thread more, for as long as the block lasts."""
    pool = _pool_of(threading.current_thread())
    if pool is None:
        yield
        return
    _widen(pool, 1)
    with suppress(RuntimeError):  # it is being shut down, and takes nothing
        pool.submit(int)  # a pool looks at its size when it is given something to do
    try:
        yield
    finally:
        _widen(pool, -1)


def _widen(pool: ThreadPoolExecutor, number: int) -> None:
    with _lock:
        pool._max_workers += number  # noqa: SLF001  # there is no other way to change it


def _pool_of(thread: threading.Thread) -> ThreadPoolExecutor | None:
    """Return the pool of a thread: the first argument of its function is a reference to it."""
    reference = next(iter(getattr(thread, "_args", ())), None)
    pool = reference() if isinstance(reference, weakref.ref) else None
    sized = isinstance(pool, ThreadPoolExecutor) and hasattr(pool, "_max_workers")
    return pool if sized else None
