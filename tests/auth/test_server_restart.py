"""A deployment keeps its threads over a restart, users of its own class included."""

import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from examples.quickstart.server import HOST, LOG, DevServer
from tests.auth.conftest import HERE, Callers


class KeptServer(DevServer):
    """A development server in a folder that outlives it, as a deployment's disk does."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "langgraph.json")
        self._kept = folder

    def _launch(self) -> subprocess.Popen[bytes]:
        self._port = free_port()
        self._folder = tempfile.TemporaryDirectory()
        options = ["--no-browser", "--no-reload", "--host", HOST, "--port", str(self._port)]
        with Path(self._folder.name, LOG).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "langgraph_cli", "dev", *options],
                cwd=self._kept,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def test_threads_runs_and_their_users_survive_a_restart(tmp_path: Path) -> None:
    folder = shutil.copytree(HERE / "server", tmp_path / "deployment")
    with KeptServer(folder) as first:
        callers = Callers(first.url)
        thread = callers.ada.post("/threads", json={}).json()["thread_id"]
        body = {"assistant_id": "echo", "input": {"text": "kept"}}
        callers.ada.post(f"/threads/{thread}/runs/wait", json=body)
        waiting = body | {"after_seconds": 3600}
        run = callers.ada.post(f"/threads/{thread}/runs", json=waiting).json()["run_id"]
        callers.close()
    with KeptServer(folder) as second:
        callers = Callers(second.url)
        assert callers.ada.get(f"/threads/{thread}/state").json()["values"]["text"] == "kept"
        assert callers.ada.get(f"/threads/{thread}/runs/{run}").json()["status"] == "pending"
        assert callers.bob.get(f"/threads/{thread}").status_code == 404
        log = second.log_tail(10_000)
        callers.close()
    assert "invalid cache data" not in log
