"""The end of a whole call, in the two ways in which the colours keep it.

Async code is cancelled. Sync code cannot be, so that its sockets wait for no longer than is left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Self

from graphwire_core.errors import ConnectionFailed, RequestTimeout

__all__ = ["AsyncDeadline", "AsyncNetwork", "Deadline", "Network"]

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


def _bounded(limit: float | None) -> float | None:
    end = _current.get()
    if end is None:
        return limit
    rest = max(end - time.monotonic(), _LEAST)
    return rest if limit is None else min(limit, rest)


class AsyncNetwork:
    """The sockets of an async pool."""

    @classmethod
    def of(cls, _: Any) -> None:
        """Leave them to the library: whoever waits for one can be cancelled."""


class Network:
    """The sockets of a sync pool, under the deadline of the call that uses them."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    @classmethod
    def of(cls, library: Any) -> Self:
        """Take those of httpcore or its like."""
        return cls(library.SyncBackend())

    def connect_tcp(self, host: str, port: int, timeout: float | None, **options: Any) -> _Stream:
        """Open a connection."""
        made = self._backend.connect_tcp(host, port, timeout=_bounded(timeout), **options)
        return _Stream(made)


class _Stream:
    """A connection whose reads and writes end with the call."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.close = stream.close
        self.get_extra_info = stream.get_extra_info

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._stream.read(max_bytes, _bounded(timeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _bounded(timeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _bounded(timeout)))
