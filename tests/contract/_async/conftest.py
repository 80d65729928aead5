"""The client of this colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graphwire import AsyncClient, get_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from examples.quickstart.server import DevServer


@pytest.fixture
async def client(server: DevServer) -> AsyncIterator[AsyncClient]:
    async with get_client(url=server.url) as client:
        yield client
