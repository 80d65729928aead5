"""Clients of this colour over each transport, with every delay of their retries taken away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from importlib import import_module

import pytest
from tests.stream.faults.stage import Stage

from graphwire import AsyncClient, get_client
from graphwire_core.plugins import PluginHost
from graphwire_core.retry import Retry
from graphwire_core.transports import AsyncTransport, Timeout
from graphwire_stream._async import reception

MAKERS = PluginHost().transports.async_makers()
NAMES = sorted(MAKERS.keys() & {"aiohttp", "httpx", "httpx2"})
PATIENCE = Timeout(connect=10, read=10, write=10, pool=10)
LIBRARIES = [import_module(name) for name in NAMES]
"""Loaded here, as a client does it at its first call, where it would count as silence."""


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the policy of resumption decide as it does, and wait no time."""
    policy = Retry(reception.RESUME.attempts, base_delay=0, max_delay=0)
    monkeypatch.setattr(reception, "RESUME", policy)


def client_of(stage: Stage, transport: AsyncTransport | str) -> AsyncClient:
    """Make a client of a stage."""
    retry = Retry(base_delay=0, max_delay=0)
    return get_client(stage.url, transport=transport, retry=retry, timeout=PATIENCE)


@pytest.fixture(params=NAMES)
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[Stage], AsyncClient]]:
    """Make clients of a stage; they are closed after the test."""
    clients: list[AsyncClient] = []

    def make(stage: Stage) -> AsyncClient:
        clients.append(client_of(stage, request.param))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()
