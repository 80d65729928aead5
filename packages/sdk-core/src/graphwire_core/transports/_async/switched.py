"""A connection that speaks another protocol than HTTP since a response has said so (101)."""

from __future__ import annotations

from typing import Any

from graphwire_core.transports._library import Library
from graphwire_core.transports._types import Request

__all__ = ["AsyncSwitched"]

_LEAST = 0.001
"""Seconds; a limit of 0 would be an error, not a look."""
_PIECE = 1 << 16


class AsyncSwitched:
    """Bytes in, bytes out; the response that it belongs to closes it."""

    def __init__(self, library: Library, request: Request, stream: Any) -> None:
        self._library = library
        self._request = request
        self._stream = stream

    async def read(self, timeout: float | None) -> bytes | None:
        """Return what arrives next: `None` for nothing within `timeout` seconds, `b""` at the end.

        Raises:
            TransportError: The connection failed.
        """
        limit = None if timeout is None else max(timeout, _LEAST)
        try:
            data: bytes = await self._stream.read(_PIECE, limit)
        except self._library.module.TimeoutException:
            return None
        except self._library.errors as error:
            raise self._library.translated(self._request, error) from error
        return data

    async def write(self, data: bytes, timeout: float | None) -> None:
        """Send bytes; what is not taken within `timeout` seconds is an error.

        Raises:
            TransportError: The connection failed.
        """
        try:
            await self._stream.write(data, timeout)
        except self._library.errors as error:
            raise self._library.translated(self._request, error) from error
