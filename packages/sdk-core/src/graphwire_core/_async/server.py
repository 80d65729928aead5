"""The server itself: what it is and how it is."""

from __future__ import annotations

from typing import Any

from graphwire_core._arguments import Headers, Params
from graphwire_core._async._resource import AsyncResource
from graphwire_core._operations import server as operations
from graphwire_core.models import ServerHealth, ServerInfo, ServerMetrics

__all__ = ["AsyncServer"]


class AsyncServer(AsyncResource):
    """The server, as `client.server`."""

    async def info(
        self, *, headers: Headers | None = None, params: Params | None = None
    ) -> ServerInfo:
        """Get the server's versions and flags (`GET /info`)."""
        return await self._call(operations.info(), headers, params)

    async def ok(
        self,
        *,
        check_db: bool | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> ServerHealth:
        """Ask whether the server is up (`GET /ok`).

        Args:
            check_db: Whether to ask its database too. Server default: no.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            InternalServerError: It is not.
        """
        return await self._call(operations.ok(check_db=check_db), headers, params)

    async def metrics(
        self, *, headers: Headers | None = None, params: Params | None = None
    ) -> ServerMetrics:
        """Get queue depth, workers and HTTP counters (`GET /metrics?format=json`)."""
        return await self._call(operations.metrics(), headers, params)

    async def openapi(
        self, *, headers: Headers | None = None, params: Params | None = None
    ) -> dict[str, Any]:
        """Get the server's OpenAPI document (`GET /openapi.json`)."""
        return await self._call(operations.openapi(), headers, params)
