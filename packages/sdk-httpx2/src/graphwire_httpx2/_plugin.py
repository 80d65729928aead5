"""The plugin that every client finds; it imports httpx2 when the first call is made."""

from __future__ import annotations

from graphwire_core.plugins import TransportRegistry, hookimpl
from graphwire_core.transports import AsyncTransport, Transport, TransportConfig

__all__ = ["graphwire_register_transports"]

RANK = 10
"""Above httpx (0), below aiohttp (20), which is faster."""


@hookimpl
def graphwire_register_transports(registry: TransportRegistry) -> None:
    """Register httpx2 for both colours."""
    registry.add("httpx2", make_async=_make_async, make_sync=_make_sync, rank=RANK)


def _make_async(config: TransportConfig) -> AsyncTransport:
    from graphwire_httpx2.transports import AsyncHttpx2Transport  # noqa: PLC0415  # only if used

    return AsyncHttpx2Transport(config)


def _make_sync(config: TransportConfig) -> Transport:
    from graphwire_httpx2.transports import Httpx2Transport  # noqa: PLC0415  # only if used

    return Httpx2Transport(config)
