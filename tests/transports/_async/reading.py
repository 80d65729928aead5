"""Reading a response to its end."""

from __future__ import annotations

from collections.abc import Callable

from graphwire_core.transports import AsyncResponse, AsyncTransport, Request


async def fetch(transport: AsyncTransport, request: Request) -> bytes:
    """Send a request; return the body of its response, read to the end and closed."""
    response = await transport.send(request)
    try:
        return b"".join([chunk async for chunk in response.aiter_bytes()])
    finally:
        await response.aclose()


async def drain(response: AsyncResponse, see: Callable[[bytes], object]) -> None:
    """Read a response to its end, and show each chunk."""
    async for chunk in response.aiter_bytes():
        see(chunk)
