"""The plugin that every client finds; it imports aiohttp when the first call is made."""

from __future__ import annotations

from graphwire_core.plugins import TransportRegistry, hookimpl
from graphwire_core.transports import AsyncTransport, TransportConfig

__all__ = ["graphwire_register_transports"]

RANK = 20
"""Above httpx2 (10) and httpx (0): whoever installs this package wants its speed."""


@hookimpl
def graphwire_register_transports(registry: TransportRegistry) -> None:
    """Register aiohttp, which is async only."""
    registry.add("aiohttp", make_async=_make, rank=RANK)


def _make(config: TransportConfig) -> AsyncTransport:
    from graphwire_aiohttp.transports import AsyncAiohttpTransport  # noqa: PLC0415  # 0.1 s of import

    return AsyncAiohttpTransport(config)
