"""What the real server sends today is read, whole and typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.strictness import assert_strict
from websockets.sync.client import ClientConnection, connect

from graphwire_core._json import encode_json
from graphwire_core.testing import DevServer
from graphwire_stream.protocol import (
    AgentGetTree,
    Command,
    CommandFailure,
    CommandSuccess,
    Event,
    EventStreamRequest,
    InputRequestedEvent,
    InputRespond,
    InputRespondMany,
    InputResponse,
    LifecycleEvent,
    OtherCommand,
    RunStart,
    SubscriptionReconnect,
    SubscriptionSubscribe,
    SubscriptionUnsubscribe,
    UnknownEvent,
    read_frame,
)

CHANNELS = ("lifecycle", "values", "updates", "messages", "tools", "input", "custom")
ENDS = {"completed", "failed", "interrupted"}
PATIENCE = 60.0
"""Seconds that the server may be silent, heartbeats included, before a test fails."""


@pytest.fixture
def thread(server: DevServer) -> Iterator[httpx.Client]:
    url = f"{server.url}/threads/{uuid4()}"
    with httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False) as client:
        yield client


def asked(thread: httpx.Client, command: Command[Any]) -> CommandSuccess | CommandFailure:
    """Send a command over HTTP."""
    answer = thread.post("/commands", content=encode_json(command.to_wire()))
    response = read_frame(answer.json())
    assert isinstance(response, CommandSuccess | CommandFailure)
    assert response.id == command.id
    assert_strict(response)
    return response


def done(thread: httpx.Client, command: Command[Any]) -> CommandSuccess:
    response = asked(thread, command)
    assert isinstance(response, CommandSuccess), response
    return response


def events(thread: httpx.Client, runs: int = 1, asks: int = 0) -> list[Event]:
    """Read the events of the thread until its root graph has ended `runs` times and asked enough.

    The second of two parallel questions comes after the end of the root graph.
    """
    found: list[Event] = []
    body = encode_json(EventStreamRequest(channels=CHANNELS).to_wire())
    with thread.stream("POST", "/stream/events", content=body) as response:
        for line in response.iter_lines():
            if not line.startswith("data:"):
                continue
            sent = json.loads(line.removeprefix("data:"))
            event = read_frame(sent)
            assert isinstance(event, Event)
            assert not isinstance(event, UnknownEvent), event
            assert event.model_dump(mode="json", exclude_unset=True) == sent
            assert_strict(event)
            found.append(event)
            ends = sum(map(ends_the_root, found))
            if ends == runs and len(questions(found)) >= asks:
                break
    return found


def ends_the_root(event: Event) -> bool:
    return isinstance(event, LifecycleEvent) and not event.namespace and event.data.event in ENDS


def questions(found: list[Event]) -> list[InputRequestedEvent]:
    return [event for event in found if isinstance(event, InputRequestedEvent)]


@pytest.mark.parametrize(
    ("graph", "end"),
    [
        ("agent", "completed"),
        ("full", "completed"),
        ("fanout", "completed"),
        ("failing", "failed"),
        ("failing_subgraph", "failed"),
        ("parallel_interrupts", "interrupted"),
        ("subgraph_interrupt", "interrupted"),
    ],
)
def test_every_event_of_a_run_is_read(thread: httpx.Client, graph: str, end: str) -> None:
    start = RunStart(
        id=1,
        assistant_id=graph,
        input={"messages": [{"role": "user", "content": "hi"}], "skip_interrupt": True},
        config={"recursion_limit": 50},
        metadata={"test": "protocol"},
        multitask_strategy="reject",
    )

    run = start.read_result(done(thread, start))
    found = events(thread)

    assert run.run_id
    last = found[-1]
    assert isinstance(last, LifecycleEvent)
    assert (last.data.event, last.data.graph_name) == (end, graph)


def test_answers_are_taken_one_by_one_and_together(thread: httpx.Client) -> None:
    done(thread, RunStart(id=1, assistant_id="parallel_interrupts", input={}))
    first, second = questions(events(thread, asks=2))

    wrong = InputRespond(id=2, interrupt_id="none", namespace=[], response=1)
    refused = asked(thread, wrong)
    assert isinstance(refused, CommandFailure)
    assert refused.error == "no_such_interrupt"

    answers = [
        InputResponse(
            interrupt_id=event.data.interrupt_id,
            namespace=event.namespace,
            response=event.data.payload,
        )
        for event in (first, second)
    ]
    many = InputRespondMany(id=3, responses=answers, metadata={"answered": True})
    assert list(many.read_result(done(thread, many))) == []
    last = events(thread, runs=2)[-1]
    assert isinstance(last, LifecycleEvent)
    assert last.data.event == "completed"


def test_an_answer_changes_the_state_in_the_same_step(thread: httpx.Client) -> None:
    done(thread, RunStart(id=1, assistant_id="subgraph_interrupt", input={}))
    [question] = questions(events(thread))

    answer = InputRespond(
        id=2,
        interrupt_id=question.data.interrupt_id,
        namespace=question.namespace,
        response="deep",
        update={"done": False},
        config={"tags": ["answered"]},
    )
    done(thread, answer)
    last = events(thread, runs=2)[-1]

    assert isinstance(last, LifecycleEvent)
    assert last.data.event == "completed"


@pytest.mark.parametrize(
    "method", ["input.inject", "state.get", "state.listCheckpoints", "state.fork"]
)
def test_the_server_knows_none_of_the_commands_without_a_model(
    thread: httpx.Client, method: str
) -> None:
    refused = asked(thread, OtherCommand(id=1, method=method, params={"namespace": []}))

    assert isinstance(refused, CommandFailure)
    assert refused.error == "unknown_command"


def received(socket: ClientConnection) -> Event | CommandSuccess | CommandFailure:
    sent = json.loads(socket.recv(timeout=PATIENCE))
    found = read_frame(sent)
    assert not isinstance(found, UnknownEvent), found
    assert found.model_dump(mode="json", exclude_unset=True) == sent
    assert_strict(found)
    return found


def answered(socket: ClientConnection, command: Command[Any]) -> CommandSuccess:
    """Send a command over WebSocket, and leave out the events before its answer."""
    socket.send(encode_json(command.to_wire()).decode())
    while True:
        found = received(socket)
        if not isinstance(found, Event):
            assert isinstance(found, CommandSuccess), found
            assert found.id == command.id
            return found


def test_every_frame_of_a_websocket_is_read(server: DevServer) -> None:
    url = f"{server.url.replace('http', 'ws')}/threads/{uuid4()}/stream/events"
    with connect(url, open_timeout=PATIENCE, proxy=None) as socket:
        subscribe = SubscriptionSubscribe(id=1, channels=CHANNELS)
        assert subscribe.read_result(answered(socket, subscribe)).replayed_events == 0
        given = {"messages": [{"role": "user", "content": "hi"}], "skip_interrupt": True}
        answered(socket, RunStart(id=2, assistant_id="full", input=given))
        while not (isinstance(event := received(socket), Event) and ends_the_root(event)):
            pass

        get_tree = AgentGetTree(id=3)
        tree = get_tree.read_result(answered(socket, get_tree)).tree
        assert (tree.graph_name, tree.status, tree.namespace) == ("full", "completed", ())
        assert len(tree.children[0].children[0].namespace) == 2

        again = SubscriptionReconnect(id=4, channels=["lifecycle"], since=0, subscription_id="mine")
        restored = again.read_result(answered(socket, again))
        assert restored.subscription_id == "mine"
        assert restored.replayed_events > 0
        answered(socket, SubscriptionUnsubscribe(id=5, subscription_id="mine"))
