"""The data of events is typed by method, event and type."""

from __future__ import annotations

import pickle
from typing import Any, assert_type

import pytest
from tests.stream.protocol.frames import CLASSES, frame, read

from graphwire_core.models import JsonObject
from graphwire_stream.messages import Usage
from graphwire_stream.parts import TaskPayload, TaskResultPayload
from graphwire_stream.protocol import (
    AudioBlock,
    BlockDelta,
    CheckpointData,
    Citation,
    ContentBlockDelta,
    ContentBlockFinish,
    ContentBlockStart,
    CustomEvent,
    DataDelta,
    Event,
    FileBlock,
    ImageBlock,
    InputRequestedData,
    InputRequestedEvent,
    InvalidToolCallBlock,
    LifecycleData,
    LifecycleEvent,
    MessageError,
    MessageFinish,
    MessagesData,
    MessagesEvent,
    MessageStart,
    NonStandardAnnotation,
    NonStandardBlock,
    ReasoningBlock,
    ReasoningDelta,
    ServerToolCallBlock,
    ServerToolCallChunkBlock,
    ServerToolResultBlock,
    TextBlock,
    TextDelta,
    ToolCallBlock,
    ToolCallChunkBlock,
    ToolCallDelta,
    ToolError,
    ToolFinished,
    ToolOutputDelta,
    ToolStarted,
    UnknownAnnotation,
    UnknownBlock,
    UnknownDelta,
    VideoBlock,
)

MEANT: list[tuple[str, JsonObject, type]] = [
    ("lifecycle", {"event": "running", "graph_name": "g"}, LifecycleData),
    ("lifecycle", {"event": "on-holiday"}, LifecycleData),
    ("messages", {"event": "message-start", "role": "ai", "id": "m"}, MessageStart),
    (
        "messages",
        {"event": "content-block-start", "index": 0, "content": {"type": "text", "text": ""}},
        ContentBlockStart,
    ),
    (
        "messages",
        {"event": "content-block-delta", "index": 0, "delta": {"type": "text-delta", "text": "a"}},
        ContentBlockDelta,
    ),
    (
        "messages",
        {"event": "content-block-finish", "index": 0, "content": {"type": "text", "text": "a"}},
        ContentBlockFinish,
    ),
    ("messages", {"event": "message-finish", "usage": {"input_tokens": 1}}, MessageFinish),
    ("messages", {"event": "error", "message": "no", "code": "c"}, MessageError),
    ("tools", {"event": "tool-started", "tool_call_id": "t", "tool_name": "n"}, ToolStarted),
    ("tools", {"event": "tool-output-delta", "tool_call_id": "t", "delta": {}}, ToolOutputDelta),
    ("tools", {"event": "tool-finished", "tool_call_id": "t", "output": None}, ToolFinished),
    ("tools", {"event": "tool-error", "tool_call_id": "t", "message": "no"}, ToolError),
    ("input.requested", {"interrupt_id": "i", "payload": [1]}, InputRequestedData),
    ("tasks", {"id": "t", "name": "n", "input": 1, "triggers": ["x"]}, TaskPayload),
    (
        "tasks",
        {"id": "t", "name": "n", "result": 1, "error": None, "interrupts": []},
        TaskResultPayload,
    ),
    ("checkpoints", {"id": "c", "step": -1, "source": "input"}, CheckpointData),
]

BLOCKS: list[tuple[JsonObject, type]] = [
    ({"type": "text", "text": "a", "index": 0}, TextBlock),
    ({"type": "reasoning", "reasoning": "a", "index": "lc_1"}, ReasoningBlock),
    ({"type": "reasoning"}, ReasoningBlock),
    ({"type": "tool_call", "id": None, "name": "n", "args": {"a": [1]}}, ToolCallBlock),
    ({"type": "tool_call_chunk", "id": None, "name": None, "args": '{"a'}, ToolCallChunkBlock),
    (
        {"type": "invalid_tool_call", "id": "i", "name": "n", "args": "{", "error": None},
        InvalidToolCallBlock,
    ),
    ({"type": "server_tool_call", "id": "i", "name": "n", "args": {}}, ServerToolCallBlock),
    ({"type": "server_tool_call_chunk", "args": "{"}, ServerToolCallChunkBlock),
    (
        {"type": "server_tool_result", "tool_call_id": "i", "status": "success", "output": 1},
        ServerToolResultBlock,
    ),
    ({"type": "image", "url": "u", "mime_type": "image/png"}, ImageBlock),
    ({"type": "video", "file_id": "f"}, VideoBlock),
    ({"type": "audio", "base64": "AA=="}, AudioBlock),
    ({"type": "file", "file_id": "f"}, FileBlock),
    ({"type": "non_standard", "value": {"a": 1}}, NonStandardBlock),
    ({"type": "hologram", "depth": 3}, UnknownBlock),
]

DELTAS: list[tuple[JsonObject, type]] = [
    ({"type": "text-delta", "text": "a"}, TextDelta),
    ({"type": "reasoning-delta", "reasoning": "a"}, ReasoningDelta),
    ({"type": "tool-call-delta", "args": "{"}, ToolCallDelta),
    ({"type": "data-delta", "data": "AA==", "encoding": "base64"}, DataDelta),
    ({"type": "block-delta", "fields": {"type": "text", "text": "b"}}, BlockDelta),
    ({"type": "hologram-delta", "depth": 3}, UnknownDelta),
]


@pytest.mark.parametrize(("method", "data", "kind"), MEANT)
def test_data_becomes_the_model_of_its_method_and_event(
    method: str, data: JsonObject, kind: type
) -> None:
    event = read(Event, frame(method, data))

    assert type(event) is CLASSES[method]
    assert type(event.data) is kind
    assert event.model_dump(mode="json", exclude_unset=True) == frame(method, data)
    assert pickle.loads(pickle.dumps(event)) == event


@pytest.mark.parametrize(("block", "kind"), BLOCKS)
def test_a_content_block_becomes_the_model_of_its_type(block: JsonObject, kind: type) -> None:
    for event in ("content-block-start", "content-block-finish", "content-block-delta"):
        sent = frame("messages", {"event": event, "index": 0, "content": block})

        found = read(MessagesEvent, sent)

        assert isinstance(found.data, ContentBlockStart | ContentBlockFinish | ContentBlockDelta)
        assert type(found.data.content) is kind
        assert found.model_dump(mode="json", exclude_unset=True) == sent


@pytest.mark.parametrize(("delta", "kind"), DELTAS)
def test_a_delta_becomes_the_model_of_its_type(delta: JsonObject, kind: type) -> None:
    sent = frame("messages", {"event": "content-block-delta", "index": 0, "delta": delta})

    found = read(MessagesEvent, sent)

    assert isinstance(found.data, ContentBlockDelta)
    assert type(found.data.delta) is kind
    assert found.data.content is None
    assert found.model_dump(mode="json", exclude_unset=True) == sent


def test_annotations_of_a_text_become_the_models_of_their_types() -> None:
    annotations = [
        {"type": "citation", "url": "u", "start_index": 0},
        {"type": "non_standard_annotation", "value": {}},
        {"type": "footnote", "number": 1},
    ]
    content = {"type": "text", "text": "a", "annotations": annotations}

    found = read(
        MessagesEvent,
        frame("messages", {"event": "content-block-start", "index": 0, "content": content}),
    )

    assert isinstance(found.data, ContentBlockStart)
    assert isinstance(found.data.content, TextBlock)
    kinds = [type(annotation) for annotation in found.data.content.annotations or []]
    assert kinds == [Citation, NonStandardAnnotation, UnknownAnnotation]


def test_the_usage_of_a_message_is_that_of_its_finish() -> None:
    usage = {"input_tokens": 1, "output_token_details": {"reasoning": 2}}

    found = read(MessagesEvent, frame("messages", {"event": "message-finish", "usage": usage}))

    assert isinstance(found.data, MessageFinish)
    assert found.data.usage == Usage.model_validate(usage)


def test_a_lifecycle_event_says_why_a_subgraph_runs_and_failed() -> None:
    cause = {"type": "toolCall", "tool_call_id": "t"}
    data = {"event": "failed", "error": "no", "cause": cause, "checkpoint": {"id": "c", "ns": ""}}

    event = read(LifecycleEvent, frame("lifecycle", data))

    assert event.data.error == "no"
    assert event.data.cause is not None
    assert (event.data.cause.type, event.data.cause.tool_call_id) == ("toolCall", "t")
    assert event.data.checkpoint is not None
    assert (event.data.checkpoint.id, event.data.checkpoint.ns) == ("c", "")


@pytest.mark.parametrize("data", [{"__interrupt__": 1}, [], "text", 0, None])
@pytest.mark.parametrize("method", ["values", "updates", "custom"])
def test_the_data_of_graphs_is_neither_checked_nor_copied(method: str, data: Any) -> None:
    event = read(Event, frame(method, data))

    assert type(event) is CLASSES[method]
    assert event.data is data


@pytest.mark.parametrize(
    ("data", "name", "payload"),
    [
        ("text", None, "text"),
        (None, None, None),
        ({"tick": 0}, None, {"tick": 0}),
        ({"payload": {"tick": 0}}, None, {"tick": 0}),
        ({"name": "progress", "payload": [1]}, "progress", [1]),
        ({"name": "progress", "step": 1}, "progress", {"name": "progress", "step": 1}),
        ({"name": "p", "payload": 1, "x": 2}, "p", {"name": "p", "payload": 1, "x": 2}),
        ({"name": None, "payload": 1}, None, 1),
        ({"name": "", "payload": 1}, None, 1),
        ({"name": 3}, "3", {"name": 3}),
    ],
)
def test_custom_data_has_a_name_and_a_payload(data: Any, name: str | None, payload: Any) -> None:
    event = read(CustomEvent, frame("custom", data))

    assert (event.name, event.payload, event.data) == (name, payload, data)


def test_a_type_checker_knows_the_data_of_every_event() -> None:
    lifecycle = read(LifecycleEvent, frame("lifecycle", {"event": "running"}))
    message = read(MessagesEvent, frame("messages", {"event": "message-finish"}))
    question = read(
        InputRequestedEvent, frame("input.requested", {"interrupt_id": "i", "payload": 1})
    )

    assert_type(lifecycle.data, LifecycleData)
    assert_type(message.data, MessagesData)
    assert_type(message.params.data, MessagesData)
    assert_type(question.data, InputRequestedData)
    assert_type(lifecycle.namespace, tuple[str, ...])
    assert question.data.payload == 1
