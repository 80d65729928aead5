"""Commands are checked when they are made, and say what was set and nothing else."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_type
from uuid import UUID

import pytest
from pydantic import ValidationError
from tests.stream.protocol.frames import read
from tests.stream.protocol.recorded import WEBSOCKET, commands_of, exchanges, frames_of

from graphwire_core._json import encode_json
from graphwire_core.errors import InvalidArgumentError, StreamProtocolError
from graphwire_core.models import Config, LangSmithTracing, Send
from graphwire_stream.protocol import (
    AgentGetTree,
    AgentTree,
    Command,
    CommandResult,
    CommandSuccess,
    EventStreamRequest,
    InputRespond,
    InputRespondMany,
    InputResponse,
    OtherCommand,
    RunStart,
    RunStarted,
    Subscribed,
    SubscriptionReconnect,
    SubscriptionSubscribe,
    SubscriptionUnsubscribe,
)

MODELS: dict[str, type[Command[Any]]] = {
    "run.start": RunStart,
    "input.respond": InputRespond,
    "agent.getTree": AgentGetTree,
    "subscription.subscribe": SubscriptionSubscribe,
    "subscription.unsubscribe": SubscriptionUnsubscribe,
    "subscription.reconnect": SubscriptionReconnect,
}


def served(path: Path) -> list[dict[str, Any]]:
    """Return the commands of a transcript that succeeded."""
    done = {sent["id"] for sent in frames_of(path) if sent["type"] == "success"}
    return [command for command in commands_of(path) if command["id"] in done]


SERVED = [
    exchange["request"] for exchange in exchanges() if exchange["response"].get("type") == "success"
] + [command for path in WEBSOCKET for command in served(path)]
UNUSED_BY_THE_SERVER = {"subscription.subscribe": {"since"}, "subscription.reconnect": {"run_id"}}


def made(command: dict[str, Any]) -> Command[Any]:
    """Make the model of a recorded command."""
    params = dict(command["params"])
    for unused in UNUSED_BY_THE_SERVER.get(command["method"], set()):
        params.pop(unused, None)
    if "multitaskStrategy" in params:
        params["multitask_strategy"] = params.pop("multitaskStrategy")
    model = InputRespondMany if "responses" in params else MODELS[command["method"]]
    return model(id=command["id"], **params)


@pytest.mark.parametrize("command", SERVED, ids=lambda command: str(command["method"]))
def test_every_command_that_the_server_was_seen_to_serve_can_be_made(
    command: dict[str, Any],
) -> None:
    wire = made(command).to_wire()

    unused = UNUSED_BY_THE_SERVER.get(command["method"], set())
    params = {key: value for key, value in command["params"].items() if key not in unused}
    assert json.loads(encode_json(wire)) == {**command, "params": params}


def test_the_recorded_commands_are_of_every_method() -> None:
    assert {command["method"] for command in SERVED} == MODELS.keys()
    assert any("responses" in command["params"] for command in SERVED)


def test_only_what_was_set_is_sent() -> None:
    assert RunStart(id=1, assistant_id="agent").to_wire() == {
        "id": 1,
        "method": "run.start",
        "params": {"assistant_id": "agent"},
    }
    assert AgentGetTree(id=2).to_wire() == {"id": 2, "method": "agent.getTree", "params": {}}


def test_a_command_is_sent_as_it_is_on_the_wire() -> None:
    command = RunStart(
        id=1,
        assistant_id=UUID(int=7),
        input={"messages": []},
        config=Config(tags=["a"]),
        metadata={"owner": "me"},
        langsmith_tracer=LangSmithTracing(project_name="p"),
        multitask_strategy="reject",
    )
    wire = {
        "id": 1,
        "method": "run.start",
        "params": {
            "assistant_id": str(UUID(int=7)),
            "input": {"messages": []},
            "config": {"tags": ["a"]},
            "metadata": {"owner": "me"},
            "langsmith_tracer": {"project_name": "p"},
            "multitaskStrategy": "reject",
        },
    }

    assert json.loads(encode_json(command.to_wire())) == wire
    assert json.loads(encode_json(command)) == wire
    assert json.loads(command.model_dump_json(exclude_unset=True)) == wire


def test_an_answer_may_change_the_state_and_the_course() -> None:
    one = InputRespond(
        id=1,
        interrupt_id="i",
        namespace=("child:1",),
        response=None,
        update={"a": 1},
        goto=["one", Send(node="two", input=2), {"node": "three"}],
        config={"tags": []},
        metadata={},
    )

    assert json.loads(encode_json(one.to_wire()))["params"] == {
        "interrupt_id": "i",
        "namespace": ["child:1"],
        "response": None,
        "update": {"a": 1},
        "goto": ["one", {"node": "two", "input": 2}, {"node": "three"}],
        "config": {"tags": []},
        "metadata": {},
    }


def test_several_answers_go_together() -> None:
    many = InputRespondMany(
        id=1,
        responses=[
            InputResponse(interrupt_id="i", namespace=[], response=None),
            InputResponse(interrupt_id="j", namespace=["child:1"], response={"yes": True}),
        ],
        goto="node",
    )

    assert many.to_wire()["params"] == {
        "responses": [
            {"interrupt_id": "i", "namespace": [], "response": None},
            {"interrupt_id": "j", "namespace": ["child:1"], "response": {"yes": True}},
        ],
        "goto": "node",
    }


def test_none_is_sent_only_where_it_means_something() -> None:
    start = RunStart(id=1, assistant_id="a", input=None, config=None, metadata=None)
    answer = InputRespond(id=1, interrupt_id="i", namespace=[], response=None, goto=None)

    assert start.to_wire()["params"] == {"assistant_id": "a", "input": None}
    assert answer.to_wire()["params"] == {"interrupt_id": "i", "namespace": [], "response": None}
    assert EventStreamRequest(channels=["values"], since=None).to_wire() == {"channels": ["values"]}


def test_free_form_values_are_sent_by_the_encoder_and_not_touched_before() -> None:
    @dataclass
    class Question:
        text: str

    question = Question("why")
    command = RunStart(id=1, assistant_id="a", input={"question": question})

    assert command.to_wire()["params"]["input"]["question"] is question
    assert b'"input":{"question":{"text":"why"}}' in encode_json(command.to_wire())


def test_the_error_of_a_value_without_a_json_form_names_the_path_to_it() -> None:
    command = RunStart(id=1, assistant_id="a", input={"callback": print})

    with pytest.raises(InvalidArgumentError, match=r"params\.input\.callback"):
        encode_json(command.to_wire())


def test_a_subscription_says_what_it_is_for() -> None:
    subscribe = SubscriptionSubscribe(
        id=1, channels=("values", "custom:x", "values"), namespaces=[[], ("child",)], depth=0
    )
    reconnect = SubscriptionReconnect(id=2, channels=["values"], since=0, subscription_id="mine")
    stream = EventStreamRequest(channels={"input"}, namespaces=[], depth=1, since=3)

    asked = {"channels": ["values", "custom:x"], "namespaces": [[], ["child"]], "depth": 0}
    assert subscribe.to_wire()["params"] == asked
    assert reconnect.to_wire()["params"] == {
        "channels": ["values"],
        "since": 0,
        "subscription_id": "mine",
    }
    assert stream.to_wire() == {"channels": ["input"], "namespaces": [], "depth": 1, "since": 3}


def test_a_command_that_has_no_model_is_sent_as_plain_data() -> None:
    command = OtherCommand(id=1, method="state.get", params={"namespace": []})

    assert command.to_wire() == {"id": 1, "method": "state.get", "params": {"namespace": []}}
    assert OtherCommand(id=2, method="state.fork").to_wire()["params"] == {}


BAD: list[tuple[Callable[..., object], dict[str, Any], str]] = [
    (RunStart, {"id": True}, "id: expected an int of 0 or more, got bool True"),
    (RunStart, {"id": -1}, "id: expected an int of 0 or more, got int -1"),
    (RunStart, {"id": None}, "id: expected an int of 0 or more, got NoneType None"),
    (RunStart, {"method": "x"}, "method: expected 'run.start', got str 'x'"),
    (RunStart, {"assistant_id": " "}, "assistant_id: expected an id, got an empty string"),
    (RunStart, {"assistant_id": 3}, "assistant_id: expected an id (str or uuid.UUID), got int 3"),
    (RunStart, {"config": "x"}, "config: expected a mapping, got str 'x'"),
    (RunStart, {"metadata": [1]}, "metadata: expected a mapping, got list [1]"),
    (RunStart, {"langsmith_tracer": 3}, "langsmith_tracer: expected a LangSmithTracing, got int 3"),
    (
        RunStart,
        {"langsmith_tracer": {"x": "y"}},
        "langsmith_tracer.x: expected a known field, got str 'y'",
    ),
    (
        RunStart,
        {"multitask_strategy": "wait"},
        (
            "multitask_strategy: expected one of 'reject', 'interrupt', 'rollback', 'enqueue',"
            " got str 'wait'"
        ),
    ),
    (InputRespond, {"interrupt_id": ""}, "interrupt_id: expected an id, got an empty string"),
    (InputRespond, {"namespace": "child"}, "namespace: expected a list of str, got str 'child'"),
    (InputRespond, {"namespace": None}, "namespace: expected a list of str, got NoneType None"),
    (InputRespond, {"namespace": ["a", 1]}, "namespace[1]: expected a str, got int 1"),
    (InputRespond, {"update": [1]}, "update: expected a mapping, got list [1]"),
    (
        InputRespond,
        {"goto": ["a", {"name": "b"}]},
        (
            "goto[1]: expected the name of a node, a Send or a mapping with a node,"
            " got dict {'name': 'b'}"
        ),
    ),
    (
        InputRespond,
        {"goto": ""},
        "goto: expected the name of a node, a Send or a mapping with a node, got str ''",
    ),
    (InputRespondMany, {"responses": []}, "responses: expected at least one response, got none"),
    (InputRespondMany, {"responses": 3}, "responses: expected a list, got int 3"),
    (InputRespondMany, {"responses": [3]}, "responses[0]: expected an InputResponse, got int 3"),
    (
        InputRespondMany,
        {"responses": [{"interrupt_id": "i", "namespace": [], "response": 1}] * 2},
        "responses[1].interrupt_id: expected one answer to each, got str 'i'",
    ),
    (
        InputRespondMany,
        {"responses": [{"interrupt_id": "i", "namespace": [3], "response": 1}]},
        "responses[0].namespace[0]: expected a str, got int 3",
    ),
    (
        InputRespondMany,
        {"responses": [{"interrupt_id": "i", "namespace": []}]},
        "responses[0].response: expected a value, got none",
    ),
    (InputResponse, {"interrupt_id": 3}, "interrupt_id: expected an id (str or uuid.UUID)"),
    (SubscriptionSubscribe, {"channels": []}, "channels: expected at least one channel: one of"),
    (SubscriptionSubscribe, {"channels": ["values", "x"]}, "channels[1]: expected one of 'values'"),
    (SubscriptionSubscribe, {"depth": -1}, "depth: expected an int of 0 or more, got int -1"),
    (
        SubscriptionSubscribe,
        {"namespaces": ["a"]},
        "namespaces[0]: expected a list of str, got str 'a'",
    ),
    (SubscriptionSubscribe, {"namespaces": [[], [1]]}, "namespaces[1][0]: expected a str, got int"),
    (SubscriptionSubscribe, {"namespaces": "a"}, "namespaces: expected a list of namespaces, got"),
    (SubscriptionReconnect, {"since": None}, "since: expected an int of 0 or more, got NoneType"),
    (SubscriptionReconnect, {"since": 1.0}, "since: expected an int of 0 or more, got float 1.0"),
    (SubscriptionUnsubscribe, {"subscription_id": ""}, "subscription_id: expected an id, got an"),
    (EventStreamRequest, {"since": -1}, "since: expected an int of 0 or more, got int -1"),
    (OtherCommand, {"params": [1]}, "params: expected a mapping, got list [1]"),
    (OtherCommand, {"method": 3}, "method: expected a str, got int 3"),
]
GOOD: dict[Callable[..., object], dict[str, Any]] = {
    RunStart: {"id": 1, "assistant_id": "a"},
    InputRespond: {"id": 1, "interrupt_id": "i", "namespace": [], "response": 1},
    InputRespondMany: {
        "id": 1,
        "responses": [{"interrupt_id": "i", "namespace": [], "response": 1}],
    },
    InputResponse: {"interrupt_id": "i", "namespace": [], "response": 1},
    SubscriptionSubscribe: {"id": 1, "channels": ["values"]},
    SubscriptionReconnect: {"id": 1, "channels": ["values"], "since": 0},
    SubscriptionUnsubscribe: {"id": 1, "subscription_id": "s"},
    EventStreamRequest: {"channels": ["values"]},
    OtherCommand: {"id": 1, "method": "state.get"},
}


@pytest.mark.parametrize(("model", "bad", "message"), BAD)
def test_a_bad_value_is_an_error_that_names_the_argument(
    model: Callable[..., object], bad: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        model(**{**GOOD[model], **bad})

    assert caught.value.message.startswith(message)


@pytest.mark.parametrize("model", GOOD)
def test_an_unknown_or_missing_keyword_is_an_error(model: Callable[..., object]) -> None:
    required = next(key for key in reversed(GOOD[model]))

    with pytest.raises(TypeError, match=r"got an unexpected keyword argument 'colour'"):
        model(**GOOD[model], colour="red")
    with pytest.raises(TypeError, match=f"is missing the argument '{required}'"):
        model(**{key: value for key, value in GOOD[model].items() if key != required})


def test_a_command_does_not_change_and_survives_pickling() -> None:
    command = InputRespond(id=1, interrupt_id="i", namespace=["a"], response={"a": 1})

    with pytest.raises(ValidationError, match="frozen"):
        setattr(command, "id", 2)  # noqa: B010  # a checker refuses the assignment itself
    assert pickle.loads(pickle.dumps(command)) == command


def success(**result: Any) -> CommandSuccess:
    return read(CommandSuccess, {"type": "success", "id": 1, "result": result})


def test_a_command_reads_what_it_gave() -> None:
    start = RunStart(id=1, assistant_id="a").read_result(success(run_id="r"))
    subscribe = SubscriptionSubscribe(id=1, channels=["values"]).read_result(
        success(subscription_id="s", replayed_events=3)
    )
    nothing = SubscriptionUnsubscribe(id=1, subscription_id="s").read_result(success())
    other = OtherCommand(id=1, method="state.get").read_result(success(values={"a": 1}))

    assert_type(start, RunStarted)
    assert_type(subscribe, Subscribed)
    assert (type(start), start.run_id) == (RunStarted, "r")
    assert (type(subscribe), subscribe.subscription_id) == (Subscribed, "s")
    assert subscribe.replayed_events == 3
    assert (type(nothing), list(nothing)) == (CommandResult, [])
    assert other["values"] == {"a": 1}


def test_a_tree_holds_the_graphs_of_a_run() -> None:
    child = {"namespace": ["child:1"], "status": "running", "graph_name": "child"}
    tree = {"namespace": [], "status": "running", "graph_name": "full", "children": [child]}

    found = AgentGetTree(id=1).read_result(success(tree=tree))

    assert type(found) is AgentTree
    assert found.tree.children[0].namespace == ("child:1",)
    assert found.tree.children[0].children == ()
    assert found.model_dump(mode="json", exclude_unset=True) == {"tree": tree}


def test_a_result_of_another_command_is_an_error() -> None:
    with pytest.raises(StreamProtocolError, match=r"response to run\.start: result\.run_id: Field"):
        RunStart(id=1, assistant_id="a").read_result(success(subscription_id="s"))
