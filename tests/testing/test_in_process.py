"""The real server in the process of the tests. It is imported for good: so in one of their own."""

from __future__ import annotations

from pathlib import Path

from tests.testing.projects import Project

TESTS = """
    import asyncio
    import logging
    import os
    import threading
    import time
    from pathlib import Path

    import pytest
    from graphs import build
    from graphwire import get_client, get_sync_client
    from graphwire_core.errors import ConfigurationError
    from graphwire_core.testing import GraphLoadError, InProcessServer, ServerStartError

    from langgraph.config import get_stream_writer
    from langgraph.graph import StateGraph

    HERE = Path(__file__).parent


    def test_any_graph_object_runs_and_what_is_left_over_is_gone_at_the_next_start(tmp_path):
        level = logging.getLogger().level
        for step in (2, 3):
            def local(state, step=step):
                return {"n": state["n"] * step}

            own = StateGraph(dict)
            own.add_node("local", local)
            own.set_entry_point("local")
            with InProcessServer(graphs={f"times{step}": own.compile()}) as server:
                assert server.pid == os.getpid()
                with get_sync_client(server.url, trust_env=False) as client:
                    known = [one.graph_id for one in client.assistants.search()]
                    assert known == [f"times{step}"]
                    assert client.threads.count() == 0
                    thread = client.threads.create().thread_id
                    assert client.runs.wait(thread, known[0], input={"n": 7}) == {"n": 7 * step}
        assert not (HERE / ".langgraph_api").exists()
        assert logging.getLogger().level == level
        assert Path.cwd() == HERE


    async def test_a_stream_arrives_event_by_event():
        go = threading.Semaphore(0)

        async def say(state):
            write = get_stream_writer()
            for number in range(3):
                write(number)
                await asyncio.to_thread(go.acquire)
            return {}

        builder = StateGraph(dict)
        builder.add_node("say", say)
        builder.set_entry_point("say")
        with InProcessServer(graphs={"say": builder}) as server:
            async with get_client(server.url, trust_env=False) as client:
                seen = []
                async for part in client.runs.stream(None, "say", input={}, stream_mode="custom"):
                    if part.event == "custom":
                        seen.append(part.data)
                        go.release()  # the next one is not even made before this one was read
        assert seen == [0, 1, 2]


    def test_clearing_ends_runs():
        async def forever(state):
            await asyncio.Event().wait()

        builder = StateGraph(dict)
        builder.add_node("forever", forever)
        builder.set_entry_point("forever")
        with InProcessServer(graphs={"forever": builder}) as server:
            with get_sync_client(server.url, trust_env=False) as client:
                thread = client.threads.create().thread_id
                client.runs.create(thread, "forever", input={})
                deadline = time.monotonic() + 20
                while client.server.metrics().workers.active == 0 and time.monotonic() < deadline:
                    time.sleep(0.02)
                server.clear()
                assert client.threads.count() == 0
                assert client.server.metrics().workers.active == 0


    def test_a_graph_that_does_not_load_says_why_and_where(tmp_path):
        path = tmp_path / "broken.py"
        path.write_text("import os\\ngraph = undefined_name\\n")
        said = f"does not load: NameError: name 'undefined_name' is not defined \\\\({path}, line 2"
        with pytest.raises(ServerStartError, match="The server did not start: graph 'x' " + said):
            InProcessServer(graphs={"x": f"{path}:graph"}).start()
        with InProcessServer(graphs={"add": build()}) as server:
            with pytest.raises(GraphLoadError, match="graph 'y' " + said):
                server.register("y", f"{path}:graph")
            server.register("z", "graphs:graph")
            assert server.registered == ("z",)
            server.forget("z")
            assert isinstance(server.log_tail(), str)


    def test_another_configuration_needs_another_process(tmp_path):
        with InProcessServer(graphs={"add": build()}):
            pass
        (tmp_path / "langgraph.json").write_text(
            '{"dependencies": ["."], "graphs": {}, "http": {"disable_mcp": true}}'
        )
        with pytest.raises(ConfigurationError, match="imported the server with another config"):
            InProcessServer(tmp_path / "langgraph.json").start()


    def test_a_server_that_does_not_run_says_so():
        server = InProcessServer(graphs={"add": build()})
        assert server.pid is None
        with pytest.raises(ConfigurationError, match="This server is not running"):
            server.clear()


    def test_a_path_without_a_file_is_refused():
        with pytest.raises(ConfigurationError, match="there is no file"):
            InProcessServer(graphs={"add": "nowhere/graph.py:graph"})
"""


def test_the_server_in_the_process_of_the_tests(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("test_it.py", TESTS)
    done = project.run("--graphwire-server=in-process")
    assert done.code == 0, done.output
    assert "7 passed" in done.output
