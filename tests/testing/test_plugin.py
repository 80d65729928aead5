"""The pytest plugin: its fixtures in projects of their own, and what it imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.testing.projects import Project

CONFTEST = """
    import pytest

    @pytest.fixture(scope="session")
    def graphwire_graphs():
        from graphs import graph
        return {"adding": graph}

    @pytest.fixture(scope="session")
    def graphwire_environment():
        return {"MY_VARIABLE": "set by the tests"}
"""
TESTS = """
    import os
    import pytest
    from graphwire import AsyncClient, Client

    def test_a_sync_test_gets_a_sync_client(graphwire_client, graphwire_server):
        assert isinstance(graphwire_client, Client)
        assert graphwire_client.settings.url == graphwire_server.url
        assert graphwire_client.threads.search() == []
        thread = graphwire_client.threads.create()
        graphwire_client.store.put_item(["a"], "key", {"v": 1})
        assert graphwire_client.runs.wait(thread.thread_id, "adding", input={"n": 1}) == {"n": 2}

    async def test_an_async_test_gets_an_async_client(graphwire_client):
        assert isinstance(graphwire_client, AsyncClient)
        assert await graphwire_client.threads.search() == []
        assert await graphwire_client.store.search_items(["a"]) == []
        thread = await graphwire_client.threads.create()
        stream = graphwire_client.runs.stream(thread.thread_id, "adding", input={"n": 1})
        assert [part.data async for part in stream][-1] == {"n": 2}

    class TestInAClass:
        async def test_its_methods_get_one_too(self, graphwire_client):
            assert await graphwire_client.threads.search() == []
            await graphwire_client.threads.create()

    @pytest.mark.parametrize("number", [1, 2])
    def test_graphs_that_a_test_registers_are_gone_afterwards(
        graphwire_client, graphwire_server, number
    ):
        known = [one.graph_id for one in graphwire_client.assistants.search()]
        assert known == ["adding"]
        graphwire_server.register("more", "graphs.py:build")
        assert graphwire_client.runs.wait(None, "more", input={"n": 1}) == {"n": 2}

    @pytest.mark.anyio
    @pytest.mark.parametrize("anyio_backend", ["asyncio"])
    async def test_another_plugin_may_run_the_loop(graphwire_client, anyio_backend):
        assert await graphwire_client.threads.search() == []

    @pytest.fixture
    def graphwire_options():
        return {"headers": {"x-team": "blue"}}

    def test_the_client_takes_options(graphwire_client):
        assert "x-team" in graphwire_client.settings.headers
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.mark.parametrize("mode", ["process", "in-process"])
def test_the_fixtures_work_with_a_server_of_either_kind(project: Project, mode: str) -> None:
    project.write("conftest.py", CONFTEST)
    project.write("test_it.py", TESTS)
    done = project.run(f"--graphwire-server={mode}")
    assert done.code == 0, done.output
    assert "7 passed" in done.output
    assert not (project.folder / ".langgraph_api").exists()


def test_the_langgraph_json_of_the_root_folder_is_used(project: Project) -> None:
    project.write(
        "langgraph.json", '{"dependencies": ["."], "graphs": {"own": "./graphs.py:graph"}}'
    )
    project.write(
        "tests/test_it.py",
        """
        def test_it(graphwire_client):
            assert graphwire_client.runs.wait(None, "own", input={"n": 1}) == {"n": 2}
        """,
    )
    done = project.run()
    assert done.code == 0, done.output


def test_ini_options_name_the_configuration_and_the_kind_of_server(project: Project) -> None:
    config = '{"dependencies": [".", ".."], "graphs": {"own": "./graph.py:graph"}, "env": ".env"}'
    project.write("deployment/langgraph.json", config)
    project.write("deployment/.env", "A=1\n")
    project.write("deployment/graph.py", "from sibling import graph\n")
    project.write("deployment/sibling.py", "from graphs import graph\n")
    options = "graphwire_config = deployment/langgraph.json\ngraphwire_server = in-process\n"
    ini = project.folder / "pytest.ini"
    ini.write_text(ini.read_text() + options)
    project.write(
        "test_it.py",
        """
        import os

        def test_it(graphwire_client, graphwire_server):
            assert graphwire_server.pid == os.getpid()
            assert os.environ["A"] == "1"
            assert graphwire_client.assistants.search()[0].graph_id == "own"
        """,
    )
    done = project.run()
    assert done.code == 0, done.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("graphwire_config = nowhere.json", "graphwire_config: there is no file"),
        ("graphwire_server = somewhere", "graphwire_server: expected one of"),
    ],
)
def test_a_wrong_ini_option_is_an_error_that_names_it(
    project: Project, options: str, said: str
) -> None:
    ini = project.folder / "pytest.ini"
    ini.write_text(f"{ini.read_text()}{options}\n")
    project.write("test_it.py", "def test_it(graphwire_client): ...\n")
    done = project.run()
    assert done.code in {1, 4}
    assert said in done.output


def test_a_graph_that_does_not_import_is_told_without_a_traceback_of_the_kit(
    project: Project,
) -> None:
    project.write(
        "langgraph.json", '{"dependencies": ["."], "graphs": {"own": "./graphs.py:graph"}}'
    )
    project.write("graphs.py", "import os\nfrom nowhere import something\n")
    project.write("test_it.py", "def test_it(graphwire_client): ...\n")
    done = project.run()
    assert done.code == 1
    where = project.folder / "graphs.py"
    said = f"graph 'own' does not load: ModuleNotFoundError: No module named 'nowhere' ({where}, li"
    assert said in done.output
    assert "graphwire_core/testing" not in done.output


def test_cassettes_are_recorded_next_to_the_test_and_replayed(project: Project) -> None:
    project.write(
        "test_it.py",
        """
        import pytest
        from graphwire_core import Client
        from graphwire_core.testing import CassetteTransport, Event, StreamServer

        @pytest.mark.parametrize("name", ["a b", "c"])
        def test_it(graphwire_cassette, name):
            with StreamServer([]) as server:
                url = server.url if graphwire_cassette.recording else "http://nowhere.invalid"
                transport = CassetteTransport(graphwire_cassette)
                with Client(url, transport=transport) as client:
                    assert client.threads.create(metadata={"name": name}).metadata["name"] == name
        """,
    )
    for arguments in ((), ("--graphwire-cassettes=replay",)):
        done = project.run(*arguments)
        assert done.code == 0, done.output
    folder = project.folder / "cassettes" / "test_it"
    assert sorted(path.name for path in folder.iterdir()) == ["test_it-a-b.json", "test_it-c.json"]
    (folder / "test_it-c.json").unlink()
    done = project.run("--graphwire-cassettes=replay")
    assert "there is no such cassette; mode='record' makes it" in done.output


LIGHT = """
import sys
before = set(sys.modules)
import graphwire_pytest
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(loaded & {"graphwire", "graphwire_core", "httpx", "pydantic", "pluggy", "asyncio"}))
print(sorted(name for name in loaded if name not in sys.stdlib_module_names))
"""


def test_importing_the_plugin_imports_nothing_but_pytest() -> None:
    code = f"import pytest\n{LIGHT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['graphwire_pytest']"]
