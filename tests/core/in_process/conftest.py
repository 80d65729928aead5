from __future__ import annotations

import pytest
from tests.core.in_process.fake import FakeServer


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """This process is a server that has not started yet."""
    return FakeServer(monkeypatch)
