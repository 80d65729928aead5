"""LangGraph's own `RemoteGraph` works with these clients in place of the official ones."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import uuid4

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.pregel.remote import RemoteException, RemoteGraph
from langgraph.types import Command, GraphOutput, StateSnapshot

from graphwire import get_client, get_sync_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.runnables.graph import Graph
    from tests.contract.prepared import Finished

    from graphwire import AsyncClient, Client
    from graphwire_core.testing import DevServer


def on_thread(thread_id: str | None = None) -> dict[str, Any]:
    """Return the config of a thread, by default of one that does not exist yet."""
    return {"configurable": {"thread_id": thread_id or str(uuid4())}}


class SyncRemote:
    """The sync half of a `RemoteGraph`."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client

    def graph(self, name: str) -> RemoteGraph:
        return RemoteGraph(name, sync_client=self._client)

    def copy(self, thread_id: str) -> str:
        return str(self._client.threads.copy(thread_id).thread_id)

    def invoke(self, name: str, *arguments: Any, **options: Any) -> Any:
        return self.graph(name).invoke(*arguments, **options)

    def invoke_local(self, graph: Any, *arguments: Any) -> Any:
        return graph.invoke(*arguments)

    def stream(self, name: str, *arguments: Any, **options: Any) -> list[Any]:
        return list(self.graph(name).stream(*arguments, **options))

    def get_state(self, name: str, config: Any, **options: Any) -> StateSnapshot:
        return self.graph(name).get_state(config, **options)

    def update_state(self, name: str, *arguments: Any, **options: Any) -> Any:
        return self.graph(name).update_state(*arguments, **options)

    def history(self, name: str, config: Any, **options: Any) -> list[StateSnapshot]:
        return list(self.graph(name).get_state_history(config, **options))

    def drawing(self, name: str, **options: Any) -> Graph:
        return self.graph(name).get_graph(**options)


class AsyncRemote:
    """The async half of a `RemoteGraph`, run in one event loop."""

    def __init__(self, client: AsyncClient, runner: asyncio.Runner) -> None:
        self._client: Any = client
        self._run = runner.run

    def graph(self, name: str) -> RemoteGraph:
        return RemoteGraph(name, client=self._client)

    def copy(self, thread_id: str) -> str:
        return str(self._run(self._client.threads.copy(thread_id)).thread_id)

    def invoke(self, name: str, *arguments: Any, **options: Any) -> Any:
        return self._run(self.graph(name).ainvoke(*arguments, **options))

    def invoke_local(self, graph: Any, *arguments: Any) -> Any:
        return self._run(graph.ainvoke(*arguments))

    def stream(self, name: str, *arguments: Any, **options: Any) -> list[Any]:
        return self._run(collected(self.graph(name).astream(*arguments, **options)))

    def get_state(self, name: str, config: Any, **options: Any) -> StateSnapshot:
        return self._run(self.graph(name).aget_state(config, **options))

    def update_state(self, name: str, *arguments: Any, **options: Any) -> Any:
        return self._run(self.graph(name).aupdate_state(*arguments, **options))

    def history(self, name: str, config: Any, **options: Any) -> list[StateSnapshot]:
        return self._run(collected(self.graph(name).aget_state_history(config, **options)))

    def drawing(self, name: str, **options: Any) -> Graph:
        return self._run(self.graph(name).aget_graph(**options))


async def collected(items: Any) -> list[Any]:
    return [item async for item in items]


Remote = SyncRemote | AsyncRemote


@pytest.fixture(params=["async", "sync"])
def remote(request: pytest.FixtureRequest, server: DevServer) -> Iterator[Remote]:
    if request.param == "sync":
        with get_sync_client(url=server.url) as client:
            yield SyncRemote(client)
        return
    with asyncio.Runner() as runner:
        async_client = get_client(url=server.url)
        yield AsyncRemote(async_client, runner)
        runner.run(async_client.aclose())


def test_invoke_passes_config_and_context_on(remote: Remote) -> None:
    config = {"tags": ["tagged"], "recursion_limit": 11, "metadata": {"by": "remote"}}

    seen = remote.invoke("echo", {"payload": [1, "ü"]}, config, context={"tenant": "t"})

    assert seen["received"] == [1, "ü"]
    assert seen["seen_context"] == {"tenant": "t"}
    assert seen["seen_config"]["recursion_limit"] == 11
    assert seen["seen_config"]["metadata"]["by"] == "remote"
    assert "tagged" in seen["seen_config"]["tags"]


def test_an_interrupt_is_returned(remote: Remote) -> None:
    config = on_thread()

    asked = remote.invoke("interrupting", {"topic": "remote"}, config, version="v2")
    state = remote.get_state("interrupting", config)

    assert isinstance(asked, GraphOutput)
    assert asked.interrupts[0].value == {"question": "Go on?", "topic": "remote"}
    [interrupt] = state.interrupts
    assert (interrupt.value, interrupt.id) == (asked.interrupts[0].value, asked.interrupts[0].id)
    assert state.next == ("ask",)
    assert [(task.name, task.interrupts) for task in state.tasks] == [("ask", (interrupt,))]


def test_an_interrupt_is_answered(remote: Remote, prepared: dict[str, Finished]) -> None:
    config = on_thread(remote.copy(prepared["interrupting"].thread_id))

    answered = remote.invoke("interrupting", Command(resume={"ok": True}), config)

    assert answered == {"topic": "tests", "answer": {"ok": True}}


def test_a_command_updates_the_state_and_says_where_to_go_on(
    remote: Remote, prepared: dict[str, Finished]
) -> None:
    config = on_thread(remote.copy(prepared["counter"].thread_id))

    values = remote.invoke("counter", Command(update={"total": 5}, goto="note"), config)

    assert values["total"] >= 7
    assert "total 7" in values["notes"]


def test_a_failed_run_raises(remote: Remote) -> None:
    with pytest.raises(RemoteException, match="kaboom"):
        remote.invoke("failing", {"x": 1})


def test_one_stream_mode_brings_its_data(remote: Remote) -> None:
    assert remote.stream("counter", {"amount": 2}, stream_mode="updates") == [
        {"add": {"total": 2}},
        {"note": {"notes": ["total 2"]}},
    ]


def test_messages_arrive_in_pieces(remote: Remote) -> None:
    given = {"messages": [{"role": "user", "content": "hi"}]}

    pieces = remote.stream("agent", given, stream_mode="messages")

    assert all(isinstance(piece, tuple) and len(piece) == 2 for piece in pieces)
    text = "".join(m["content"] for m, _ in pieces if m["type"] == "AIMessageChunk")
    assert text.endswith("The tool says: It is sunny in Los Angeles.")
    assert {metadata["langgraph_node"] for _, metadata in pieces} == {"agent", "tools"}


def test_subgraphs_name_their_namespace(remote: Remote) -> None:
    given = {"messages": [{"role": "user", "content": "hi"}], "skip_interrupt": True}

    both = remote.stream("full", given, stream_mode=["updates", "custom"], subgraphs=True)

    assert {mode for _, mode, _ in both} == {"updates", "custom"}
    assert {len(ns) for ns, _, _ in both} == {0, 1, 2}
    deepest = [data for ns, mode, data in both if len(ns) == 2 and mode == "custom"]
    assert deepest == [{"from": "nested"}]


def test_several_stream_modes_bring_parts_and_an_interrupt(remote: Remote) -> None:
    given = {"topic": "remote"}

    parts = remote.stream("interrupting", given, on_thread(), stream_mode=["values", "updates"])

    assert [part.event for part in parts] == ["values", "updates", "values"]
    [[asked], [again]] = [part.data["__interrupt__"] for part in parts[1:]]
    assert asked == again
    assert asked["value"] == {"question": "Go on?", "topic": "remote"}


def test_the_state_is_read_and_updated(remote: Remote, prepared: dict[str, Finished]) -> None:
    config = on_thread(remote.copy(prepared["counter"].thread_id))

    newest = remote.get_state("counter", config)
    updated = remote.update_state("counter", config, {"total": 5}, as_node="add")
    history = remote.history("counter", config)

    assert newest.values == {"amount": 2, "total": 2, "notes": ["total 2"]}
    assert newest.metadata is not None
    assert newest.metadata["source"] == "loop"
    assert newest.parent_config is not None
    assert remote.get_state("counter", newest.config).values == newest.values
    assert updated["configurable"]["checkpoint_id"] == checkpoint_id(history[0])
    assert [state.values["total"] for state in history[:2]] == [7, 2]
    assert history[0].next == ("note",)


def test_the_history_is_limited_and_filtered(remote: Remote, prepared: dict[str, Finished]) -> None:
    config = on_thread(prepared["counter"].thread_id)

    every = remote.history("counter", config)

    assert [state.next for state in every] == [(), ("note",), ("add",), ("__start__",)]
    assert remote.history("counter", config, limit=2) == every[:2]
    assert remote.history("counter", config, before=every[1].config) == every[2:]
    assert remote.history("counter", config, filter={"step": 0}) == [every[2]]


def test_the_state_of_a_subgraph_is_nested_when_asked(
    remote: Remote, prepared: dict[str, Finished]
) -> None:
    config = on_thread(prepared["subgraph_interrupt"].thread_id)

    flat = remote.get_state("subgraph_interrupt", config)
    deep = remote.get_state("subgraph_interrupt", config, subgraphs=True)

    assert isinstance(flat.tasks[0].state, dict)
    assert isinstance(deep.tasks[0].state, StateSnapshot)
    assert deep.tasks[0].state.next == ("ask",)


def test_the_graph_is_drawn(remote: Remote) -> None:
    flat = remote.drawing("full")
    deep = remote.drawing("full", xray=True)

    assert {"__start__", "approve", "child", "finish", "__end__"} <= flat.nodes.keys()
    assert "child:nested:inner" in deep.nodes
    assert ("approve", "finish") in {(edge.source, edge.target) for edge in flat.edges}
    assert "approve" in flat.draw_mermaid()


class Outer(TypedDict, total=False):
    amount: int
    total: int


def test_a_remote_graph_is_a_node_of_a_local_one(remote: Remote) -> None:
    builder = StateGraph(Outer)
    builder.add_node("counter", remote.graph("counter"))
    builder.add_edge(START, "counter")
    builder.add_edge("counter", END)

    values = remote.invoke_local(builder.compile(), {"amount": 4})

    assert values == {"amount": 4, "total": 4}


def checkpoint_id(state: StateSnapshot) -> Any:
    return state.config["configurable"]["checkpoint_id"]
