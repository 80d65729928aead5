"""The graphs of the test server behave as the other tests assume; plain httpx, no SDK."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import httpx_sse
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphwire_core.testing import DevServer

HELLO = {"messages": [{"role": "user", "content": "hi"}]}


class Event(NamedTuple):
    name: str
    data: Any


class Run(NamedTuple):
    thread: str
    events: list[Event]


class Wire:
    """One client of the server, speaking raw HTTP."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def request(self, method: str, path: str, **body: Any) -> Any:
        answer = self.client.request(method, path, json=body or None)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def thread(self) -> str:
        return str(self.request("POST", "/threads", metadata={"by": "test_graphs"})["thread_id"])

    def stream(self, graph: str, *modes: str, thread: str | None = None, **body: Any) -> Run:
        """Run a graph to the end of its stream and return every event."""
        thread = thread or self.thread()
        body |= {"assistant_id": graph, "stream_mode": modes, "stream_subgraphs": True}
        path = f"/threads/{thread}/runs/stream"
        with httpx_sse.connect_sse(self.client, "POST", path, json=body) as source:
            return Run(thread, [Event(event.event, event.json()) for event in source.iter_sse()])

    def resume(self, graph: str, run: Run, answer: Any) -> Any:
        """Answer the interrupts of a run and return the values that the thread ends with."""
        self.stream(graph, "values", thread=run.thread, command={"resume": answer})
        return self.values(run.thread)

    def values(self, thread: str) -> Any:
        return self.request("GET", f"/threads/{thread}/state")["values"]


@pytest.fixture(scope="module")
def wire(server: DevServer) -> Iterator[Wire]:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        yield Wire(client)


ALL_MODES = ("values", "updates", "messages-tuple", "custom", "checkpoints", "tasks", "debug")
ECHOED = {"text": "é\u2028", "none": None, "nested": [1, {"deep": [True, 2.5]}]}
CONFIG = {"tags": ["blue"], "recursion_limit": 7, "configurable": {"tenant": "acme"}}
CONTEXT = {"tenant": "acme", "limits": {"tokens": 9}}
THROUGH = {**HELLO, "skip_interrupt": True}


@pytest.fixture(scope="module")
def runs(wire: Wire) -> dict[str, Run]:
    """One run per scenario, all at once: alone, each would wait a second for an idle queue."""

    def start(graph: str, *modes: str, **body: Any) -> Future[Run]:
        return pool.submit(wire.stream, graph, *modes, **body)

    with ThreadPoolExecutor(8) as pool:
        started = {
            "agent": start("agent", "messages-tuple", input=HELLO),
            "full, all modes": start("full", *ALL_MODES, "events", input=THROUGH),
            "full, messages": start("full", "messages", input=THROUGH),
            "full": start("full", "values", "custom", input=HELLO),
            "interrupting": start("interrupting", "updates", input={"topic": "tea"}),
            "parallel": start("parallel_interrupts", "updates", input={}),
            "subgraph": start("subgraph_interrupt", "updates", input={}),
            "failing": start("failing", "values", input={"x": 1}),
            "failing_subgraph": start("failing_subgraph", "values", input={"x": 1}),
            "slow": start("slow", "custom", input={"count": 3, "delay": 0.01}),
            "echo": start("echo", "values", input={"payload": ECHOED}, config=CONFIG),
            "context": start("echo", "values", input={"payload": 1}, context=CONTEXT),
            "fanout": start("fanout", "updates", input={"count": 4}),
            "counter": start("counter", "values", input={"amount": 3}),
        }
    return {name: future.result() for name, future in started.items()}


def names(events: list[Event]) -> list[str]:
    """Event names with the task ids of their namespaces cut off."""
    return ["|".join(step.partition(":")[0] for step in e.name.split("|")) for e in events]


def test_every_graph_is_served_under_its_name(wire: Wire) -> None:
    found = wire.request("POST", "/assistants/search", limit=100)
    assert {assistant["graph_id"] for assistant in found} >= {
        "agent",
        "counter",
        "duet",
        "echo",
        "failing",
        "failing_subgraph",
        "fanout",
        "full",
        "interrupting",
        "meanwhile",
        "newsroom",
        "parallel_interrupts",
        "recital",
        "slow",
        "subgraph_interrupt",
    }


def test_agent_streams_words_a_tool_call_in_pieces_and_usage(runs: dict[str, Run]) -> None:
    messages = [event.data[0] for event in runs["agent"].events if event.name == "messages"]
    chunks = [message for message in messages if message["type"] == "AIMessageChunk"]
    assert "".join(c["content"] for c in chunks) == (
        "Let me check.The tool says: It is sunny in Los Angeles."
    )
    calls = [call for chunk in chunks for call in chunk["tool_call_chunks"]]
    assert [call["name"] for call in calls if call["name"]] == ["get_weather"]
    assert len(calls) > 2
    assert json.loads("".join(call["args"] for call in calls)) == {"city": "Los Angeles"}
    assert [m["name"] for m in messages if m["type"] == "tool"] == ["get_weather"]
    assert chunks[-1]["usage_metadata"]["total_tokens"] == 12
    assert len({chunk["id"] for chunk in chunks}) == 2


def test_full_covers_every_stream_mode_two_subgraphs_deep(runs: dict[str, Run]) -> None:
    seen = names(runs["full, all modes"].events)
    for mode in ("values", "updates", "messages", "custom", "checkpoints", "tasks", "debug"):
        assert mode in seen
        assert f"{mode}|child|nested" in seen
    assert seen[0] == "metadata"
    assert "custom|child" in seen
    assert "events" in seen
    assert "error" not in seen


def test_full_streams_whole_messages_that_grow(runs: dict[str, Run]) -> None:
    events = runs["full, messages"].events
    assert {"messages/metadata", "messages/partial", "messages/complete"} <= set(names(events))
    partial = [e.data[0]["content"] for e in events if e.name == "messages/partial"]
    assert partial[:3] == ["Hello", "Hello there", "Hello there world"]


def test_full_interrupts_and_finishes_when_resumed(wire: Wire, runs: dict[str, Run]) -> None:
    run = runs["full"]
    custom = [event.data for event in run.events if event.name.startswith("custom")]
    assert custom[:3] == [{"step": 1, "of": 3}, "a plain string", 3]
    assert custom[3:] == [{"from": "child"}, {"from": "nested"}]
    assert run.events[-1].data["__interrupt__"][0]["value"] == {"question": "Are we good?"}
    values = wire.resume("full", run, {"fine": True})
    assert values["answer"] == {"fine": True}
    assert values["items"] == ["stream_message", "ask_tool", "emit", "finish"]
    assert values["trail"] == ["outer", "inner"]


def test_interrupting_ends_with_the_answer(wire: Wire, runs: dict[str, Run]) -> None:
    run = runs["interrupting"]
    (interrupt,) = run.events[-1].data["__interrupt__"]
    assert interrupt["value"] == {"question": "Go on?", "topic": "tea"}
    assert interrupt["id"]
    assert wire.request("GET", f"/threads/{run.thread}")["status"] == "interrupted"
    assert wire.resume("interrupting", run, "yes") == {"topic": "tea", "answer": "yes"}


def test_parallel_interrupts_are_answered_by_id(wire: Wire, runs: dict[str, Run]) -> None:
    run = runs["parallel"]
    asked = [interrupt for event in run.events[1:] for interrupt in event.data["__interrupt__"]]
    assert sorted(interrupt["value"] for interrupt in asked) == ["A?", "B?"]
    answers = {interrupt["id"]: interrupt["value"].lower() for interrupt in asked}
    values = wire.resume("parallel_interrupts", run, answers)
    assert sorted(values["answers"]) == ["a: a?", "b: b?"]


def test_subgraph_interrupt_shows_in_the_subgraph_and_at_the_root(
    wire: Wire, runs: dict[str, Run]
) -> None:
    run = runs["subgraph"]
    assert names(run.events) == ["metadata", "updates|child", "updates"]
    assert run.events[1].data == run.events[2].data
    assert run.events[2].data["__interrupt__"][0]["value"] == {"question": "Deep down?"}
    assert wire.resume("subgraph_interrupt", run, 7) == {"answer": 7, "done": True}


@pytest.mark.parametrize("graph", ["failing", "failing_subgraph"])
def test_failing_graphs_end_in_an_error_event(wire: Wire, runs: dict[str, Run], graph: str) -> None:
    thread, events = runs[graph]
    assert events[-1] == Event("error", {"error": "ValueError", "message": "kaboom"})
    assert ("values|child" in names(events)) == (graph == "failing_subgraph")
    (run,) = wire.request("GET", f"/threads/{thread}/runs")
    assert run["status"] == "error"
    assert wire.values(thread) == {"x": 2}


def test_slow_counts_as_far_as_its_input_says(runs: dict[str, Run]) -> None:
    assert [event.data for event in runs["slow"].events[1:]] == [{"i": 0}, {"i": 1}, {"i": 2}]


def test_slow_can_be_cancelled_while_it_runs(wire: Wire) -> None:
    thread = wire.thread()
    body = {"assistant_id": "slow", "stream_mode": "custom", "input": {"count": 500, "delay": 0.1}}
    path = f"/threads/{thread}/runs"
    with httpx_sse.connect_sse(wire.client, "POST", f"{path}/stream", json=body) as source:
        events = source.iter_sse()
        run_id = next(events).json()["run_id"]
        assert next(events).json() == {"i": 0}
        wire.request("POST", f"{path}/{run_id}/cancel?wait=true&action=interrupt")
        assert len(list(events)) < 400
    assert wire.request("GET", f"{path}/{run_id}")["status"] == "interrupted"


def test_echo_gives_back_input_and_config(runs: dict[str, Run]) -> None:
    values = runs["echo"].events[-1].data
    assert values["received"] == ECHOED
    assert values["seen_config"]["configurable"]["tenant"] == "acme"
    assert values["seen_config"]["tags"] == ["blue"]
    assert values["seen_config"]["recursion_limit"] == 7


def test_echo_gives_back_the_context(runs: dict[str, Run]) -> None:
    assert runs["context"].events[-1].data["seen_context"] == CONTEXT


def test_fanout_runs_each_worker_in_a_namespace_of_its_own(runs: dict[str, Run]) -> None:
    events = runs["fanout"].events
    assert len({event.name for event in events if event.name.startswith("updates|worker:")}) == 4
    notes = [note for e in events if e.name == "updates" for note in e.data["worker"]["notes"]]
    assert sorted(notes) == ["worker 0", "worker 1", "worker 2", "worker 3"]


def test_counter_keeps_a_history_that_can_be_added_to(wire: Wire, runs: dict[str, Run]) -> None:
    thread = runs["counter"].thread
    wire.request("POST", f"/threads/{thread}/state", values={"total": 10}, as_node="add")
    assert wire.values(thread)["total"] == 13
    history = wire.request("GET", f"/threads/{thread}/history?limit=10")
    assert [state["next"] for state in history] == [["note"], [], ["note"], ["add"], ["__start__"]]


def test_crons_fire_and_webhooks_reach_the_loopback(wire: Wire) -> None:
    with webhooks() as (url, received):
        cron = wire.request(
            "POST",
            "/runs/crons",
            assistant_id="counter",
            schedule="* * * * * *",
            input={"amount": 1},
            webhook=url,
        )
        payload = received.get(timeout=30)
        wire.request("DELETE", f"/runs/crons/{cron['cron_id']}")
    assert payload["status"] == "success"
    assert payload["kwargs"]["input"] == {"amount": 1}


@contextmanager
def webhooks() -> Iterator[tuple[str, Queue[Any]]]:
    """Listen on a free loopback port; what is posted there lands in the queue."""
    received: Queue[Any] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.end_headers()
            received.put(json.loads(body))

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output of the tests clean."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as listener:
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.server_port}/hook", received
        finally:
            listener.shutdown()
            thread.join()
