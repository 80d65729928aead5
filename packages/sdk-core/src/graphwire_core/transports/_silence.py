"""How long a server may be silent towards one of the requests that share a connection."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

__all__ = ["Silence"]


class Silence:
    """The read limit of a request, around each wait for a part of its response.

    Kept by the library, as that of a connection, it would end the other requests too.
    """

    def __init__(self, limits: dict[str, float | None], error: type[Exception]) -> None:
        self._limits = limits
        self._seconds = limits["read"]
        self._error = error
        self._timeout: asyncio.Timeout
        self._begun = False

    def begin(self) -> None:
        """Wait for the server from here on."""
        self._limits["read"] = None
        self._begun = True
        self._restart()

    def _restart(self) -> None:
        if self._seconds is not None:
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._seconds)

    async def __aenter__(self) -> Self:
        self._timeout = asyncio.timeout(None)
        await self._timeout.__aenter__()
        if self._begun:
            self._restart()
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
            raise self._error from late
