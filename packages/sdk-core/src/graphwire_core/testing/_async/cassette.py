"""The transport of a cassette: recorded answers, or the network and a recording of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from graphwire_core._assembly import transport_config
from graphwire_core.settings import ClientSettings
from graphwire_core.testing._async.mock import AsyncMockResponse
from graphwire_core.testing._cassette import Cassette
from graphwire_core.transports import AsyncHttpxTransport, AsyncResponse, AsyncTransport, Request

__all__ = ["AsyncCassetteTransport"]


class AsyncRecordingResponse:
    """A response that is written down when it is closed, as far as it was read."""

    def __init__(self, cassette: Cassette, request: Request, response: AsyncResponse) -> None:
        self._cassette = cassette
        self._request = request
        self._response = response
        self._body: list[bytes] = []
        self._written = False
        self.status_code = response.status_code
        self.headers = dict(response.headers)

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives."""
        async for piece in self._response.aiter_bytes():
            self._body.append(piece)
            yield piece

    async def aclose(self) -> None:
        """Close the response and write it down, once."""
        await self._response.aclose()
        if not self._written:
            self._written = True
            self._cassette.record(self._request, self.status_code, self.headers, self._body)


class AsyncCassetteTransport:
    """Replays what a cassette holds; while it records, sends and writes down.

    ```python
    transport = AsyncCassetteTransport(Cassette("cassettes/search.json"))
    async with AsyncClient(url, transport=transport) as client: ...
    ```
    """

    def __init__(self, cassette: Cassette, transport: AsyncTransport | None = None) -> None:
        """Create a transport.

        Args:
            cassette: What to replay or to record.
            transport: What to send with while recording; it is closed with this one. Default:
                httpx, with the options that the environment gives to clients.
        """
        self._cassette = cassette
        self._network = transport

    async def send(self, request: Request) -> AsyncRecordingResponse | AsyncMockResponse:
        """Return the recorded answer, or send the request to record its answer.

        Raises:
            CassetteError: No recorded answer is left for the request.
        """
        if not self._cassette.recording:
            return AsyncMockResponse(self._cassette.replay(request))
        if self._network is None:
            parts = urlsplit(request.url)
            settings = ClientSettings.load(f"{parts.scheme}://{parts.netloc}")
            self._network = AsyncHttpxTransport(transport_config(settings, None))
        response = await self._network.send(request)
        return AsyncRecordingResponse(self._cassette, request, response)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._network is not None:
            await self._network.aclose()
