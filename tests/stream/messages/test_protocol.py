"""Messages of the thread protocol, block by block."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.language_models.chat_model_stream import ChatModelStream
from langchain_core.messages import AIMessage

from graphwire_stream.messages import Message, MessageAccumulator

START = {"event": "message-start", "role": "ai", "id": "m-1"}
FINISH = {
    "event": "message-finish",
    "usage": {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8},
}
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def begin(index: int, **content: Any) -> dict[str, Any]:
    return {"event": "content-block-start", "index": index, "content": content}


def delta(index: int, **fields: Any) -> dict[str, Any]:
    return {"event": "content-block-delta", "index": index, "delta": fields}


def finish(index: int, **content: Any) -> dict[str, Any]:
    return {"event": "content-block-finish", "index": index, "content": content}


def fed(*events: Any, namespace: tuple[str, ...] = ()) -> Message:
    accumulator = MessageAccumulator()
    for event in events:
        accumulator.feed_protocol(namespace, event)
    [message] = accumulator.messages
    return message


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(places)]


def written(thought: str, text: str, cuts: list[int], *, finishes: bool) -> list[dict[str, Any]]:
    """Write a message in pieces; its text and reasoning may lack their finish."""
    query = text.encode().hex()
    return [
        START,
        begin(0, type="reasoning", reasoning=""),
        *(delta(0, type="reasoning-delta", reasoning=piece) for piece in pieces(thought, cuts)),
        *([finish(0, type="reasoning", reasoning=thought)] if finishes else []),
        begin(1, type="text", text=""),
        *(delta(1, type="text-delta", text=piece) for piece in pieces(text, cuts)),
        *([finish(1, type="text", text=text)] if finishes else []),
        begin(2, type="tool_call_chunk", id="c", name="search", args=""),
        *(
            delta(2, type="tool-call-delta", args=piece)
            for piece in pieces(f'{{"query": "{query}"}}', cuts)
        ),
        finish(2, type="tool_call", id="c", name="search", args={"query": query}),
        FINISH,
    ]


@settings(max_examples=300, deadline=None)
@given(WORDS, WORDS, st.lists(st.integers(0, 12), max_size=4), st.sampled_from([True, False]))
def test_any_split_of_the_blocks_gives_the_message_that_langchain_makes(
    thought: str, text: str, cuts: list[int], finishes: Any
) -> None:
    message = fed(*written(thought, text, cuts, finishes=finishes))
    oracle = ChatModelStream(message_id="m-1")
    for event in written(thought, text, [], finishes=True):
        oracle.dispatch(event)

    made, expected = message.to_langchain(), oracle.output_message
    assert isinstance(made, AIMessage)
    assert expected is not None
    assert (message.done, message.reasoning, message.text) == (True, thought, text)
    assert made.tool_calls == expected.tool_calls
    assert made.usage_metadata == expected.usage_metadata
    assert (made.id, made.text) == (expected.id, expected.text)
    assert made.response_metadata == expected.response_metadata
    assert message.blocks == [
        {"type": "reasoning", "reasoning": thought},
        {"type": "text", "text": text},
        made.tool_calls[0],
    ]


def test_the_additions_are_told_event_by_event() -> None:
    accumulator = MessageAccumulator()
    told = [
        update and (update.text, update.reasoning, update.started)
        for event in (
            START,
            begin(0, type="text", text="A"),
            delta(0, type="text-delta", text="b"),
            delta(1, type="reasoning-delta", reasoning="hm"),
            finish(0, type="text", text="Abc"),
            FINISH,
        )
        if (update := accumulator.feed_protocol([], event))
    ]

    assert told == [
        ("", "", True),
        ("A", "", False),
        ("b", "", False),
        ("", "hm", False),
        ("c", "", False),
        ("", "", False),
    ]


def test_arguments_grow_where_the_call_began_as_a_whole_one() -> None:
    events = (
        START,
        begin(0, type="tool_call", id="c", name="f", args={}),
        delta(0, type="tool-call-delta", args='{"a": [1, '),
    )
    [call] = fed(*events).tool_calls

    assert (call.name, call.id, call.args, call.args_text) == ("f", "c", {"a": [1]}, '{"a": [1, ')


def test_the_answer_of_a_tool_comes_as_a_block_in_place_of_a_delta() -> None:
    block = {"type": "text", "text": "42 degrees"}
    message = fed(
        {"event": "message-start", "role": "tool", "id": "tool-c", "tool_call_id": "c"},
        begin(0, type="text", text=""),
        {"event": "content-block-delta", "index": 0, "content": block},
        finish(0, **block),
        {"event": "message-finish", "metadata": {}},
        namespace=("tools:c",),
    )

    assert (message.role, message.tool_call_id, message.text) == ("tool", "c", "42 degrees")
    assert message.namespace == ("tools:c",)
    assert message.to_langchain().content == [block]


def test_blocks_and_deltas_that_are_new_are_kept() -> None:
    message = fed(
        START,
        begin(0, type="hologram", shape="cube"),
        delta(0, type="spin-delta", spin="left", turns=2),
        delta(0, type="spin-delta", spin="-right"),
        delta(1, type="image-ish-delta", words="x"),
        delta(2, type="data-delta", data="QUJD"),
        delta(2, type="data-delta", data="REVG"),
        delta(3, type="block-delta", fields={"type": "text", "text": "ab", "annotations": [1]}),
        delta(3, type="block-delta", fields={"type": "text", "text": "abc", "id": None}),
        {"event": "something-new", "index": 0, "delta": {"type": "text-delta", "text": "no"}},
    )

    assert message.blocks == [
        {"type": "hologram", "shape": "cube", "spin": "left-right", "turns": 2},
        {"type": "image-ish-delta", "words": "x"},
        {"type": "data-delta", "encoding": "base64", "data": "QUJDREVG"},
        {"type": "text", "text": "abc", "annotations": [1]},
    ]
    assert message.text == "abc"


def test_blocks_are_in_the_order_of_their_index() -> None:
    message = fed(START, begin(2, type="text", text="c"), begin(0, type="text", text="a"))

    assert message.text == "ac"


def test_each_namespace_has_its_own_message() -> None:
    accumulator = MessageAccumulator()
    for namespace, text in (((), "a"), (("child:1",), "b"), ((), "c"), (("child:1",), "d")):
        if text in "ab":
            accumulator.feed_protocol(namespace, START)
        accumulator.feed_protocol(list(namespace), delta(0, type="text-delta", text=text))

    assert [(message.namespace, message.text) for message in accumulator.messages] == [
        ((), "ac"),
        (("child:1",), "bd"),
    ]


def test_messages_of_one_namespace_at_once_all_come_to_an_end() -> None:
    accumulator = MessageAccumulator()
    for event in (START, START | {"id": "m-2"}, FINISH, FINISH):
        accumulator.feed_protocol((), event)

    assert [(message.id, message.done) for message in accumulator.messages] == [
        ("m-1", True),
        ("m-2", True),
    ]


def test_a_message_that_is_sent_again_begins_anew() -> None:
    accumulator = MessageAccumulator()
    for event in (START, delta(0, type="text-delta", text="a"), FINISH) * 2:
        accumulator.feed_protocol((), event)

    [message] = accumulator.messages
    assert (message.text, message.done) == ("a", True)


def test_an_error_ends_the_message() -> None:
    message = fed(
        START, delta(0, type="text-delta", text="a"), {"event": "error", "message": "cut"}
    )

    assert (message.text, message.done, message.error) == ("a", True, "cut")


def test_a_message_whose_beginning_was_missed_is_shown_as_far_as_it_is() -> None:
    message = fed(delta(1, type="text-delta", text="lo"), FINISH)

    assert (message.id, message.text, message.done) == (None, "lo", True)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"event": 1},
        {"event": "content-block-delta"},
        {"event": "content-block-delta", "index": "x", "delta": {"type": 5, "text": [1]}},
        {"event": "content-block-start", "index": 0, "content": "text"},
        {"event": "content-block-delta", "index": 0, "delta": {"type": "block-delta"}},
        {"event": "message-start", "role": 1, "id": {}, "metadata": 4},
        {"event": "message-finish", "usage": {"input_tokens": "many"}, "metadata": 5},
        {"event": "error"},
    ],
    ids=repr,
)
def test_nothing_of_the_wire_is_an_error(data: Any) -> None:
    accumulator = MessageAccumulator()
    accumulator.feed_protocol((), START)
    accumulator.feed_protocol((), data)
    accumulator.feed_protocol((), delta(0, type="text-delta", text="a"))

    message = accumulator.messages[-1]
    assert message.text in ("a", "")
    assert message.tool_calls == []
    assert repr(message)


def test_messages_that_are_done_are_forgotten_where_nobody_keeps_them() -> None:
    accumulator = MessageAccumulator(keep=False)
    accumulator.feed_protocol((), START)
    assert [message.id for message in accumulator.messages] == ["m-1"]
    update = accumulator.feed_protocol((), FINISH)

    assert accumulator.messages == []
    assert update is not None
    assert update.message.usage is not None
