"""What every test may ask for: the real server, started once per session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graphwire_core.testing import DevServer, ServerStartError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ["graphwire_pytest"]

ENVIRONMENT = {"CRON_SCHEDULER_SLEEP_TIME": "1", "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def server() -> Iterator[DevServer]:
    """The real server with the graphs of `tests/server/graphs`, in a process of its own.

    A server that cannot start fails the tests that need it: none is skipped.
    """
    config = ROOT / "tests" / "server" / "langgraph.json"
    server = DevServer(config, arguments=["--n-jobs-per-worker", "8"], environment=ENVIRONMENT)
    problem = None
    try:
        server.start()
    except ServerStartError as error:
        problem = str(error)
    if problem:
        pytest.fail(problem, pytrace=False)
    yield server
    server.stop()
