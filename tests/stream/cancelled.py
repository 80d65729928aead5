"""Cancelling a task where it waits for the n-th time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator
from typing import Any

__all__ = ["Cancelled"]


class Cancelled:
    """Awaits some work, and cancels the task where it waits for the n-th time."""

    def __init__(self, work: Awaitable[Any], at: int) -> None:
        self._work = work
        self._at = at
        self._waits = 0

    @property
    def done(self) -> bool:
        """Whether the task was cancelled."""
        return self._waits >= self._at

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._work.__await__()
        thrown: BaseException | None = None
        while True:
            try:
                awaited = steps.send(None) if thrown is None else steps.throw(thrown)
            except StopIteration:
                return
            self._waits += 1
            if self._waits == self._at:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                thrown = yield awaited
            except BaseException as error:  # noqa: BLE001  # handed on to the work
                thrown = error
