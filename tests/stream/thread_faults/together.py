"""Several readers of one thread stream at once: as tasks in one colour, as threads in the other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tests.transports.wire import PATIENCE

__all__ = ["AsyncTogether", "Together", "tasks_left"]

T = TypeVar("T")

BOUND = 2 * PATIENCE
"""Seconds after which work that goes on has failed."""


class AsyncTogether:
    """Works that go on at once, and end in time."""

    def __init__(self, *works: Callable[[], Awaitable[Any]]) -> None:
        self._tasks = [asyncio.ensure_future(self._run(work)) for work in works]

    async def _run(self, work: Callable[[], Awaitable[T]]) -> T:
        return await work()

    async def results(self) -> list[Any]:
        """Wait for all of them."""
        _, late = await asyncio.wait(self._tasks, timeout=BOUND)
        for task in late:
            task.cancel()
        assert not late, f"{len(late)} of {len(self._tasks)} did not end"
        return [task.result() for task in self._tasks]


class Together:
    """Works that go on at once, and end in time."""

    def __init__(self, *works: Callable[[], Any]) -> None:
        self._results: list[Any] = [None] * len(works)
        self._failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._run, args=(index, work), daemon=True)
            for index, work in enumerate(works)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self, index: int, work: Callable[[], Any]) -> None:
        try:
            self._results[index] = work()
        except BaseException as error:  # noqa: BLE001  # raised where it is waited for
            self._failures.append(error)

    def results(self) -> list[Any]:
        """Wait for all of them."""
        for thread in self._threads:
            thread.join(BOUND)
        late = [thread for thread in self._threads if thread.is_alive()]
        assert not late, f"{len(late)} of {len(self._threads)} did not end"
        if self._failures:
            raise self._failures[0]
        return self._results


def tasks_left() -> list[str]:
    """Return the tasks of this SDK that the running loop has; none where no loop runs."""
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:
        return []
    return [task.get_name() for task in tasks if task.get_name().startswith("graphwire")]
