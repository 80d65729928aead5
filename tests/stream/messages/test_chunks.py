"""Pieces of messages (`messages-tuple`), added up as langchain adds them."""

from __future__ import annotations

import json
from functools import reduce
from operator import add
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk

from graphwire_stream.messages import Message, MessageAccumulator, MessageUpdate

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
COUNT = st.integers(0, 50)
USAGE = st.builds(
    lambda given, made, cached, thought: {
        "input_tokens": given,
        "output_tokens": made,
        "total_tokens": given + made,
        "input_token_details": {"cache_read": cached},
        "output_token_details": {"reasoning": thought},
    },
    COUNT,
    COUNT,
    COUNT,
    COUNT,
)
BLOCK = st.one_of(
    st.builds(lambda i, text: {"type": "text", "text": text, "index": i}, st.just(0), TEXT),
    st.builds(lambda i, text: {"type": "thinking", "thinking": text, "index": i}, st.just(1), TEXT),
    st.builds(
        lambda i, text: {"type": "reasoning", "reasoning": text, "index": i}, st.just(2), TEXT
    ),
    st.builds(lambda text: {"type": "text", "text": text}, TEXT),
    st.builds(lambda text: {"type": "new", "words": text, "index": "lc_3"}, TEXT),
)
CALL = st.builds(
    lambda index, name, args: {
        "type": "tool_call_chunk",
        "name": name,
        "args": args,
        "id": f"call-{index}",
        "index": index,
    },
    st.integers(0, 2),
    st.none() | TEXT,
    st.none() | TEXT,
)
KWARGS = st.fixed_dictionaries(
    {}, optional={"reasoning_content": TEXT, "deep": st.fixed_dictionaries({"a": TEXT})}
)

# One piece brings one thing for each index.
CALLS = st.lists(CALL, max_size=2, unique_by=lambda call: call["index"])
BLOCKS = st.lists(BLOCK, min_size=1, max_size=3, unique_by=lambda block: block.get("index"))


def chunk(content: Any, calls: list[Any], usage: Any, kwargs: Any) -> dict[str, Any]:
    return {
        "type": "AIMessageChunk",
        "id": "m-1",
        "content": content,
        "tool_call_chunks": calls,
        "usage_metadata": usage,
        "additional_kwargs": kwargs,
        "response_metadata": {},
        "chunk_position": None,
    }


CHUNKS = st.one_of(
    st.lists(
        st.builds(chunk, TEXT, CALLS, st.none() | USAGE, KWARGS),
        min_size=1,
        max_size=6,
    ),
    st.lists(
        st.builds(chunk, BLOCKS, st.just([]), st.none(), st.just({})),
        min_size=1,
        max_size=6,
    ),
)


def fed(
    chunks: list[dict[str, Any]], event: str = "messages"
) -> tuple[Message, list[MessageUpdate]]:
    accumulator = MessageAccumulator()
    updates = [update for piece in chunks for update in accumulator.feed(event, [piece, {}])]
    [message] = accumulator.messages
    return message, updates


def summed(chunks: list[dict[str, Any]]) -> AIMessageChunk:
    return reduce(add, [AIMessageChunk(**piece) for piece in chunks])


@settings(max_examples=400, deadline=None)
@given(CHUNKS)
def test_pieces_add_up_to_the_message_that_langchain_makes_of_them(
    chunks: list[dict[str, Any]],
) -> None:
    message, updates = fed(chunks)
    expected = summed(chunks)

    assert message.content == expected.content
    assert message.fields.get("additional_kwargs", {}) == expected.additional_kwargs
    told = "".join(update.text for update in updates)
    assert sorted(told) == sorted(message.text)  # blocks are written at the same time
    usage = message.usage.model_dump() if message.usage else None
    assert usage == expected.usage_metadata
    assert [
        (call.index, call.name or "", call.id, call.args_text) for call in message.tool_calls
    ] == [
        (call["index"], call["name"] or "", call["id"], call["args"] or "")
        for call in expected.tool_call_chunks
    ]


@settings(max_examples=200, deadline=None)
@given(CHUNKS)
def test_what_is_fed_is_left_alone(chunks: list[dict[str, Any]]) -> None:
    before = json.dumps(chunks)
    fed(chunks)
    assert json.dumps(chunks) == before


@settings(max_examples=200, deadline=None)
@given(TEXT, st.dictionaries(TEXT, TEXT, max_size=3), st.data())
def test_any_split_of_a_message_gives_the_same_message(
    text: str, args: dict[str, str], data: st.DataObject
) -> None:
    written = json.dumps(args)
    call = {"name": "search", "id": "c", "index": 0, "args": written}
    whole, _ = fed([chunk(text, [call], None, {})])
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, len(written)))
    later = {"name": None, "id": None, "index": 0, "args": written[cut:]}
    split, _ = fed(
        [
            chunk(text[:at], [call | {"args": written[:cut]}], None, {}),
            chunk(text[at:], [later], None, {}),
        ]
    )

    assert (split.text, split.content) == (whole.text, whole.content) == (text, text)
    assert split.tool_calls == whole.tool_calls
    assert split.tool_calls[0].args == args
    assert split.to_langchain() == whole.to_langchain()


def test_a_finished_message_is_the_one_that_langchain_makes() -> None:
    pieces = [
        chunk("Look", [{"name": "search", "args": '{"q": ', "id": "a", "index": 0}], None, {}),
        chunk("ing", [{"name": None, "args": '"x"}', "id": None, "index": 0}], None, {}),
        chunk("", [{"name": "bad", "args": "[1", "id": "b", "index": 1}], None, {}),
        chunk("", [], {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}, {})
        | {"chunk_position": "last", "response_metadata": {"model_name": "m"}},
    ]
    message, _ = fed(pieces)
    expected = summed(pieces)

    made = message.to_langchain()
    assert isinstance(made, AIMessage)
    assert not isinstance(made, AIMessageChunk)
    assert made.content == expected.content == "Looking"
    assert made.tool_calls == expected.tool_calls
    assert made.invalid_tool_calls == expected.invalid_tool_calls
    assert made.usage_metadata == expected.usage_metadata
    assert made.response_metadata == expected.response_metadata
    assert message.done


def test_arguments_are_read_as_far_as_they_are_written() -> None:
    accumulator = MessageAccumulator()
    seen: list[Any] = []
    for piece in ['{"city": "Be', 'rlin", "days": ', "3", "}"]:
        call = {"name": "weather" if not seen else None, "args": piece, "id": None, "index": 0}
        [update] = accumulator.feed("messages", [chunk("", [call], None, {}), {}])
        seen.append(update.message.tool_calls[0].args)

    assert seen == [
        {"city": "Be"},
        {"city": "Berlin"},
        {"city": "Berlin", "days": 3},
        {"city": "Berlin", "days": 3},
    ]
    assert update.message.tool_calls[0].args_text == '{"city": "Berlin", "days": 3}'
    assert update.message.tool_calls[0].name == "weather"


def test_messages_are_told_apart_by_id_and_namespace() -> None:
    accumulator = MessageAccumulator()
    piece = chunk("a", [], None, {})
    for event in ("messages", "messages|child:1", "messages", "messages|child:1|deep:2"):
        accumulator.feed(event, (piece, {}))
    accumulator.feed("messages", (piece | {"id": "m-2"}, {}))

    assert [(message.namespace, message.id, message.text) for message in accumulator.messages] == [
        ((), "m-1", "aa"),
        (("child:1",), "m-1", "a"),
        (("child:1", "deep:2"), "m-1", "a"),
        ((), "m-2", "a"),
    ]


def test_a_namespace_that_the_event_does_not_name_is_that_of_the_node() -> None:
    accumulator = MessageAccumulator()
    metadata = {"langgraph_node": "writer", "langgraph_checkpoint_ns": "child:1|writer:2"}
    [update] = accumulator.feed("messages", [chunk("a", [], None, {}), metadata])

    assert update.message.namespace == ("child:1",)
    assert update.message.node == "writer"
    assert update.message.metadata == metadata
    assert update.started


def test_pieces_without_an_id_make_one_message_until_the_last() -> None:
    accumulator = MessageAccumulator()
    nameless = chunk("a", [], None, {}) | {"id": None}
    last = nameless | {"chunk_position": "last"}
    for piece in (nameless, last, nameless):
        accumulator.feed("messages", [piece, {}])

    assert [(message.text, message.done) for message in accumulator.messages] == [
        ("aa", True),
        ("a", False),
    ]


def test_a_whole_message_after_its_pieces_replaces_them() -> None:
    accumulator = MessageAccumulator()
    accumulator.feed("messages", [chunk("Hel", [], None, {}), {}])
    whole = {"type": "ai", "id": "m-1", "content": "Hello", "tool_calls": []}
    [update] = accumulator.feed("messages", [whole, {}])

    assert (update.text, update.started, update.message.text) == ("lo", False, "Hello")
    assert update.message.done
