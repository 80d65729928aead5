"""What every test of faults has: no delay between two connections, and a bound in time."""

from __future__ import annotations

import pytest

from graphwire_core.retry import Retry
from graphwire_stream._drivers import pull
from graphwire_stream._session import readings, session, vigil
from graphwire_stream.event_transports._async import websocket as async_websocket
from graphwire_stream.event_transports._sync import websocket as sync_websocket

BOUND = 45
"""Seconds that a test may take, also on a machine with other work."""


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every policy decide as it does, and wait hardly any time."""
    policy = Retry(session.RESUME.attempts, base_delay=0, max_delay=0)
    monkeypatch.setattr(session, "RESUME", policy)
    monkeypatch.setattr(pull, "GLANCE", 0.03)
    for colour in (async_websocket, sync_websocket):
        monkeypatch.setattr(colour, "_FAREWELL", 0.1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have silence mean something early."""
    monkeypatch.setattr(vigil, "DEAD", 0.15)
    monkeypatch.setattr(vigil, "DOUBT", 0.15)
    monkeypatch.setattr(vigil, "PAUSED", (0.02, 0.1))
    monkeypatch.setattr(readings, "SETTLE", 0.05)
    monkeypatch.setattr(readings, "EXHAUSTED", 0.15)
    monkeypatch.setattr(session, "_BEATS_OF_DOUBT", 3)


@pytest.fixture(params=["sse", "websocket"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of connection for events."""
    name: str = request.param
    return name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bound every test of this folder."""
    for item in items:
        if "thread_faults" in item.path.parts:
            item.add_marker(pytest.mark.timeout(BOUND))
