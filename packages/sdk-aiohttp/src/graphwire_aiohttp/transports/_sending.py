"""A request as it is given, and once: what aiohttp adds of its own, and sends again, is undone."""

from __future__ import annotations

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType

from graphwire_aiohttp.transports._errors import NotSentAgain
from graphwire_core.transports import Request

__all__ = ["AsGiven"]

_ADDED = ("accept", "accept-encoding", "content-type", "user-agent")
"""Headers that aiohttp adds. Its option to leave them out costs more than taking them out."""


class AsGiven:
    """A middleware of aiohttp, for one request."""

    def __init__(self, request: Request) -> None:
        self._given = request.headers

    async def __call__(
        self, request: aiohttp.ClientRequest, send: ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send the request with its own headers; retries are the client's, and counted.

        Raises:
            NotSentAgain: The connection broke; aiohttp would send a GET, PUT or DELETE again.
        """
        for name in _ADDED:
            if name not in self._given:
                request.headers.popall(name, None)
        try:
            return await send(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise NotSentAgain from error
