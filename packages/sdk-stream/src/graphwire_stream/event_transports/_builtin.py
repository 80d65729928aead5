"""The built-in event transports: they enter by the same door as every other."""

from __future__ import annotations

from graphwire_core import AsyncClient, Client
from graphwire_core.plugins import hookimpl
from graphwire_stream.event_transports._async.sse import AsyncSseTransport
from graphwire_stream.event_transports._registry import EventTransportRegistry
from graphwire_stream.event_transports._sync.sse import SseTransport
from graphwire_stream.event_transports._types import AsyncEventTransport, EventTransport

__all__ = ["graphwire_register_event_transports"]


@hookimpl
def graphwire_register_event_transports(registry: EventTransportRegistry) -> None:
    """Register server-sent events, and WebSocket, whose library is imported when it is used."""
    registry.add("sse", asynchronous=AsyncSseTransport, synchronous=SseTransport)
    registry.add("websocket", asynchronous=_async_websocket, synchronous=_websocket)


def _async_websocket(client: AsyncClient) -> AsyncEventTransport:
    from graphwire_stream.event_transports._async.websocket import (  # noqa: PLC0415  # only if used
        AsyncWebSocketTransport,
    )

    return AsyncWebSocketTransport(client)


def _websocket(client: Client) -> EventTransport:
    from graphwire_stream.event_transports._sync.websocket import (  # noqa: PLC0415  # only if used
        WebSocketTransport,
    )

    return WebSocketTransport(client)
