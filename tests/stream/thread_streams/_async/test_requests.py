"""What a thread stream sends, request by request, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.core.recording import (
    BASE,
    AsyncRecordingTransport,
    Recorder,
    Reply,
    json_reply,
)

from graphwire import AsyncClient, get_client
from graphwire.errors import (
    BadRequestError,
    NotFoundError,
    StreamError,
    StreamProtocolError,
    UnprocessableEntityError,
)
from graphwire_stream import AsyncThreadStream

THREAD = "00000000-0000-0000-0000-00000000000a"
COMMANDS = f"POST /threads/{THREAD}/commands"
STATE = f"GET /threads/{THREAD}/state?subgraphs=true"
QUESTION = {"id": "i-1", "value": "Go on?"}
RUN = {
    "run_id": "r-2",
    "thread_id": THREAD,
    "assistant_id": "asst",
    "created_at": "2026-01-02T03:04:05+00:00",
    "updated_at": "2026-01-02T03:04:05+00:00",
    "status": "pending",
    "metadata": {},
}


def success(number: int = 1, **result: Any) -> Reply:
    return json_reply({"type": "success", "id": number, "result": result})


def failure(code: str, message: str) -> Reply:
    return json_reply({"type": "error", "id": 1, "error": code, "message": message})


def asking(*questions: dict[str, Any]) -> Reply:
    task = {"id": "t-1", "name": "ask", "interrupts": questions}
    return json_reply({"values": {}, "next": ["ask"], "tasks": [task]})


def client_of(recorder: Recorder) -> AsyncClient:
    return get_client(BASE, transport=AsyncRecordingTransport(recorder), api_key=None, retry=None)


STARTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"input": {"x": None}}, {"input": {"x": None}}),
    (
        {
            "config": {"configurable": {"checkpoint_id": "c"}},
            "metadata": {"m": 1},
            "langsmith_tracing": {"project_name": "p"},
            "multitask_strategy": "interrupt",
        },
        {
            "config": {"configurable": {"checkpoint_id": "c"}},
            "metadata": {"m": 1},
            "langsmith_tracer": {"project_name": "p"},
            "multitaskStrategy": "interrupt",
        },
    ),
]


@pytest.mark.parametrize(("given", "sent"), STARTS)
async def test_a_start_sends_what_was_given(given: dict[str, Any], sent: dict[str, Any]) -> None:
    recorder = Recorder(success(run_id="r-1"))
    async with client_of(recorder) as client, client.threads.stream(assistant_id="asst") as thread:
        assert (await thread.run.start(**given)).run_id == "r-1"

    assert recorder.lines == [f"POST /threads/{thread.thread_id}/commands"]
    params = {"assistant_id": "asst", **sent}
    assert recorder.bodies == [{"id": 1, "method": "run.start", "params": params}]


async def test_what_is_asked_for_first_is_subscribed_before_the_run_starts() -> None:
    events = Reply(b"", headers={"content-type": "text/event-stream"})
    recorder = Recorder(events, success(run_id="r-1"))
    async with (
        client_of(recorder) as client,
        client.threads.stream(assistant_id="asst", headers={"x-tenant": "acme"}) as thread,
    ):
        assert thread.extensions["progress"] is not None
        assert thread.values is not None
        await thread.run.start(input=1)

    [subscription, _] = recorder.requests
    assert recorder.lines[0] == f"POST /threads/{thread.thread_id}/stream/events"
    assert recorder.bodies[0] == {"channels": ["custom:progress", "input", "lifecycle", "values"]}
    assert subscription.headers["accept"] == "text/event-stream"
    assert [request.headers["x-tenant"] for request in recorder.requests] == ["acme", "acme"]


async def test_an_input_for_a_thread_that_may_be_interrupted_looks_first() -> None:
    answers = asking(), success(run_id="r-1"), asking(QUESTION), success(2, run_id="r-2")
    recorder = Recorder(*answers)
    async with (
        client_of(recorder) as client,
        client.threads.stream(THREAD, assistant_id="asst") as thread,
    ):
        await thread.run.start(input=1)
        with pytest.raises(StreamError, match="is interrupted"):
            await thread.run.start(input=2)
        await thread.run.start(input=3, resume=True)

    assert recorder.lines == [STATE, COMMANDS, STATE, COMMANDS]
    assert [body["params"]["input"] for body in recorder.bodies if body] == [1, 3]


async def test_an_answer_sends_what_was_given() -> None:
    answers = asking(QUESTION), success(), json_reply([RUN])
    recorder = Recorder(*answers)
    async with (
        client_of(recorder) as client,
        client.threads.stream(THREAD, assistant_id="asst") as thread,
    ):
        await thread.run.respond(
            None, update={"u": 1}, goto="node", config={"tags": ["t"]}, metadata={"m": 1}
        )
        assert "run=r-2" in repr(thread)

    assert recorder.lines == [STATE, COMMANDS, f"GET /threads/{THREAD}/runs?limit=1"]
    assert recorder.bodies[1] == {
        "id": 1,
        "method": "input.respond",
        "params": {
            "interrupt_id": "i-1",
            "namespace": [],
            "response": None,
            "update": {"u": 1},
            "goto": "node",
            "config": {"tags": ["t"]},
            "metadata": {"m": 1},
        },
    }


async def test_all_answers_go_in_one_command() -> None:
    other = {"id": "i-2", "value": "Sure?"}
    recorder = Recorder(asking(QUESTION, other), success(), json_reply([RUN]))
    async with (
        client_of(recorder) as client,
        client.threads.stream(THREAD, assistant_id="asst") as thread,
    ):
        await thread.run.respond_all({"i-2": {"yes": True}, "i-1": None})

    assert recorder.bodies[1]["params"] == {
        "responses": [
            {"interrupt_id": "i-2", "namespace": [], "response": {"yes": True}},
            {"interrupt_id": "i-1", "namespace": [], "response": None},
        ]
    }


async def test_the_tree_of_the_agent_is_the_graph_of_its_assistant() -> None:
    recorder = Recorder(json_reply({"nodes": [], "edges": []}))
    async with (
        client_of(recorder) as client,
        client.threads.stream(assistant_id="asst", headers={"x-a": "1"}) as thread,
    ):
        await thread.agent.get_tree(xray=2, headers={"x-b": "2"}, params={"z": 1})

    assert recorder.lines == ["GET /assistants/asst/graph?xray=2&z=1"]
    headers = recorder.requests[0].headers
    assert (headers["x-a"], headers["x-b"]) == ("1", "2")


REFUSALS: list[tuple[Reply, type[Exception], str]] = [
    (failure("invalid_argument", "no"), BadRequestError, "no"),
    (failure("no_such_run", "none"), NotFoundError, "none"),
    (
        failure("unknown_error", "422: Invalid assistant"),
        UnprocessableEntityError,
        "Invalid assistant",
    ),
    (failure("unsupported", "too old"), StreamError, "refused the command: unsupported: too old"),
    (success(9, run_id="r"), StreamProtocolError, "is not one to command 1"),
    (json_reply([]), StreamProtocolError, "expected an object, got list"),
    (success(), StreamProtocolError, "malformed response to run.start"),
]


@pytest.mark.parametrize(("reply", "kind", "message"), REFUSALS)
async def test_a_command_that_is_refused_says_why(
    reply: Reply, kind: type[Exception], message: str
) -> None:
    recorder = Recorder(reply)
    async with client_of(recorder) as client, client.threads.stream(assistant_id="asst") as thread:
        with pytest.raises(kind, match=message):
            await thread.run.start(input=1)
        assert "no run" in repr(thread)


Answer = Callable[[AsyncThreadStream], Any]
LIST: Any = [1]
WRONG: dict[str, tuple[Answer, str]] = {
    "update": (lambda thread: thread.run.respond(1, update=LIST), "update: expected a mapping"),
    "goto": (lambda thread: thread.run.respond(1, goto=3), "goto: expected the name of a node"),
    "interrupt_id": (
        lambda thread: thread.run.respond(1, interrupt_id="other"),
        "no open interrupt 'other'; open are: i-1",
    ),
    "no responses": (
        lambda thread: thread.run.respond_all({}),
        "responses: expected at least one response",
    ),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_answer_is_refused_before_it_is_sent(name: str) -> None:
    recorder = Recorder(asking(QUESTION))
    call, message = WRONG[name]
    async with (
        client_of(recorder) as client,
        client.threads.stream(THREAD, assistant_id="asst") as thread,
    ):
        with pytest.raises((StreamError, ValueError), match=message):
            await call(thread)

    assert recorder.lines == [STATE]
