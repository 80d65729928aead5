"""`DevServer` notices what goes wrong at the start and leaves nothing behind."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import urllib.request
from typing import TYPE_CHECKING

import pytest
from tests.core.wire import WireServer, ok, saying

from graphwire_core.testing import DevServer, ServerStartError
from graphwire_core.testing._servers import dev as module

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    graph = (
        "from langgraph.graph import MessagesState, StateGraph\n"
        "graph = StateGraph(MessagesState)\n"
        "graph.add_node('node', lambda state: {})\n"
        "graph.set_entry_point('node')\n"
    )
    (tmp_path / "graph.py").write_text(graph)
    path = tmp_path / "langgraph.json"
    path.write_text('{"dependencies": ["."], "graphs": {"agent": "./graph.py:graph"}}')
    return path


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the server's own temporary folder would be left over."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_port_taken_in_between_is_exchanged_for_a_free_one(
    config: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(module, "_free_port", lambda: port)
        with DevServer(config) as server:
            pid = server.pid
            assert not server.url.endswith(f":{port}")
            with urllib.request.urlopen(f"{server.url}/ok", timeout=10) as response:
                assert response.status == 200
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not list(temporary.iterdir())
    assert not (config.parent / ".langgraph_api").exists()


def test_a_server_that_answers_at_a_port_taken_in_between_is_not_taken_for_ours(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WireServer(saying(ok(b'{"ok": true}'))) as taken:
        port = int(taken.url.rpartition(":")[2])
        monkeypatch.setattr(module, "_free_port", lambda: port)
        with DevServer(config) as server:
            assert server.url != taken.url
            with urllib.request.urlopen(f"{server.url}/info", timeout=10) as response:
                assert "version" in json.load(response)


def test_a_server_that_does_not_answer_in_time_is_stopped(config: Path, temporary: Path) -> None:
    server = DevServer(config, start_timeout=0.1)
    with pytest.raises(
        ServerStartError, match=r"no answer from http://127\.0\.0\.1:\d+/ok in 0\.1"
    ):
        server.start()
    assert server.pid is None
    assert not list(temporary.iterdir())


def test_a_server_that_ends_at_once_shows_the_end_of_its_log(config: Path, temporary: Path) -> None:
    config.write_text("{}")
    with pytest.raises(ServerStartError, match=r"(?s)exit code [1-9].*end of its log:\n.*graphs"):
        DevServer(config).start()
    assert not list(temporary.iterdir())
