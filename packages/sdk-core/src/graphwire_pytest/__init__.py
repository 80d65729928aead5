"""The pytest plugin of Graphwire: the fixtures of `graphwire_core.testing`.

pytest imports it at every start, also where no test uses it. So it stands beside the package, and
imports nothing of it, and no HTTP library, before a fixture is asked for.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from graphwire_core import AsyncClient, Client
    from graphwire_core.testing import Cassette, GraphSource, RunningServer

__all__ = [
    "graphwire_cassette",
    "graphwire_client",
    "graphwire_environment",
    "graphwire_graphs",
    "graphwire_options",
    "graphwire_running",
    "graphwire_server",
    "pytest_addoption",
    "pytest_configure",
]

CONFIG = "langgraph.json"
JOBS = 8
"""Runs at once; a run that waits for another one needs a second place."""
MODES = ("process", "in-process")
MODULES = ("langchain_core", "langgraph", "langsmith", "starlette", "structlog", "uvicorn")
"""Packages of a server in this process: their warnings are no errors of the tests. By prefix."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the fixtures."""
    group = parser.getgroup("graphwire")
    group.addoption(
        "--graphwire-server",
        choices=MODES,
        help="Where the server of graphwire_server runs; overrides the ini option",
    )
    group.addoption(
        "--graphwire-cassettes",
        choices=("once", "replay", "record"),
        default="once",
        help="Whether graphwire_cassette records: where there is no file (once), never, always",
    )
    parser.addini(
        "graphwire_server", f"Where the server runs: {' or '.join(MODES)}", default=MODES[0]
    )
    parser.addini(
        "graphwire_config", f"A {CONFIG}; default: the one of the root folder, if there is one"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let the filters of the tests raise no warning of a server that shares their process."""
    if _mode(config) == "in-process":
        for module in MODULES:
            config.addinivalue_line("filterwarnings", f"ignore:::{module}")


@pytest.fixture(scope="session")
def graphwire_graphs() -> Mapping[str, GraphSource]:
    """Graphs of the server by name, beside those of its configuration; override it."""
    return {}


@pytest.fixture(scope="session")
def graphwire_environment() -> Mapping[str, str]:
    """Environment variables of the server; override it."""
    return {}


@pytest.fixture
def graphwire_options() -> Mapping[str, Any]:
    """Keywords that `graphwire_client` is created with; override it."""
    return {}


@pytest.fixture(scope="session")
def graphwire_running(
    pytestconfig: pytest.Config,
    graphwire_graphs: Mapping[str, GraphSource],
    graphwire_environment: Mapping[str, str],
) -> Iterator[RunningServer]:
    """The real server, once per session. A test takes `graphwire_server`, which is cleared."""
    from graphwire_core.errors import GraphwireError  # noqa: PLC0415  # not before it is needed

    problem, server = "", None
    try:
        server = _server(pytestconfig, graphwire_graphs, graphwire_environment)
        server.start()
    except GraphwireError as error:
        problem = error.message
    if problem or server is None:
        pytest.fail(problem, pytrace=False)
    yield server
    server.stop()


@pytest.fixture
def graphwire_server(graphwire_running: RunningServer) -> Iterator[RunningServer]:
    """The real server with nothing in it; graphs that the test registers are gone afterwards."""
    graphwire_running.clear()
    before = graphwire_running.registered
    yield graphwire_running
    for name in graphwire_running.registered:
        if name not in before:
            graphwire_running.forget(name)


@pytest.fixture
def graphwire_client(
    request: pytest.FixtureRequest,
    graphwire_server: RunningServer,
    graphwire_options: Mapping[str, Any],
) -> Iterator[AsyncClient | Client]:
    """A client of the server: async in an `async def` test, sync in any other.

    It is the one of `graphwire` where that is installed, otherwise that of `graphwire_core`.
    """
    options = {"trust_env": False, **graphwire_options}
    asynchronous, synchronous = _clients()
    test = request.node.obj
    if not inspect.iscoroutinefunction(test):
        with synchronous(graphwire_server.url, **options) as client:
            yield client
        return
    in_loop = asynchronous(graphwire_server.url, **options)
    # Its connections belong to the event loop of the test, which is over when fixtures end.
    request.node.obj = _closing(test, in_loop)
    yield in_loop


@pytest.fixture
def graphwire_cassette(request: pytest.FixtureRequest) -> Cassette:
    """A cassette of this test alone: `cassettes/<module>/<test>.json` next to it."""
    from graphwire_core.testing import Cassette  # noqa: PLC0415  # not before it is needed

    folder = request.path.parent / "cassettes" / request.path.stem
    name = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    mode = request.config.getoption("--graphwire-cassettes")
    return Cassette(folder / f"{name}.json", mode=mode)


def _server(
    config: pytest.Config, graphs: Mapping[str, GraphSource], environment: Mapping[str, str]
) -> RunningServer:
    from graphwire_core.testing import DevServer, InProcessServer  # noqa: PLC0415  # as above

    path = _path_of(config)
    if _mode(config) == "process":
        jobs = ["--n-jobs-per-worker", str(JOBS)]
        return DevServer(path, graphs=graphs, arguments=jobs, environment=environment)
    return InProcessServer(path, graphs=graphs, jobs=JOBS, environment=environment)


def _mode(config: pytest.Config) -> str:
    """Return where the server runs."""
    mode = str(config.getoption("--graphwire-server") or config.getini("graphwire_server"))
    if mode not in MODES:
        raise pytest.UsageError(f"graphwire_server: expected one of {MODES}, got {mode!r}")
    return mode


def _path_of(config: pytest.Config) -> Path | None:
    """Return the configuration of the server, if it has one."""
    named = config.getini("graphwire_config")
    path = config.rootpath / (named or CONFIG)
    if named and not path.is_file():
        raise pytest.UsageError(f"graphwire_config: there is no file {path}")
    return path if path.is_file() else None


def _clients() -> tuple[type[Any], type[Any]]:
    try:
        import graphwire as home  # noqa: PLC0415  # as above
    except ImportError:
        import graphwire_core as home  # type: ignore[no-redef]  # noqa: PLC0415
    return home.AsyncClient, home.Client


def _closing(
    test: Callable[..., Awaitable[None]], client: AsyncClient
) -> Callable[..., Awaitable[None]]:
    """Close a client at the end of a test, in the event loop of the test."""

    @wraps(test)
    async def closing(*args: Any, **kwargs: Any) -> None:
        async with client:
            await test(*args, **kwargs)

    return closing
