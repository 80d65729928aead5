"""What every test of faults has: no delay between two connections, and a bound in time."""

from __future__ import annotations

import pytest

from graphwire_core.retry import Retry
from graphwire_stream._session import session

BOUND = 45
"""Seconds that a test may take, also on a machine with other work."""


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the policy of resumption decide as it does, and wait no time."""
    policy = Retry(session.RESUME.attempts, base_delay=0, max_delay=0)
    monkeypatch.setattr(session, "RESUME", policy)


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
