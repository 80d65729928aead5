"""Messages as far as they are (`messages`): each snapshot replaces the one before."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)

from graphwire_stream.messages import MessageAccumulator


def snapshot(content: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "ai", "id": "m-1", "content": content, **fields}


def test_a_message_grows_by_what_each_snapshot_adds() -> None:
    accumulator = MessageAccumulator()
    added = [
        update.text
        for text in ("Hel", "Hello", "Hello", "Hello you")
        for update in accumulator.feed("messages/partial", [snapshot(text)])
    ]

    assert added == ["Hel", "lo", "", " you"]
    [message] = accumulator.messages
    assert (message.text, message.done) == ("Hello you", False)
    accumulator.finish()
    assert message.done


def test_a_message_that_is_rewritten_is_told_anew() -> None:
    accumulator = MessageAccumulator()
    accumulator.feed("messages/partial", [snapshot("I thnk")])
    [update] = accumulator.feed("messages/partial", [snapshot("I think")])

    assert update.text == "I think"
    assert update.message.text == "I think"


def test_the_metadata_told_before_gives_node_and_namespace() -> None:
    accumulator = MessageAccumulator()
    inside = {"langgraph_node": "writer", "langgraph_checkpoint_ns": "child:1|writer:2"}
    assert accumulator.feed("messages/metadata", {"m-1": {"metadata": inside}}) == []
    for text in ("a", "ab"):
        [update] = accumulator.feed("messages/partial", [snapshot(text)])

    [message] = accumulator.messages
    assert (message.namespace, message.node, message.text) == (("child:1",), "writer", "ab")
    assert message.metadata == inside
    assert not update.started


def test_reasoning_and_usage_and_calls_are_those_of_the_last_snapshot() -> None:
    accumulator = MessageAccumulator()
    blocks = [{"type": "reasoning", "reasoning": "Hm"}, {"type": "text", "text": "Yes"}]
    [first] = accumulator.feed("messages/partial", [snapshot(blocks[:1])])
    [second] = accumulator.feed(
        "messages/partial",
        [
            snapshot(
                blocks,
                tool_calls=[{"name": "f", "args": {"x": 1}, "id": "c", "type": "tool_call"}],
                invalid_tool_calls=[
                    {
                        "name": "g",
                        "args": "{",
                        "id": "d",
                        "error": "cut",
                        "type": "invalid_tool_call",
                    }
                ],
                usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
            )
        ],
    )

    assert (first.reasoning, second.reasoning, second.text) == ("Hm", "", "Yes")
    message = second.message
    assert (message.reasoning, message.text, message.blocks) == ("Hm", "Yes", blocks)
    assert [(call.name, call.args, call.error) for call in message.tool_calls] == [
        ("f", {"x": 1}, None),
        ("g", {}, "cut"),
    ]
    assert message.usage is not None
    assert message.usage.total_tokens == 3
    made = message.to_langchain()
    assert isinstance(made, AIMessage)
    assert made.tool_calls == [{"name": "f", "args": {"x": 1}, "id": "c", "type": "tool_call"}]
    assert made.invalid_tool_calls == [
        {"name": "g", "args": "{", "id": "d", "error": "cut", "type": "invalid_tool_call"}
    ]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ({"type": "human", "content": "hi", "name": "Ann"}, HumanMessage("hi", name="Ann", id="m")),
        ({"type": "system", "content": "be brief"}, SystemMessage("be brief", id="m")),
        (
            {
                "type": "tool",
                "content": "42",
                "name": "sum",
                "tool_call_id": "c",
                "status": "error",
                "artifact": {"a": 1},
            },
            ToolMessage(
                "42", name="sum", tool_call_id="c", status="error", artifact={"a": 1}, id="m"
            ),
        ),
        (
            {"type": "function", "content": "1", "name": "f"},
            FunctionMessage(content="1", name="f", id="m"),
        ),
        ({"type": "remove", "content": ""}, RemoveMessage(id="m")),
        (
            {"type": "chat", "content": "x", "role": "critic"},
            ChatMessage(content="x", role="critic", id="m"),
        ),
        ({"type": "alien", "content": "x"}, ChatMessage(content="x", role="alien", id="m")),
        (
            {"type": "ai", "content": "x", "usage_metadata": {"output_tokens": 2}},
            AIMessage(
                "x",
                id="m",
                usage_metadata={"input_tokens": 0, "output_tokens": 2, "total_tokens": 2},
            ),
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_whole_messages_become_those_of_langchain(
    wire: dict[str, Any], expected: BaseMessage
) -> None:
    [update] = MessageAccumulator().feed("messages/complete", [wire | {"id": "m"}])

    assert update.message.role == wire["type"]
    assert update.message.name == wire.get("name")
    assert update.message.tool_call_id == wire.get("tool_call_id")
    assert update.message.done
    assert update.message.to_langchain() == expected


def test_messages_without_an_id_are_each_their_own() -> None:
    accumulator = MessageAccumulator()
    accumulator.feed("messages/complete", [snapshot("a", id=None), snapshot("b", id=None)])

    assert [message.text for message in accumulator.messages] == ["a", "b"]
