"""Several messages at once in one namespace: which of them an event without a name is about."""

from __future__ import annotations

from typing import Any

import pytest

from graphwire_stream.messages import Message, MessageAccumulator


def start(name: str) -> dict[str, Any]:
    return {"event": "message-start", "role": "ai", "id": name}


def begin(index: int, **content: Any) -> dict[str, Any]:
    return {"event": "content-block-start", "index": index, "content": content}


def text(piece: str, index: int = 0) -> dict[str, Any]:
    delta = {"type": "text-delta", "text": piece}
    return {"event": "content-block-delta", "index": index, "delta": delta}


def end(index: int, **content: Any) -> dict[str, Any]:
    return {"event": "content-block-finish", "index": index, "content": content}


FINISH = {"event": "message-finish"}
TEXT = begin(0, type="text", text="")


def read(*events: dict[str, Any]) -> tuple[dict[str | None, Message], list[tuple[str | None, str]]]:
    """Return the messages by id, and what each event that was understood added to which."""
    accumulator = MessageAccumulator()
    told = []
    for event in events:
        update = accumulator.feed_protocol((), event)
        if update is not None and update.text:
            told.append((update.message.id, update.text))
    return {message.id: message for message in accumulator.messages}, told


def test_a_block_goes_to_the_message_whose_beginning_it_has() -> None:
    messages, told = read(
        *(start("a"), TEXT, text("bom"), start("b"), TEXT),
        *(text("la"), text(" bom"), text(" la")),
        *(end(0, type="text", text="la la"), FINISH),
        *(end(0, type="text", text="bom bom"), FINISH),
    )

    assert {name: message.text for name, message in messages.items()} == {
        "a": "bom bom",
        "b": "la la",
    }
    assert told == [("a", "bom"), ("b", "la la"), ("a", " bom")]
    assert all(message.done for message in messages.values())


def test_pieces_are_read_again_as_soon_as_there_is_but_one_message() -> None:
    messages, told = read(
        *(start("a"), TEXT, start("b"), TEXT, text("x")),
        *(end(0, type="text", text="one"), FINISH, text("t"), text("wo")),
        *(end(0, type="text", text="two"), FINISH),
    )

    assert {name: message.text for name, message in messages.items()} == {"a": "one", "b": "two"}
    assert told == [("a", "one"), ("b", "t"), ("b", "wo")]


def test_a_piece_goes_to_the_only_message_that_has_such_a_block() -> None:
    thought = {"type": "reasoning-delta", "reasoning": "hm"}
    messages, told = read(
        *(start("a"), begin(0, type="reasoning", reasoning=""), start("b"), TEXT),
        {"event": "content-block-delta", "index": 0, "delta": thought},
        *(text("well"), end(0, type="reasoning", reasoning="hm"), end(0, type="text", text="well")),
    )

    assert (messages["a"].reasoning, messages["a"].text) == ("hm", "")
    assert (messages["b"].reasoning, messages["b"].text) == ("", "well")
    assert told == [("b", "well")]


@pytest.mark.parametrize("order", [("call-a", "call-b"), ("call-b", "call-a")])
def test_calls_of_tools_are_told_apart_by_their_ids(order: tuple[str, str]) -> None:
    args = {"type": "tool-call-delta", "args": '{"of'}
    piece = {"event": "content-block-delta", "index": 0, "delta": args}
    opening = {"type": "tool_call_chunk", "name": "search", "args": ""}
    ends: list[dict[str, Any]] = []
    for name in order:
        whole = {"type": "tool_call", "id": name, "name": "search", "args": {"of": name}}
        ends += [end(0, **whole), FINISH]
    messages, _ = read(
        *(start("a"), begin(0, id="call-a", **opening)),
        *(start("b"), begin(0, id="call-b", **opening), piece, piece),
        *ends,
    )

    assert [call.args for call in messages["a"].tool_calls] == [{"of": "call-a"}]
    assert [call.args for call in messages["b"].tool_calls] == [{"of": "call-b"}]


def test_an_end_goes_to_the_message_whose_blocks_are_complete() -> None:
    messages, _ = read(
        *(start("a"), TEXT, text("one"), start("b"), TEXT, end(0, type="text", text="one")),
        {**FINISH, "usage": {"output_tokens": 5}},
    )

    assert (messages["a"].done, messages["b"].done) == (True, False)
    assert messages["a"].usage is not None
    assert messages["a"].usage.output_tokens == 5


def test_what_cannot_be_told_apart_is_whole_all_the_same() -> None:
    messages, told = read(
        *(start("a"), TEXT, start("b"), TEXT, text("x"), text("y")),
        *(end(0, type="text", text="y!"), FINISH, end(0, type="text", text="x!"), FINISH),
    )

    assert {message.text for message in messages.values()} == {"x!", "y!"}
    assert [said for _, said in told] == ["y!", "x!"]


@pytest.mark.parametrize("index", [None, "0", [0], {}, 7])
def test_no_index_is_an_error(index: Any) -> None:
    events = (text("x"), end(0, type="text", text="x"), begin(0, type="text"), FINISH)
    messages, _ = read(
        *(start("a"), TEXT, start("b"), TEXT), *({**event, "index": index} for event in events)
    )

    assert messages.keys() == {"a", "b"}
