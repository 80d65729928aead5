"""The real server, `langgraph dev`, as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from graphwire_core.errors import ConfigurationError
from graphwire_core.testing._failures import ServerStartError, load_error, require
from graphwire_core.testing._graphs import GraphSource, check_name, location_of, locations_of
from graphwire_core.testing._servers import inside
from graphwire_core.testing._servers.channel import Channel
from graphwire_core.testing._servers.workspace import (
    ENVIRONMENT,
    INSIDE,
    SERVER,
    Workspace,
    check_not_inside,
    import_path,
)

__all__ = ["HOST", "LOG", "DevServer"]

HOST = "127.0.0.1"
LOG = "server.log"


class DevServer:
    """A development server on a free loopback port, stopped by its process id.

    It works in a temporary folder that links to the files next to `config`, and ends at the latest
    when this process does.

    ```python
    with DevServer(Path("langgraph.json")) as server:
        client = get_sync_client(server.url)
    ```
    """

    def __init__(
        self,
        config: Path | None = None,
        *,
        graphs: Mapping[str, GraphSource] | None = None,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        state: Path | None = None,
        start_timeout: float = 90,
        stop_timeout: float = 10,
    ) -> None:
        """Describe a server; `start` or a `with` block starts it.

        Args:
            config: A `langgraph.json`. Default: one that has the `graphs` only.
            graphs: Graphs by name, beside those of `config`.
            arguments: More arguments of `langgraph dev`, such as `["--n-jobs-per-worker", "8"]`.
            environment: Variables of the server, over those of this process.
            state: A folder that keeps threads, runs and items over a restart. Default: none does.
            start_timeout: Seconds until it must answer.
            stop_timeout: Seconds that it gets to end in, before it is killed.

        Raises:
            ConfigurationError: A graph is none that another process can load.
            MissingPackageError: The server is not installed.
        """
        require(*SERVER)
        self._config = config.resolve() if config else None
        self._graphs = locations_of(graphs or {})
        self._arguments = arguments
        self._state = state
        imports = bool(self._graphs) or config is None  # graphs of tests import what the tests do
        self._environment = _variables(environment or {}, imports=imports)
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._port = 0
        self._folder: Workspace | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._registered: dict[str, None] = {}

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"http://{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Id of the process; `None` when there is none."""
        return self._process.pid if self._process else None

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
        """Start the server and wait until it answers `/ok`; leave nothing behind on failure.

        Raises:
            ServerStartError: It ended, or did not answer in time.
        """
        check_not_inside()
        self._registered.clear()
        try:
            self._process = self._launch()
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server and everything it started: first kindly, then for certain."""
        process, self._process = self._process, None
        if process is not None:
            _signal_group(process.pid, signal.SIGTERM)
            try:
                process.wait(self._stop_timeout)
            except subprocess.TimeoutExpired:
                pass
            finally:
                _signal_group(process.pid, signal.SIGKILL)
                process.wait(self._stop_timeout)
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def register(self, name: str, graph: GraphSource) -> None:
        """Add a graph to the running server, or put it in place of the one of this name.

        Raises:
            ConfigurationError: It is none that another process can load.
            GraphLoadError: It does not load; the error says why, and where.
        """
        self._ask("register", name, location_of(name, graph))
        self._registered[name] = None

    def forget(self, name: str) -> None:
        """Remove a graph that was registered; one that it replaced is there again."""
        check_name(name)
        self._ask("forget", name)
        self._registered.pop(name, None)

    def clear(self) -> None:
        """End every run, and forget threads, runs, crons, store items and cached values."""
        self._ask("clear")

    def log_tail(self, lines: int = 30) -> str:
        """Return the last lines that the running server wrote, without colours."""
        return "\n".join(self._log().rstrip().splitlines()[-lines:])

    def _log(self) -> str:
        if self._folder is None:
            return ""
        text = Path(self._folder.name, LOG).read_text(encoding="utf-8", errors="replace")
        return re.sub(r"\x1b\[[0-9;]*m", "", text)

    def _launch(self) -> subprocess.Popen[bytes]:
        self._port = _free_port()
        self._folder = Workspace(self._config, self._graphs, self._state)
        options = ["--no-browser", "--no-reload", "--host", HOST, "--port", str(self._port)]
        options += ["--config", self._folder.config, *self._arguments]
        self._channel = Channel()
        number = self._channel.number
        with self._channel.theirs, Path(self._folder.name, LOG).open("wb") as log:
            return subprocess.Popen(
                # Without -P the folder of the script would be where the server imports from.
                [sys.executable, "-P", inside.__file__, str(number), "dev", *options],
                cwd=self._folder.path,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[number],
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self._start_timeout
        while not self._is_ready():
            status = process.poll()
            if status is not None:
                raise self._failure(f"it ended with exit code {status}")
            if time.monotonic() > deadline:
                raise self._failure(f"no answer from {self.url}/ok in {self._start_timeout:g} s")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        """Whether it is this server that answers, not one that has taken the port meanwhile."""
        if not self._answers() or self._channel is None or self._channel.ask("remember") != {}:
            return False
        return self._answers()  # it knows its port by now: it may be another one

    def _answers(self) -> bool:
        moved = re.search(r"in use, using port (\d+) instead", self._log())
        if moved:  # somebody else took the port between our choice and the server's start
            self._port = int(moved.group(1))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/ok", timeout=1) as response:
                return bool(response.status == 200)  # noqa: PLR2004  # OK
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    def _failure(self, what: str) -> ServerStartError:
        name = self._config.name if self._config else "the graphs of the test"
        begun = f"`langgraph dev` with {name} did not start: {what}"
        ended = self._process is not None and self._process.poll() is not None
        report = self._channel.read() if ended and self._channel is not None else None
        if report:
            return ServerStartError(f"{begun}: {load_error(self._shown(report)).message}")
        tail = self.log_tail() or "(nothing)"
        return ServerStartError(f"{begun}. The end of its log:\n{tail}")

    def _ask(self, call: str, *arguments: str) -> None:
        """Have the server do something, and raise why it did not."""
        if self._process is None or self._channel is None:
            raise ConfigurationError(f"{call}(): this server is not running")
        answer = self._channel.ask(call, *arguments)
        if answer is None:
            raise ServerStartError(
                f"{call}(): the server is gone. The end of its log:\n{self.log_tail()}"
            )
        if "graph" in answer:
            raise load_error(self._shown(answer))
        if answer:
            raise ConfigurationError(f"{call}(): the server failed: {answer['error']}")

    def _shown(self, report: inside.Report) -> inside.Report:
        """Name files as the tests know them."""
        shown = self._folder.shown if self._folder is not None else str
        return {key: shown(one) if isinstance(one, str) else one for key, one in report.items()}


def _variables(given: Mapping[str, str], *, imports: bool) -> dict[str, str]:
    known = {**os.environ, **ENVIRONMENT, **given}
    return {**known, **(import_path(known) if imports else {}), INSIDE: "1"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
