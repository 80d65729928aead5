"""The transports of this colour, made as a client makes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from graphwire_core.plugins import PluginHost
from graphwire_core.transports import AsyncTransport, TransportConfig

MAKERS = PluginHost().transports.async_makers()
NAMES = sorted(MAKERS.keys() & {"aiohttp", "httpx", "httpx2"})


@pytest.fixture(params=NAMES)
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Callable[..., AsyncTransport]]:
    """Make transports, by the keywords of their configuration; they are closed after the test."""
    transports: list[AsyncTransport] = []

    def make(**config: Any) -> AsyncTransport:
        transports.append(
            MAKERS[request.param](TransportConfig(**{"url": "http://unused", **config}))
        )
        return transports[-1]

    yield make
    for transport in transports:
        await transport.aclose()


@pytest.fixture
async def transport(opened: Callable[..., AsyncTransport]) -> AsyncTransport:
    """A transport with the default configuration."""
    return opened()
