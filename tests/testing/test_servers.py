"""The real server of a test: graphs of test code, a state that is cleared, faults with a place."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.testing import graphs

from graphwire import Client, get_sync_client
from graphwire_core.errors import (
    ConfigurationError,
    MissingPackageError,
    UnprocessableEntityError,
)
from graphwire_core.testing import DevServer, GraphLoadError, InProcessServer, ServerStartError

HERE = Path(__file__).resolve().parent
BROKEN = """import os


def build():
    return undefined_name


graph = build()
"""


@pytest.fixture(scope="module")
def own() -> Iterator[DevServer]:
    """A server with a graph of this module: its state is cleared, as that of the session is not."""
    jobs = ["--n-jobs-per-worker", "4"]
    with DevServer(graphs={"adding": graphs.graph}, arguments=jobs) as server:
        yield server


@pytest.fixture
def client(own: DevServer) -> Iterator[Client]:
    own.clear()
    with get_sync_client(own.url, trust_env=False) as client:
        yield client


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.py"
    path.write_text(BROKEN)
    return path


@pytest.mark.parametrize(
    ("source", "result"),
    [
        (graphs.doubling, 14),
        (f"{HERE / 'graphs.py'}:graph", 8),
        ("tests.testing.graphs:doubling", 14),
    ],
    ids=["function", "file", "module"],
)
def test_a_graph_is_registered_while_the_server_runs_and_forgotten(
    source: Any, result: int, own: DevServer, client: Client
) -> None:
    own.register("registered", source)
    assert own.registered == ("registered",)
    assert client.runs.wait(None, "registered", input={"n": 7}) == {"n": result}
    own.forget("registered")
    assert "registered" not in own.registered
    assert [one.graph_id for one in client.assistants.search()] == ["adding"]
    with pytest.raises(UnprocessableEntityError, match="registered"):
        client.runs.wait(None, "registered", input={"n": 7})


def test_a_registered_graph_takes_the_place_of_another_until_it_is_forgotten(
    own: DevServer, client: Client
) -> None:
    own.register("adding", graphs.doubling)
    assert client.runs.wait(None, "adding", input={"n": 7}) == {"n": 14}
    own.forget("adding")
    assert client.runs.wait(None, "adding", input={"n": 7}) == {"n": 8}


def test_clearing_leaves_the_server_as_it_started(own: DevServer, client: Client) -> None:
    (assistant,) = client.assistants.search()
    client.assistants.update(assistant.assistant_id, metadata={"changed": True})
    client.assistants.create("adding", name="second")
    thread = client.threads.create()
    client.runs.wait(thread.thread_id, "adding", input={"n": 1})
    client.runs.create(thread.thread_id, "adding", input={"forever": True})
    client.crons.create("adding", schedule="0 8 * * *", input={})
    client.store.put_item(["a", "b"], "key", {"v": 1})
    while client.server.metrics().workers.active == 0:  # type: ignore[union-attr]  # it has workers
        time.sleep(0.02)
    own.clear()
    assert client.threads.search() == []
    assert client.crons.search() == []
    assert client.store.list_namespaces() == []
    assert client.assistants.search() == [assistant]
    assert [one.version for one in client.assistants.get_versions(assistant.assistant_id)] == [1]
    workers = client.server.metrics().workers
    assert workers is not None
    assert workers.active == 0
    assert client.runs.wait(None, "adding", input={"n": 1}) == {"n": 2}


def test_a_graph_that_does_not_load_says_why_and_where(
    own: DevServer, client: Client, broken: Path
) -> None:
    with pytest.raises(GraphLoadError) as caught:
        own.register("broken", f"{broken}:graph")
    assert caught.value.message == (
        "graph 'broken' does not load: NameError: name 'undefined_name' is not defined "
        f"({broken}, line 5). Its log:\n"
        f'  File "{broken}", line 8, in <module>\n    graph = build()\n            ^^^^^^^\n'
        f'  File "{broken}", line 5, in build\n    return undefined_name\n'
        "           ^^^^^^^^^^^^^^\nNameError: name 'undefined_name' is not defined"
    )
    assert own.registered == ()
    assert client.runs.wait(None, "adding", input={"n": 1}) == {"n": 2}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nowhere_to_be_found\n", r"ModuleNotFoundError: No module named .*line 1\)"),
        ("graph = (\n", r"SyntaxError: '\(' was never closed.* \(.*broken\.py, line 1\)"),
        ("graph = 7\n", r"ValueError: Variable 'graph' in module .* is not a Graph"),
        ("other = 7\n", r"ValueError: Could not find graph 'graph' in"),
    ],
)
def test_every_fault_of_a_graph_s_module_is_named(
    own: DevServer, broken: Path, code: str, said: str
) -> None:
    broken.write_text(code)
    with pytest.raises(GraphLoadError, match=f"graph 'broken' does not load: {said}"):
        own.register("broken", f"{broken}:graph")


def test_a_server_with_a_graph_that_does_not_load_does_not_start(broken: Path) -> None:
    (broken.parent / "langgraph.json").write_text(
        '{"dependencies": ["."], "graphs": {"agent": "./broken.py:graph"}}'
    )
    server = DevServer(broken.parent / "langgraph.json")
    with pytest.raises(ServerStartError) as caught:
        server.start()
    assert caught.value.message.startswith(
        "`langgraph dev` with langgraph.json did not start: it ended with exit code 3: graph "
        "'agent' does not load: NameError: name 'undefined_name' is not defined "
        f"({broken}, line 5). Its log:"
    )
    assert server.pid is None


def test_a_configuration_and_graphs_of_the_test_go_together(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from tests.testing.graphs import graph\n")
    config = tmp_path / "langgraph.json"
    config.write_text('{"dependencies": ["."], "graphs": {"own": "./app.py:graph"}}')
    with (
        DevServer(config, graphs={"double": graphs.doubling}) as server,
        get_sync_client(server.url, trust_env=False) as client,
    ):
        assert sorted(one.graph_id for one in client.assistants.search()) == ["double", "own"]
        assert client.runs.wait(None, "own", input={"n": 1}) == {"n": 2}
    assert config.read_text().endswith("}}")
    assert not (tmp_path / ".langgraph_api").exists()


def test_a_configuration_may_reach_outside_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "made.py").write_text("from tests.testing.graphs import graph\n")
    (tmp_path / "graph.py").write_text("from made import graph\n")
    (tmp_path / "deployment").mkdir()
    config = tmp_path / "deployment" / "langgraph.json"
    config.write_text(
        '{"dependencies": [".", "../shared"], "graphs": {"own": "../graph.py:graph"}}'
    )
    imports = {"PYTHONPATH": str(HERE.parents[1])}
    with (
        DevServer(config, environment=imports) as server,
        get_sync_client(server.url, trust_env=False) as client,
    ):
        assert client.runs.wait(None, "own", input={"n": 1}) == {"n": 2}


def local() -> Any:
    return lambda: None


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("x", graphs.adding(), "graph 'x': a server in another process cannot take Compiled"),
        ("x", local(), "graph 'x': a server in another process cannot take function"),
        ("x", "graph.py", "expected 'file.py:name' or 'package.module:name', got 'graph.py'"),
        ("x", "/nowhere/graph.py:graph", "there is no file /nowhere/graph.py"),
        ("", "m:graph", "graph: expected a name, got str ''"),
    ],
)
def test_what_another_process_cannot_load_is_refused(name: str, source: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        DevServer(graphs={name: source})


def test_a_server_that_does_not_run_says_so(own: DevServer) -> None:
    server = DevServer(graphs={"adding": graphs.graph})
    for call in (server.clear, lambda: server.register("x", graphs.graph)):
        with pytest.raises(ConfigurationError, match="this server is not running"):
            call()


def test_a_server_that_dies_shows_the_end_of_its_log() -> None:
    with DevServer(graphs={"adding": graphs.graph}) as server:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(ServerStartError, match=r"clear.*the server is gone\. The end of its"):
            server.clear()


PROGRAM = """
import os, sys, time
from graphwire_core.testing import DevServer
server = DevServer(graphs={"adding": "tests.testing.graphs:graph"})
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


def test_a_server_ends_when_its_tests_are_killed() -> None:
    command = [sys.executable, "-c", PROGRAM]
    root = HERE.parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as tests:
        assert tests.stdout is not None
        server = int(tests.stdout.readline())
        tests.kill()
    deadline = time.monotonic() + 30
    while _is_alive(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_alive(server)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_module_that_starts_a_server_when_it_is_imported_does_not_start_it_for_ever(
    tmp_path: Path,
) -> None:
    module = tmp_path / "unguarded.py"
    module.write_text(
        "from graphwire_core.testing import DevServer\n"
        f"with DevServer(graphs={{'self': {str(module)!r} + ':graph'}}) as server:\n    pass\n"
    )
    with pytest.raises(ServerStartError, match="The module of a graph starts a server when it is"):
        DevServer(graphs={"self": f"{module}:graph"}).start()


@pytest.mark.parametrize("kind", [DevServer, InProcessServer])
def test_without_the_server_s_packages_the_error_says_what_to_install(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> Any:
        return None if name == "langgraph_api" else known(name, package)

    monkeypatch.setattr("graphwire_core.testing._failures.find_spec", find_spec)
    said = r"needs langgraph_api here.*pip install 'graphwire-core\[testing\]'"
    with pytest.raises(MissingPackageError, match=said):
        kind(graphs={"x": "m:graph"})
