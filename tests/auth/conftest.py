"""The real server's own functions, and servers with the rules of `tests/auth/server`."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphwire_core.testing import DevServer

HERE = Path(__file__).parent
Oracle = Callable[[dict[str, list[Any]]], dict[str, list[Any]]]


@pytest.fixture(scope="session")
def ask_server(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    """Ask the functions by which the real server resolves rules and applies filters."""

    def ask(questions: dict[str, list[Any]]) -> dict[str, list[Any]]:
        done = subprocess.run(
            [sys.executable, str(HERE / "server_oracle.py")],
            input=json.dumps({"resolutions": [], "filters": []} | questions),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            cwd=tmp_path_factory.mktemp("oracle"),
            env=os.environ | {"DATABASE_URI": ":memory:", "REDIS_URI": "fake"},
        )
        line = next(x for x in done.stdout.splitlines() if x.startswith("ANSWERS "))
        answers: dict[str, list[Any]] = json.loads(line.removeprefix("ANSWERS "))
        return answers

    return ask


FORMS = {"as it is": "langgraph.json", "explicit": "langgraph_explicit.json"}


@pytest.fixture(scope="session", params=list(FORMS))
def server(request: pytest.FixtureRequest) -> Iterator[DevServer]:
    """A real server with the rules of `access.py`, once for each form of the bridge."""
    with DevServer(HERE / "server" / FORMS[request.param]) as running:
        yield running


class Callers:
    """One HTTP client per user of the test deployment."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stack = contextlib.ExitStack()
        self.ada, self.bob, self.eve, self.root = map(self.open, ("ada", "bob", "eve", "root"))

    def open(self, name: str, **headers: str) -> httpx.Client:
        """Open a client that sends the token of `name`."""
        given = {"Authorization": f"Bearer {name}-token"} | headers
        client = httpx.Client(base_url=self._url, headers=given, timeout=30, trust_env=False)
        return self._stack.enter_context(client)

    def close(self) -> None:
        """Close every client."""
        self._stack.close()


@pytest.fixture
def users(server: DevServer) -> Iterator[Callers]:
    """Two users, one who may only read, and an admin."""
    callers = Callers(server.url)
    yield callers
    callers.close()
