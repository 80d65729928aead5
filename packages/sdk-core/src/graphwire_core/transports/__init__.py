"""Transports: the Protocol to write one, and the built-in ones."""

from typing import TYPE_CHECKING

from graphwire_core._lazy import lazily
from graphwire_core.transports._types import (
    AsyncResponse,
    AsyncTransport,
    Limits,
    Request,
    Response,
    Timeout,
    Transport,
    TransportConfig,
)

if TYPE_CHECKING:
    from graphwire_core.transports._asgi import AsgiApplication
    from graphwire_core.transports._async.asgi import AsyncAsgiTransport
    from graphwire_core.transports._async.httpx import (
        AsyncHttpxClientTransport,
        AsyncHttpxTransport,
    )
    from graphwire_core.transports._lifespan import LifespanMode
    from graphwire_core.transports._sync.asgi import AsgiTransport
    from graphwire_core.transports._sync.httpx import HttpxClientTransport, HttpxTransport
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "AsgiApplication": "graphwire_core.transports._asgi",
            "AsyncAsgiTransport": "graphwire_core.transports._async.asgi",
            "AsyncHttpxClientTransport": "graphwire_core.transports._async.httpx",
            "AsyncHttpxTransport": "graphwire_core.transports._async.httpx",
            "LifespanMode": "graphwire_core.transports._lifespan",
            "AsgiTransport": "graphwire_core.transports._sync.asgi",
            "HttpxClientTransport": "graphwire_core.transports._sync.httpx",
            "HttpxTransport": "graphwire_core.transports._sync.httpx",
        },
    )

__all__ = [
    "AsgiApplication",
    "AsgiTransport",
    "AsyncAsgiTransport",
    "AsyncHttpxClientTransport",
    "AsyncHttpxTransport",
    "AsyncResponse",
    "AsyncTransport",
    "HttpxClientTransport",
    "HttpxTransport",
    "LifespanMode",
    "Limits",
    "Request",
    "Response",
    "Timeout",
    "Transport",
    "TransportConfig",
]
