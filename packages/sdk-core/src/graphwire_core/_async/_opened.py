"""A response whose head has arrived: what is read of it, and who is told."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any

from graphwire_core._middleware import Around
from graphwire_core._operation import Operation
from graphwire_core.errors import GraphwireError, RequestTimeout, TransportError
from graphwire_core.transports import AsyncResponse
from graphwire_core.transports._async.switched import AsyncSwitched

__all__ = ["AsyncOpened", "of_transport"]


class AsyncOpened:
    """A response whose body is still to be read; whoever has it reads or closes it."""

    def __init__(
        self,
        response: AsyncResponse,
        around: Around | None = None,
        operation: Operation[Any] | None = None,
    ) -> None:
        self._response = response
        self._around = around
        self._operation = operation
        self.status_code = response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """Response headers, names in lower case."""
        return self._response.headers

    @cached_property
    def _switched(self) -> AsyncSwitched:
        switched: AsyncSwitched = self._response.switched()  # type: ignore[attr-defined]  # optional
        return switched

    @property
    def refused(self) -> bool:
        """Whether this is a redirect or an error."""
        return self.status_code >= HTTPStatus.MULTIPLE_CHOICES

    async def readable(self, timeout: float | None) -> bool:
        """Wait until more of the body has arrived; `False` when none has within `timeout` seconds.

        `True` where the transport cannot tell: what is read next may have to be waited for.
        """
        readable = getattr(self._response, "readable", None)
        return True if readable is None else bool(await readable(timeout))

    async def receive(self, timeout: float | None) -> bytes | None:
        """Read from the connection of a response that has switched protocols (101).

        `None` for nothing within `timeout` seconds, `b""` at the end.
        """
        try:
            data = await self._switched.read(timeout)
        except Exception as error:
            self._fail(error)
            raise
        if self._around is not None:
            self._around.size += len(data or b"")
        return data

    async def transmit(self, data: bytes, timeout: float | None) -> None:
        """Write to the connection of a response that has switched protocols (101)."""
        try:
            await self._switched.write(data, timeout)
        except Exception as error:
            self._fail(error)
            raise

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives."""
        around = self._around
        try:
            async for chunk in self._response.aiter_bytes():
                if around is not None:
                    around.size += len(chunk)
                yield chunk
        except Exception as error:
            failure = of_transport(self._response, error)
            self._fail(failure)
            if failure is error:
                raise
            raise failure from error

    async def read(self, deadline: float | None = None) -> bytes:
        """Read the whole body and close the response.

        Raises:
            RequestTimeout: The deadline, in seconds of the monotonic clock, passed before the end.
        """
        around, chunks = self._around, []
        try:
            async for chunk in self._response.aiter_bytes():
                chunks.append(chunk)
                if around is not None:
                    around.size += len(chunk)
                _check_deadline(deadline)
        except Exception as error:
            failure = of_transport(self._response, error)
            self._fail(failure)
            if failure is error:
                raise
            raise failure from error
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            await self.aclose()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        try:
            await self._response.aclose()
        except Exception as error:
            failure = of_transport(self._response, error)
            self._fail(failure)
            if failure is error:
                raise
            raise failure from error
        if self._around is not None:
            self._around.end()

    def _fail(self, error: BaseException) -> None:
        """Say of an error which request it is of, and tell the middleware."""
        operation = self._operation
        if isinstance(error, GraphwireError) and operation is not None and error.method is None:
            error.method, error.path = operation.method, operation.path
        if self._around is not None:
            self._around.end(error)


def _check_deadline(deadline: float | None) -> None:
    if deadline is not None and time.monotonic() > deadline:
        raise RequestTimeout("The call was not over within its total timeout")


def of_transport(where: object, error: Exception) -> GraphwireError:
    """Make an error of this SDK of what a transport or a borrowed client raised."""
    if isinstance(error, GraphwireError):
        return error
    return TransportError(f"{type(where).__name__} failed: {type(error).__name__}: {error}")
