"""The end of a whole call, in the two ways in which the colours keep it.

Async code is cancelled. Sync code cannot be, so that its sockets wait for no longer than is left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

from graphwire_core.errors import ConnectionFailed, RequestTimeout

__all__ = ["AsyncDeadline", "Deadline", "bounded"]

_LEAST = 0.001
"""Seconds; a limit of 0 would mean not to wait at all."""

Overdue = Callable[[], RequestTimeout]

_current: ContextVar[float | None] = ContextVar("graphwire_deadline", default=None)


class AsyncDeadline:
    """Ends a block that is not over by then; `overdue` makes the error that it ends with."""

    def __init__(self, end: float | None, overdue: Overdue) -> None:
        """Set the end, in seconds of the monotonic clock; `None` for none."""
        self._end = end
        self._overdue = overdue
        self._timeout = asyncio.timeout(None if end is None else max(end - time.monotonic(), 0))

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, traceback)
        except TimeoutError as late:
            raise self._overdue() from late
        _check(self._end, error, self._overdue)


class Deadline:
    """Lets no socket of a block wait beyond it; `overdue` makes the error that it ends with."""

    def __init__(self, end: float | None, overdue: Overdue) -> None:
        """Set the end, in seconds of the monotonic clock; `None` for none."""
        self._end = end
        self._overdue = overdue
        self._token: Token[float | None] | None = None

    def __enter__(self) -> Self:
        self._token = _current.set(self._end)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            _current.reset(self._token)
        _check(self._end, error, self._overdue)


def _check(end: float | None, error: BaseException | None, overdue: Overdue) -> None:
    """Say of a limit of one phase that it was the call's."""
    late = end is not None and time.monotonic() >= end
    if late and isinstance(error, RequestTimeout | ConnectionFailed):
        raise overdue() from error


def bounded(limit: float | None) -> float | None:
    """Return the limit of a wait of sync code: its own, or what is left of the block."""
    end = _current.get()
    if end is None:
        return limit
    rest = max(end - time.monotonic(), _LEAST)
    return rest if limit is None else min(limit, rest)
