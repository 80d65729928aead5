"""The client of this colour, over each of its transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graphwire import AsyncClient, get_client
from graphwire_core.plugins import PluginHost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from graphwire_core.testing import DevServer

TRANSPORTS = sorted(PluginHost().transports.async_makers().keys() & {"aiohttp", "httpx", "httpx2"})


@pytest.fixture(params=TRANSPORTS)
async def client(request: pytest.FixtureRequest, server: DevServer) -> AsyncIterator[AsyncClient]:
    async with get_client(url=server.url, transport=request.param) as client:
        yield client
