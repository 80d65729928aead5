"""What the tests of thread streams share."""

from __future__ import annotations

import pytest
from tests.stream.thread_streams.prepared import prepare

from graphwire_core.testing import DevServer


@pytest.fixture(scope="session")
def prepared(server: DevServer) -> dict[str, str]:
    """Threads by graph whose run is over; they are to be read, never to be run again."""
    return prepare(server.url)
