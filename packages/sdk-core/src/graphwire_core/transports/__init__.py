"""Transports: the Protocol to write one, and the built-in ones."""

from graphwire_core.transports._asgi import AsgiApplication, AsyncAsgiTransport
from graphwire_core.transports._async.httpx import AsyncHttpxClientTransport, AsyncHttpxTransport
from graphwire_core.transports._sync.httpx import HttpxClientTransport, HttpxTransport
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

__all__ = [
    "AsgiApplication",
    "AsyncAsgiTransport",
    "AsyncHttpxClientTransport",
    "AsyncHttpxTransport",
    "AsyncResponse",
    "AsyncTransport",
    "HttpxClientTransport",
    "HttpxTransport",
    "Limits",
    "Request",
    "Response",
    "Timeout",
    "Transport",
    "TransportConfig",
]
