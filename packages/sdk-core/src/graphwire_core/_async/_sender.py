"""The driver that sends operations: retries, waits, and closes what it opened."""

from __future__ import annotations

import asyncio
import time
from typing import Any, TypeVar

from graphwire_core._async._delivery import AsyncDelivery, AsyncOpened
from graphwire_core._async._pools import AsyncPools
from graphwire_core._exchange import Exchange, refusal
from graphwire_core._home import AsyncTurn
from graphwire_core._operation import Operation
from graphwire_core.errors import GraphwireError
from graphwire_core.plugins import Credentials, Middleware
from graphwire_core.transports import Request
from graphwire_core.transports._deadline import AsyncDeadline

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
        turn: AsyncTurn | None = None,
    ) -> None:
        self.exchange = exchange
        self.pools = pools
        self.credentials = credentials
        self.middleware = middleware
        self.turn = turn or AsyncTurn()
        """Of renewing the credentials; clients that share these share it."""
        self._delivery = AsyncDelivery(pools, credentials, middleware, self.turn)

    async def send(self, operation: Operation[T]) -> T:
        """Send an operation and return its result.

        Raises:
            APIStatusError: The server refused it.
            TransportError: No complete response came, after the retries that are safe.
            ResponseValidationError: The response does not fit its schema.
        """
        exchange = self.exchange
        request = exchange.request(operation)
        deadline = exchange.deadline(time.monotonic())
        attempt = 1
        while True:
            try:
                if deadline is not None:
                    return await self._in_time(operation, request, attempt, deadline)
                response = await self._delivery.send(operation, request, attempt, stream=False)
                return exchange.result(operation, response, await response.read())
            except GraphwireError as error:
                await self._wait(operation, error, attempt, deadline)
            attempt += 1

    async def open(self, operation: Operation[Any], deadline: float | None = None) -> AsyncOpened:
        """Send an operation and return its response with the body still to be read.

        No attempt begins after `deadline`, in seconds of the monotonic clock.

        Raises:
            APIStatusError: The server refused it; the response is closed.
            ResponseValidationError: The server redirects; the response is closed.
            TransportError: No response came.
        """
        request = self.exchange.request(operation)
        attempt = 1
        while True:
            try:
                bounded = self.exchange.bounded(request, deadline, time.monotonic())
                response = await self._delivery.send(operation, bounded, attempt, stream=True)
                if not response.refused:
                    return response
                body = await response.read()
                raise refusal(response.status_code, response.headers, body)
            except GraphwireError as error:
                await self._wait(operation, error, attempt, deadline)
            attempt += 1

    async def _in_time(
        self, operation: Operation[T], request: Request, number: int, deadline: float
    ) -> T:
        exchange = self.exchange
        bounded = exchange.bounded(request, deadline, time.monotonic())
        async with AsyncDeadline(deadline, exchange.overdue):
            response = await self._delivery.send(operation, bounded, number, stream=False)
            return exchange.result(operation, response, await response.read(deadline))

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
