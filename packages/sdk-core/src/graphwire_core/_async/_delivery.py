"""The delivery of one attempt: credentials and middleware around a transport."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from graphwire_core._arguments import describe
from graphwire_core._awaiting import aresolve
from graphwire_core._middleware import Around
from graphwire_core._operation import Operation
from graphwire_core._routes import route_of
from graphwire_core.errors import GraphwireError, PluginError, RequestTimeout, TransportError
from graphwire_core.plugins import Answer, Attempt, Call, Credentials, Fetch, Middleware, Send
from graphwire_core.transports import AsyncResponse, AsyncTransport, Request

__all__ = ["AsyncDelivery", "AsyncOpened"]


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
        self.headers: Mapping[str, str] = response.headers

    @property
    def refused(self) -> bool:
        """Whether the status is 400 or above."""
        return self.status_code >= HTTPStatus.BAD_REQUEST

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives."""
        around = self._around
        try:
            async for chunk in self._response.aiter_bytes():
                if around is not None:
                    around.size += len(chunk)
                yield chunk
        except Exception as error:
            failure = _of_transport(self._response, error)
            self._fail(failure)
            if failure is error:
                raise
            raise failure from error

    async def read(self, deadline: float | None = None) -> bytes:
        """Read the whole body and close the response.

        Raises:
            RequestTimeout: The deadline, in seconds of the monotonic clock, passed before the end.
        """
        try:
            chunks = []
            async for chunk in self.aiter_bytes():
                chunks.append(chunk)
                _check_deadline(deadline)
            return b"".join(chunks)
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        try:
            await self._response.aclose()
        except Exception as error:
            failure = _of_transport(self._response, error)
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


class AsyncDelivery:
    """Sends one request once, or as often as the credentials ask for."""

    def __init__(
        self,
        transport: AsyncTransport,
        credentials: Credentials | None,
        middleware: Sequence[Middleware],
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._middleware = middleware

    async def send(
        self, operation: Operation[Any], request: Request, number: int, *, stream: bool
    ) -> AsyncOpened:
        """Send a request and return when the head of its response has arrived."""
        if not self._middleware:
            return AsyncOpened(await self._authorized(request), None, operation)
        route = route_of(operation.path)
        around = Around(self._middleware, Attempt(request, route, number, stream))
        try:
            response = await self._authorized(around.request)
        except BaseException as error:
            around.end(error)
            raise
        around.answered(response.status_code, response.headers)
        return AsyncOpened(response, around, operation)

    async def _transmitted(self, request: Request) -> AsyncResponse:
        """Send over the transport; whatever it raises is an error of this SDK."""
        try:
            return await self._transport.send(request)
        except GraphwireError:
            raise
        except Exception as error:
            raise _of_transport(self._transport, error) from error

    async def _authorized(self, request: Request) -> AsyncResponse:
        if self._credentials is None:
            return await self._transmitted(request)
        response: AsyncResponse | None = None
        outcome: Any = None
        flow = self._credentials.flow(request)
        try:
            while True:
                step = flow.send(outcome)
                if isinstance(step, Send):
                    if response is not None:
                        await response.aclose()
                    response = await self._transmitted(step.request)
                    outcome = Answer(response.status_code, response.headers)
                else:
                    outcome = await self._aside(step)
        except StopIteration:
            if response is not None:
                return response
            raise PluginError(f"{self._who()} ended without sending the request") from None
        except BaseException as error:
            if response is not None:
                await response.aclose()
            if isinstance(error, GraphwireError) or not isinstance(error, Exception):
                raise
            raise PluginError(f"{self._who()} failed: {type(error).__name__}") from error
        finally:
            flow.close()

    async def _aside(self, step: Fetch | Call) -> Any:
        """Perform a step that is not the request itself."""
        if isinstance(step, Call):
            return await aresolve(step.function())
        if not isinstance(step, Fetch):
            raise PluginError(f"{self._who()}: expected Send, Fetch or Call, got {describe(step)}")
        response = AsyncOpened(await self._transmitted(step.request))
        body = await response.read()
        return Answer(response.status_code, response.headers, body)

    def _who(self) -> str:
        return f"credentials {type(self._credentials).__name__}"


def _check_deadline(deadline: float | None) -> None:
    if deadline is not None and time.monotonic() > deadline:
        raise RequestTimeout("The call was not over within its total timeout")


def _of_transport(where: object, error: Exception) -> GraphwireError:
    """Make an error of this SDK of what a transport or a borrowed client raised."""
    if isinstance(error, GraphwireError):
        return error
    return TransportError(f"{type(where).__name__} failed: {type(error).__name__}: {error}")
