"""The real server in the process of the tests, in a thread behind a socket."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import warnings
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from dotenv import dotenv_values

from graphwire_core.errors import ConfigurationError
from graphwire_core.testing._failures import ServerStartError, load_error, require
from graphwire_core.testing._graphs import GraphSource, check_name, location_of
from graphwire_core.testing._servers.application import AppServer
from graphwire_core.testing._servers.inside import ANSWER, Inside, load_failure
from graphwire_core.testing._servers.workspace import (
    ENVIRONMENT,
    SERVER,
    Workspace,
    check_not_inside,
)

__all__ = ["InProcessServer"]

SETTINGS = {
    "DATABASE_URI": ":memory:",
    "DISABLE_TRUSTSTORE": "true",
    "LANGGRAPH_ALLOW_BLOCKING": "true",
    "LANGGRAPH_DISABLE_FILE_PERSISTENCE": "true",
    "LANGGRAPH_RUNTIME_EDITION": "inmem",
    "LANGSMITH_LANGGRAPH_API_VARIANT": "local_dev",
    "MIGRATIONS_PATH": "__inmem",
    "REDIS_URI": "fake",
}
"""What `langgraph dev` sets, and what keeps the server from changing the process of the tests."""

AT_IMPORT = ("auth", "checkpointer", "encryption", "http", "priority", "store", "webhooks")
"""Parts of the configuration that the server reads once, when it is imported."""

_loaded: str | None = None
"""Those parts of the configuration that this process has imported the server with."""


class InProcessServer:
    """The real server in a thread of this process, on a free loopback port.

    It takes any graph object, its nodes can be debugged, and from the second start on it is ready
    at once. One process imports the server with one configuration; graphs may change.

    ```python
    with InProcessServer(graphs={"agent": graph}) as server:
        client = get_sync_client(server.url)
    ```
    """

    def __init__(
        self,
        config: Path | None = None,
        *,
        graphs: Mapping[str, GraphSource] | None = None,
        jobs: int = 8,
        environment: Mapping[str, str] | None = None,
        start_timeout: float = 90,
        stop_timeout: float = 10,
    ) -> None:
        """Describe a server; `start` or a `with` block starts it.

        Args:
            config: A `langgraph.json`. Default: one that has the `graphs` only.
            graphs: Graphs by name, beside those of `config`.
            jobs: Runs at once.
            environment: Variables that are set while it runs.
            start_timeout: Seconds until it must be ready.
            stop_timeout: Seconds that it gets to end in.

        Raises:
            ConfigurationError: A graph is a path without a file.
            MissingPackageError: The server is not installed.
        """
        require(*SERVER)
        self._config = config.resolve() if config else None
        self._graphs = {name: _source(name, graph) for name, graph in (graphs or {}).items()}
        self._environment = {"N_JOBS_PER_WORKER": str(jobs), **(environment or {})}
        self._timeouts = (start_timeout, stop_timeout)
        self._inside = Inside()
        self._folder: Workspace | None = None
        self._app: AppServer | None = None
        self._running = ExitStack()
        self._log: deque[str] = deque(maxlen=1000)
        self._registered: dict[str, None] = {}

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._app.url if self._app else "http://127.0.0.1:0"

    @property
    def pid(self) -> int | None:
        """Id of the process, which is this one; `None` when the server does not run."""
        return os.getpid() if self._app else None

    @property
    def registered(self) -> tuple[str, ...]:
        """Names of the graphs that were registered since it started."""
        return tuple(self._registered)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers; leave nothing behind on failure.

        Raises:
            ServerStartError: It does not start; the error says why.
            ConfigurationError: It is imported already, with another configuration.
        """
        check_not_inside()
        self._registered.clear()
        try:
            self._launch()
            self._do(self._inside.remember())
            self._do(self._inside.clear())
            for name, graph in self._graphs.items():
                if not isinstance(graph, str):
                    self._do(self._inside.register(name, graph))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server."""
        app, self._app = self._app, None
        if app is not None and self._folder is not None:
            with _in_folder(self._folder.path):  # it writes what it keeps
                app.stop()
        self._running.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def register(self, name: str, graph: GraphSource) -> None:
        """Add a graph to the running server, or put it in place of the one of this name.

        Raises:
            ConfigurationError: It is a path without a file.
            GraphLoadError: It does not load; the error says why, and where.
        """
        self._do(self._inside.register(name, _source(name, graph)))
        self._registered[name] = None

    def forget(self, name: str) -> None:
        """Remove a graph that was registered; one that it replaced is there again."""
        check_name(name)
        self._do(self._inside.forget(name))
        self._registered.pop(name, None)

    def clear(self) -> None:
        """End every run, and forget threads, runs, crons, store items and cached values."""
        self._do(self._inside.clear())

    def log_tail(self, lines: int = 30) -> str:
        """Return the last lines that the server wrote."""
        return "\n".join("\n".join(self._log).splitlines()[-lines:])

    def _launch(self) -> None:
        paths = {name: one for name, one in self._graphs.items() if isinstance(one, str)}
        self._folder = Workspace(self._config, paths)
        content = self._folder.content()
        parts = json.dumps({part: content.get(part) for part in AT_IMPORT})
        if _loaded not in {None, parts}:
            raise ConfigurationError(
                f"This process has imported the server with another configuration ({_loaded}); "
                "a server in a process of its own takes any"
            )
        self._running.enter_context(_variables(self._variables_of(content)))
        self._running.enter_context(_importable(self._folders_of(content)))
        self._running.enter_context(_logged(self._log))
        with _in_folder(self._folder.path):
            app = _imported(parts)
            self._inside.begin()
            self._app = AppServer(
                app, start_timeout=self._timeouts[0], stop_timeout=self._timeouts[1]
            )
            try:
                self._app.start()
            except ConfigurationError as error:
                raise self._failure(error) from error

    def _variables_of(self, content: dict[str, Any]) -> dict[str, str]:
        """Return what the server's environment is, of its configuration and of ours."""
        told = {"LANGSERVE_GRAPHS": json.dumps(content.get("graphs", {}))}
        for part in AT_IMPORT:
            if content.get(part):
                told[f"LANGGRAPH_{part.upper()}"] = json.dumps(content[part])
        own = content.get("env") or {}
        if isinstance(own, str) and self._folder is not None:
            own = {
                name: text or "" for name, text in dotenv_values(self._folder.path / own).items()
            }
        return {**own, **ENVIRONMENT, **SETTINGS, **self._environment, **told}

    def _folders_of(self, content: dict[str, Any]) -> list[str]:
        """Return where the modules of the configuration are imported from."""
        if self._config is None:
            return []
        home = self._config.parent
        folders = [home, *(home / str(one) for one in content.get("dependencies", ()))]
        return [str(folder.resolve()) for folder in folders if folder.is_dir()]

    def _failure(self, error: ConfigurationError) -> ServerStartError:
        lifespan = sys.modules.get("langgraph_runtime_inmem.lifespan")
        known = lifespan.get_last_error() if lifespan is not None else None
        if known is None or self._folder is None:
            return ServerStartError(f"The server did not start: {error.message}")
        said = self._folder.shown(load_error(load_failure(known)).message)
        return ServerStartError(f"The server did not start: {said}")

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Have the server's event loop do something, and raise why it did not."""
        if self._app is None or self._app.loop is None:
            work.close()
            raise ConfigurationError("This server is not running")
        try:
            asyncio.run_coroutine_threadsafe(work, self._app.loop).result(ANSWER)
        except RuntimeError as error:
            if not hasattr(error, "spec"):
                raise
            raise load_error(load_failure(error)) from error


def _source(name: str, graph: GraphSource) -> GraphSource:
    check_name(name)
    return location_of(name, graph) if isinstance(graph, str) else graph


def _imported(parts: str) -> Any:
    """Import the server, and undo what that does to the process of the tests."""
    global _loaded  # noqa: PLW0603  # a module is imported once
    root = logging.getLogger()
    level = root.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from langgraph_api.server import app

        logging.captureWarnings(False)
    root.setLevel(level)
    _loaded = parts
    return app


@contextmanager
def _variables(told: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _importable(folders: list[str]) -> Iterator[None]:
    sys.path.extend(folders)
    try:
        yield
    finally:
        for folder in folders:
            sys.path.remove(folder)


@contextmanager
def _in_folder(path: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _logged(lines: deque[str]) -> Iterator[None]:
    handler = _Keeping(lines.append)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


class _Keeping(logging.Handler):
    """Keeps what the server logs, as text."""

    def __init__(self, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._keep = keep

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        said = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
        self._keep(f"[{record.levelname.lower()}] {said.get('event')} [{record.name}]")
        if record.exc_info:
            self._keep(logging.Formatter().formatException(record.exc_info))
