"""The delivery of one attempt: credentials and middleware around a transport."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphwire_core._async._authorization import AsyncAuthorization
from graphwire_core._async._opened import AsyncOpened, of_transport
from graphwire_core._async._pools import AsyncPools
from graphwire_core._home import AsyncTurn
from graphwire_core._middleware import Around
from graphwire_core._operation import Operation
from graphwire_core._routes import route_of
from graphwire_core.plugins import Attempt, Credentials, Middleware
from graphwire_core.transports import AsyncResponse, AsyncTransport, Request

__all__ = ["AsyncDelivery", "AsyncOpened"]


class AsyncDelivery:
    """Sends a request once, or as often as the credentials ask for."""

    def __init__(
        self,
        pools: AsyncPools,
        credentials: Credentials | None,
        middleware: Sequence[Middleware],
        turn: AsyncTurn,
    ) -> None:
        self._pools = pools
        self._credentials = credentials
        self._middleware = middleware
        self._turn = turn

    async def send(
        self, operation: Operation[Any], request: Request, number: int, *, stream: bool
    ) -> AsyncOpened:
        """Send a request and return when the head of its response has arrived."""
        transport = self._pools.for_streams() if stream else self._pools.for_calls()
        if not self._middleware:
            return AsyncOpened(await self._sent(transport, request), None, operation)
        route = route_of(operation.path)
        around = Around(self._middleware, Attempt(request, route, number, stream))
        try:
            response = await self._sent(transport, around.request)
        except BaseException as error:
            around.end(error)
            raise
        around.answered(response.status_code, response.headers)
        return AsyncOpened(response, around, operation)

    async def _sent(self, transport: AsyncTransport, request: Request) -> AsyncResponse:
        """Send with credentials; whatever the transport raises is an error of this SDK."""
        if self._credentials is not None:
            return await AsyncAuthorization(transport, self._credentials, self._turn).send(request)
        try:
            return await transport.send(request)
        except Exception as error:
            failure = of_transport(transport, error)
            if failure is error:
                raise
            raise failure from error
