"""The driver that sends operations: retries, waits, and closes what it opened."""

from __future__ import annotations

import asyncio
import time
from typing import Any, TypeVar

from graphwire_core._async._delivery import AsyncDelivery, AsyncOpened
from graphwire_core._async._pools import AsyncPools
from graphwire_core._exchange import Exchange, status_error
from graphwire_core._operation import Operation
from graphwire_core.errors import GraphwireError
from graphwire_core.plugins import Credentials, Middleware
from graphwire_core.transports import Request

__all__ = ["AsyncSender"]

T = TypeVar("T")


class AsyncSender:
    """Sends operations under one client's settings."""

    def __init__(
        self,
        exchange: Exchange,
        pools: AsyncPools,
        credentials: Credentials | None = None,
        middleware: tuple[Middleware, ...] = (),
    ) -> None:
        self.exchange = exchange
        self.pools = pools
        self.credentials = credentials
        self.middleware = middleware

    async def send(self, operation: Operation[T]) -> T:
        """Send an operation and return its result.

        Raises:
            APIStatusError: The server refused it.
            TransportError: No complete response came, after the retries that are safe.
            ResponseValidationError: The response does not fit its schema.
        """
        request = self.exchange.request(operation)
        deadline = self.exchange.deadline(time.monotonic())
        attempt = 1
        while True:
            try:
                return await self._once(operation, request, attempt, deadline)
            except GraphwireError as error:
                await self._wait(operation, error, attempt, deadline)
            attempt += 1

    async def open(self, operation: Operation[Any]) -> AsyncOpened:
        """Send an operation and return its response with the body still to be read.

        Raises:
            APIStatusError: The server refused it; the response is closed.
            TransportError: No response came.
        """
        request = self.exchange.request(operation)
        attempt = 1
        while True:
            try:
                return await self._opened(operation, request, attempt)
            except GraphwireError as error:
                await self._wait(operation, error, attempt, None)
            attempt += 1

    async def _once(
        self, operation: Operation[T], request: Request, number: int, deadline: float | None
    ) -> T:
        bounded = self.exchange.bounded(request, deadline, time.monotonic())
        delivery = AsyncDelivery(self.pools.for_calls(), self.credentials, self.middleware)
        response = await delivery.send(operation, bounded, number, stream=False)
        body = await response.read(deadline)
        return self.exchange.result(operation, response.status_code, response.headers, body)

    async def _opened(
        self, operation: Operation[Any], request: Request, number: int
    ) -> AsyncOpened:
        delivery = AsyncDelivery(self.pools.for_streams(), self.credentials, self.middleware)
        response = await delivery.send(operation, request, number, stream=True)
        if not response.refused:
            return response
        raise status_error(response.status_code, response.headers, await response.read())

    async def _wait(
        self,
        operation: Operation[Any],
        error: GraphwireError,
        attempt: int,
        deadline: float | None,
    ) -> None:
        """Wait until the next attempt, or raise the error with the facts of the request."""
        delay = self.exchange.delay(attempt, error, operation)
        late = delay is not None and deadline is not None and time.monotonic() + delay >= deadline
        if delay is None or late:
            error.method, error.path, error.attempts = operation.method, operation.path, attempt
            raise error
        await asyncio.sleep(delay)
