"""What every resource has: a way to send its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from graphwire_core._arguments import Headers, Params
from graphwire_core._async._sender import AsyncSender
from graphwire_core._operation import Operation
from graphwire_core._paging import Rows
from graphwire_core.pages import AsyncPage

if TYPE_CHECKING:
    from graphwire_core._async.client import AsyncClient

__all__ = ["AsyncResource"]

T = TypeVar("T")


class AsyncResource:
    """Base of the resources of a client."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @classmethod
    def of(cls, client: AsyncClient) -> Self:
        """Return this resource over a client's connections, credentials and settings."""
        return cls(client._sender)  # noqa: SLF001  # the client and its resources are one unit

    async def _call(
        self, operation: Operation[T], headers: Headers | None, params: Params | None
    ) -> T:
        return await self._sender.send(operation.customized(headers, params))

    async def _page(
        self, operation: Operation[Rows[T]], headers: Headers | None, params: Params | None
    ) -> AsyncPage[T]:
        return await self._fetch(operation.customized(headers, params))

    async def _fetch(self, operation: Operation[Rows[T]]) -> AsyncPage[T]:
        return AsyncPage(await self._sender.send(operation), operation, self._fetch)
