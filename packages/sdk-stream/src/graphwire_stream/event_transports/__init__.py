"""Event transports: how the events of a thread reach a thread stream, and how to add another way.

Built in are server-sent events (`"sse"`) and WebSocket (`"websocket"`); a plugin registers more
through the hook `graphwire_register_event_transports`.
"""

from graphwire_stream.event_transports._choosing import event_transport
from graphwire_stream.event_transports._registry import (
    EventTransportHooks,
    EventTransportProvider,
    EventTransportRegistry,
)
from graphwire_stream.event_transports._types import (
    AsyncEventConnection,
    AsyncEventTransport,
    EventConnection,
    EventFilter,
    EventTransport,
)

__all__ = [
    "AsyncEventConnection",
    "AsyncEventTransport",
    "EventConnection",
    "EventFilter",
    "EventTransport",
    "EventTransportHooks",
    "EventTransportProvider",
    "EventTransportRegistry",
    "event_transport",
]
