"""Run `langgraph dev` as a process of its own, for as long as a `with` block lasts."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

HOST = "127.0.0.1"
LOG = "server.log"
ENVIRONMENT = {
    "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "1",
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGGRAPH_NO_VERSION_CHECK": "true",
    "LANGSMITH_TRACING": "false",
    "LOG_COLOR": "false",
    "PYTHONUNBUFFERED": "1",
}
"""Nothing leaves the machine, and the log is plain text, written as it happens."""


class ServerStartError(Exception):
    """The server did not start; the message ends with the end of its log."""


class DevServer:
    """A development server on a free loopback port, stopped by its process id.

    It works in a temporary folder that links to the files next to `config`, because the server
    writes a `.langgraph_api` folder wherever it is started.
    """

    def __init__(
        self,
        config: Path,
        *,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        start_timeout: float = 90,
        stop_timeout: float = 10,
    ) -> None:
        self._config = config.resolve()
        self._arguments = arguments
        self._environment = {**os.environ, **ENVIRONMENT, **(environment or {})}
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._port = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers `/ok`; leave nothing behind on failure."""
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
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

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
        self._folder = tempfile.TemporaryDirectory(
            prefix="langgraph-dev-", ignore_cleanup_errors=True
        )
        workspace = Path(self._folder.name, "app")
        workspace.mkdir()
        for entry in self._config.parent.iterdir():
            if entry.name not in {".langgraph_api", "__pycache__"}:
                (workspace / entry.name).symlink_to(entry)
        options = ["--no-browser", "--no-reload", "--host", HOST, "--port", str(self._port)]
        options += ["--config", self._config.name, *self._arguments]
        with Path(self._folder.name, LOG).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "langgraph_cli", "dev", *options],
                cwd=workspace,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self._start_timeout
        while not self._answers():
            status = process.poll()
            if status is not None:
                raise self._failure(f"it ended with exit code {status}")
            if time.monotonic() > deadline:
                raise self._failure(f"no answer from {self.url}/ok in {self._start_timeout:g} s")
            time.sleep(0.05)

    def _answers(self) -> bool:
        moved = re.search(r"in use, using port (\d+) instead", self._log())
        if moved:  # somebody else took the port between our choice and the server's start
            self._port = int(moved.group(1))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/ok", timeout=1) as response:
                return bool(response.status == 200)
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    def _failure(self, what: str) -> ServerStartError:
        tail = self.log_tail() or "(nothing)"
        return ServerStartError(
            f"`langgraph dev` with {self._config.name} did not start: {what}. "
            f"The end of its log:\n{tail}"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
