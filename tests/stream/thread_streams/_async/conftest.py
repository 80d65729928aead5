"""A client, and the ways in which its thread streams get their events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from tests.stream.thread_streams._async.opening import AsyncOpening

from graphwire import AsyncClient, get_client
from graphwire_core.testing import DevServer
from graphwire_stream import AsyncThreadStream


@pytest.fixture
async def client(server: DevServer) -> AsyncIterator[AsyncClient]:
    async with get_client(url=server.url) as client:
        yield client


@pytest.fixture(params=["sse", "websocket"])
def transport(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def opened(client: AsyncClient, transport: str) -> AsyncOpening:
    """Make thread streams of the client over the transport; no wait in them is endless."""
    return partial(client.threads.stream, transport=transport, timeout=60)


@pytest.fixture
def past(opened: AsyncOpening, prepared: dict[str, str]) -> AsyncOpening:
    """Make thread streams of graphs whose run is over, by the name of the graph."""

    def make(graph: str, **options: Any) -> AsyncThreadStream:
        return opened(prepared[graph], assistant_id=graph, **options)

    return make
