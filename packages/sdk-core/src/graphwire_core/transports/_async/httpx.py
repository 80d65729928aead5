"""The transports over httpx: its connections, and a client of it that somebody else made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from graphwire_core.transports._async.pooled import AsyncPooledTransport
from graphwire_core.transports._async.switched import AsyncSwitched
from graphwire_core.transports._library import Library
from graphwire_core.transports._pieces import PIECE, AsyncPieces
from graphwire_core.transports._readiness import areadable
from graphwire_core.transports._types import Request, TransportConfig

if TYPE_CHECKING:
    import httpx

__all__ = ["AsyncHttpxClientTransport", "AsyncHttpxResponse", "AsyncHttpxTransport"]


class AsyncHttpxTransport(AsyncPooledTransport):
    """The default transport: the connections of httpx, which are httpcore's."""

    def __init__(self, config: TransportConfig, *, tunnels: bool = False) -> None:
        import httpcore  # noqa: PLC0415  # only if used

        super().__init__(config, Library("httpx", httpcore, _client), tunnels=tunnels)


class AsyncHttpxResponse:
    """A response of a borrowed client."""

    def __init__(self, library: Library, request: Request, response: httpx.Response) -> None:
        self._library = library
        self._request = request
        self._response = response
        self.status_code = response.status_code
        self.headers: Mapping[str, str] = response.headers

    async def readable(self, timeout: float | None) -> bool:
        """Wait until more of the body has arrived: see `readable` of `_readiness`."""
        chunked = "transfer-encoding" in self.headers
        return await areadable(self._response, timeout, chunked=chunked)

    def switched(self) -> AsyncSwitched:
        """Return the connection of a response that has switched protocols (101)."""
        import httpcore  # noqa: PLC0415  # only if used

        library = Library("httpx", httpcore, _client)
        return AsyncSwitched(library, self._request, self._response.extensions["network_stream"])

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives."""
        try:
            async for chunk in self._response.aiter_bytes():
                yield chunk
        except self._library.errors as error:
            raise self._library.translated(self._request, error) from error

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        try:
            await self._response.aclose()
        except self._library.errors as error:
            raise self._library.translated(self._request, error) from error


class AsyncHttpxClientTransport:
    """Sends over an httpx client that somebody else made, whole, and leaves it open."""

    switches = True

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._library = Library("httpx", _client(), _client)

    async def send(self, request: Request) -> AsyncHttpxResponse:
        """Send a request and return when the response's head has arrived."""
        library = self._library
        try:
            sent = _as_httpx(request)
            self._client.cookies.set_cookie_header(sent)
            response = await self._client.send(sent, stream=True)
        except library.errors as error:
            raise library.translated(request, error) from error
        return AsyncHttpxResponse(library, request, response)

    async def aclose(self) -> None:
        """Leave the borrowed client open."""


def _client() -> Any:
    import httpx  # noqa: PLC0415  # only if used

    return httpx


def _as_httpx(request: Request) -> httpx.Request:
    limit = request.timeout
    phases = {"connect": limit.connect, "read": limit.read, "write": limit.write}
    content = request.content
    sent: httpx.Request = _client().Request(
        request.method,
        request.url,
        headers=request.headers,
        content=AsyncPieces(content) if len(content) > PIECE else content,
        extensions={"timeout": {**phases, "pool": limit.pool}},
    )
    return sent
