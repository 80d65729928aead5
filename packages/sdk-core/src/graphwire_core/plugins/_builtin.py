"""The built-in plugin: it enters by the same door as every other."""

from __future__ import annotations

from graphwire_core import _logging
from graphwire_core.credentials import ApiKey
from graphwire_core.plugins._registries import (
    CredentialsRegistry,
    MiddlewareRegistry,
    TransportRegistry,
)
from graphwire_core.plugins._specs import hookimpl
from graphwire_core.transports import AsyncHttpxTransport, HttpxTransport

__all__ = [
    "graphwire_register_credentials",
    "graphwire_register_middleware",
    "graphwire_register_transports",
]


@hookimpl
def graphwire_register_transports(registry: TransportRegistry) -> None:
    """Register httpx, the transport of either colour that is always there."""
    registry.add("httpx", make_async=AsyncHttpxTransport, make_sync=HttpxTransport, rank=0)


@hookimpl
def graphwire_register_credentials(registry: CredentialsRegistry) -> None:
    """Register the API key of the settings, which is used where nothing else is named."""
    registry.add("api-key", ApiKey.of)


@hookimpl
def graphwire_register_middleware(registry: MiddlewareRegistry) -> None:
    """Register the log lines where somebody reads them: a client without any costs less."""
    if _logging.is_wanted():
        registry.add("logging", _logging.LogAttempts(), order=_logging.OUTERMOST)
