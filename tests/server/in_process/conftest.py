"""Two deployments of the graphs of this folder, each a process of its own, started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphwire_core.testing import DevServer

HERE = Path(__file__).parent
ROOT = {"PYTHONPATH": str(HERE.parents[2])}


@pytest.fixture(scope="session")
def deployment() -> Iterator[str]:
    """URL of a server with callers to tell apart, below a prefix, its runs on isolated loops."""
    environment = {**ROOT, "BG_JOB_ISOLATED_LOOPS": "true"}
    arguments = ["--n-jobs-per-worker", "8"]
    config = HERE / "langgraph.json"
    with DevServer(config, arguments=arguments, environment=environment) as server:
        yield f"{server.url}/below"


@pytest.fixture(scope="session")
def one_worker() -> Iterator[DevServer]:
    """A server as `langgraph dev` starts it: without authentication, with one worker."""
    with DevServer(HERE / "one_worker.json", environment=ROOT) as server:
        yield server
