"""Connections of this colour, over each kind of wire and each transport of requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.stream.event_transports._async.reading import WANTED, AsyncConnect
from tests.stream.event_transports.feeds import FEEDS, THREAD, Feed
from tests.transports.wire import PATIENCE

from graphwire_core import AsyncClient, Timeout
from graphwire_core.plugins import PluginHost
from graphwire_stream.event_transports import AsyncEventConnection, EventFilter, event_transport

WAYS = sorted(PluginHost().transports.async_makers().keys() & {"aiohttp", "httpx", "httpx2"})


@pytest.fixture(params=FEEDS)
def feed(request: pytest.FixtureRequest) -> Feed:
    """Each kind of connection."""
    return FEEDS[request.param]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Each transport of requests."""
    name: str = request.param
    return name


@pytest.fixture
async def connect() -> AsyncIterator[AsyncConnect]:
    """Connect to the events of a thread, by the keywords of a client; all is closed afterwards."""
    opened: list[Any] = []

    async def make(
        url: str, kind: str = "websocket", wanted: EventFilter = WANTED, **options: Any
    ) -> AsyncEventConnection:
        limits = Timeout(connect=PATIENCE, read=PATIENCE, write=PATIENCE, pool=PATIENCE)
        client = AsyncClient(url, **{"retry": None, "timeout": limits, **options})
        opened.append(client)
        connection = await event_transport(client, kind).connect(THREAD, wanted)
        opened.append(connection)
        return connection

    yield make
    for one in reversed(opened):
        await one.aclose()
