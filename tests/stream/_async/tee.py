"""A transport that keeps the bytes which the SDK receives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from graphwire_core.transports import AsyncResponse, AsyncTransport, Request

__all__ = ["AsyncTee"]


class AsyncTee:
    """Sends over another transport, and keeps the body of every stream."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self.bodies: list[bytearray] = []
        """In the order of the requests."""

    async def send(self, request: Request) -> AsyncResponse:
        response = await self._transport.send(request)
        if request.headers["accept"] != "text/event-stream":
            return response
        self.bodies.append(bytearray())
        return _AsyncKept(response, self.bodies[-1])

    async def aclose(self) -> None:
        await self._transport.aclose()


class _AsyncKept:
    def __init__(self, response: AsyncResponse, body: bytearray) -> None:
        self._response = response
        self._body = body
        self.status_code = response.status_code
        self.headers: Mapping[str, str] = response.headers

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_bytes():
            self._body += chunk
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()
