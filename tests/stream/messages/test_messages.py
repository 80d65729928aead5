"""What holds for messages of every form: captures of the real server, cost, broken data."""

from __future__ import annotations

import json
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from graphwire_core.errors import MissingPackageError
from graphwire_stream._sse import SSEDecoder
from graphwire_stream.messages import Message, MessageAccumulator
from graphwire_stream.parts import parse_part

CAPTURES = Path(__file__).parents[1] / "captures"
SAID = [
    ("ai", "Hello there world", 0),
    ("ai", "", 0),
    ("tool", "result for 'v3'", 0),
    ("ai", "from subgraph", 1),
    ("ai", "deep inner text", 2),
]


def captured(name: str) -> list[tuple[str, Any]]:
    events = SSEDecoder().feed((CAPTURES / f"{name}.sse").read_bytes())
    return [(event.event, json.loads(event.data)) for event in events]


def shown(messages: list[Message]) -> list[tuple[str, str, int]]:
    return [(message.role, message.text, len(message.namespace)) for message in messages]


@pytest.mark.parametrize(
    "name", ["full_sub_messages", "full_sub_messages-tuple", "full_sub_msgs_both"]
)
def test_each_form_of_a_run_gives_the_same_messages(name: str) -> None:
    accumulator = MessageAccumulator()
    for event, data in captured(name):
        accumulator.feed(event, data)

    assert shown(accumulator.messages) == SAID
    [call] = accumulator.messages[1].tool_calls
    assert (call.name, call.id, call.args) == ("search", "tc-1", {"query": "v3"})
    assert accumulator.messages[2].tool_call_id == "tc-1"
    usage = [message.usage.total_tokens for message in accumulator.messages if message.usage]
    assert usage == [8, 8, 8, 8]
    assert [message.node for message in accumulator.messages][-1] == "inner_node"


def test_the_parts_of_the_second_version_give_them_too() -> None:
    accumulator = MessageAccumulator()
    for event, data in captured("full_sub_messages-tuple"):
        accumulator.feed_part(parse_part(event, data))

    assert shown(accumulator.messages) == SAID


def test_the_thread_protocol_gives_them_too() -> None:
    accumulator = MessageAccumulator()
    for event, envelope in captured("v3_full_all_messages"):
        assert event == "messages"
        accumulator.feed_protocol(envelope["params"]["namespace"], envelope["params"]["data"])

    said = shown(accumulator.messages)
    assert [(role, text) for role, text, _ in said if role == "ai"] == [
        (role, text) for role, text, _ in SAID if role == "ai"
    ]
    assert ("tool", "result for 'v3'", 1) in said
    assert all(message.done for message in accumulator.messages)
    assert accumulator.messages[1].tool_calls[0].args == {"query": "v3"}


def test_other_events_bring_no_message() -> None:
    accumulator = MessageAccumulator()
    for event in ("values", "updates|a:1", "custom", "metadata", "error", "events", "messages/new"):
        assert accumulator.feed(event, {"messages": [{"type": "ai", "content": "x"}]}) == []
    assert accumulator.messages == []


@pytest.mark.parametrize("event", ["messages", "messages/partial", "messages/metadata"])
@pytest.mark.parametrize(
    "data",
    [
        None,
        1,
        "text",
        {},
        {"a": 1},
        [],
        [None, None],
        [{}, {}],
        [{"type": 3, "id": 4, "content": 5}, {"langgraph_checkpoint_ns": 1}],
        [{"type": "AIMessageChunk", "id": "x", "content": [1, None, {"index": 0}]}, None],
        [{"type": "AIMessageChunk", "id": "x", "content": "", "tool_call_chunks": [7, {}]}, []],
        [{"type": "ai", "content": {"a": 1}, "tool_calls": "x", "usage_metadata": {"a": []}}, {}],
    ],
    ids=repr,
)
def test_nothing_of_the_wire_is_an_error(event: str, data: Any) -> None:
    accumulator = MessageAccumulator()
    for _ in range(2):
        accumulator.feed(event, data)
    for message in accumulator.messages:
        assert isinstance(message.text, str)
        assert isinstance(message.tool_calls, list)
        assert message.usage is None or message.usage.total_tokens == 0
        assert repr(message)


def test_a_long_message_keeps_no_more_than_its_text() -> None:
    accumulator = MessageAccumulator()
    piece = "wörd "

    def feed(count: int) -> None:
        for _ in range(count):
            data = [{"type": "AIMessageChunk", "id": "m", "content": piece}, {}]
            accumulator.feed("messages", data)

    feed(1000)
    tracemalloc.start()
    try:
        feed(100_000)
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    text = accumulator.messages[0].text
    assert len(text) == 101_000 * len(piece)
    assert kept < 3 * sys.getsizeof(text)


def test_without_langchain_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_core", None)
    [update] = MessageAccumulator().feed("messages/complete", [{"type": "human", "content": "hi"}])

    with pytest.raises(MissingPackageError, match="pip install langchain-core"):
        update.message.to_langchain()
