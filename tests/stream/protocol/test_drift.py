"""The models are level with the published protocol, except where the real server is not.

Both directions: a difference that is not in a table fails, and so does a table's line that no
longer is a difference.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, get_args

import pytest
from langchain_protocol import protocol
from pydantic import BaseModel
from tests.stream.protocol.published import TYPED_DICTS, differences, kind, modelled, published

import graphwire_stream.protocol as ours
from graphwire_core.models import LangSmithTracing, Send
from graphwire_stream.messages import Usage
from graphwire_stream.protocol import Command, Event

MODELS: dict[str, type[BaseModel]] = {
    # content blocks and their parts
    "TextContentBlock": ours.TextBlock,
    "ReasoningContentBlock": ours.ReasoningBlock,
    "ToolCall": ours.ToolCallBlock,
    "ToolCallChunk": ours.ToolCallChunkBlock,
    "InvalidToolCall": ours.InvalidToolCallBlock,
    "ServerToolCall": ours.ServerToolCallBlock,
    "ServerToolCallChunk": ours.ServerToolCallChunkBlock,
    "ServerToolResult": ours.ServerToolResultBlock,
    "ImageContentBlock": ours.ImageBlock,
    "VideoContentBlock": ours.VideoBlock,
    "AudioContentBlock": ours.AudioBlock,
    "FileContentBlock": ours.FileBlock,
    "NonStandardContentBlock": ours.NonStandardBlock,
    "Citation": ours.Citation,
    "NonStandardAnnotation": ours.NonStandardAnnotation,
    "TextDelta": ours.TextDelta,
    "ReasoningDelta": ours.ReasoningDelta,
    "ToolCallDelta": ours.ToolCallDelta,
    "DataDelta": ours.DataDelta,
    "BlockDelta": ours.BlockDelta,
    # data of events
    "MessageStartData": ours.MessageStart,
    "MessageMetadata": ours.MessageMetadata,
    "ContentBlockStartData": ours.ContentBlockStart,
    "ContentBlockDeltaData": ours.ContentBlockDelta,
    "ContentBlockFinishData": ours.ContentBlockFinish,
    "MessageFinishData": ours.MessageFinish,
    "MessageErrorData": ours.MessageError,
    "UsageInfo": Usage,
    "ToolStartedData": ours.ToolStarted,
    "ToolOutputDeltaData": ours.ToolOutputDelta,
    "ToolFinishedData": ours.ToolFinished,
    "ToolErrorData": ours.ToolError,
    "LifecycleData": ours.LifecycleData,
    "CheckpointRef": ours.CheckpointRef,
    "InputRequestedData": ours.InputRequestedData,
    "Checkpoint": ours.CheckpointData,
    # commands, whose `params` are fields here
    "RunStartParams": ours.RunStart,
    "LangSmithTracer": LangSmithTracing,
    "InputRespondOne": ours.InputRespond,
    "InputRespondMany": ours.InputRespondMany,
    "InputRespondEntry": ours.InputResponse,
    "RunSend": Send,
    "AgentGetTreeParams": ours.AgentGetTree,
    "SubscribeParams": ours.SubscriptionSubscribe,
    "UnsubscribeParams": ours.SubscriptionUnsubscribe,
    "ReconnectParams": ours.SubscriptionReconnect,
    "EventStreamRequest": ours.EventStreamRequest,
    # responses
    "CommandResponse": ours.CommandSuccess,
    "ErrorResponse": ours.CommandFailure,
    "ResponseMeta": ours.ResponseMeta,
    "RunResult": ours.RunStarted,
    "SubscribeResult": ours.Subscribed,
    "AgentResult": ours.AgentTree,
    "AgentTreeNode": ours.AgentTreeNode,
    "EmptyResult": ours.CommandResult,
}
"""Which model each published object has."""

EVENTS: dict[str, type[Event[Any]]] = {
    "lifecycle": ours.LifecycleEvent,
    "messages": ours.MessagesEvent,
    "tools": ours.ToolsEvent,
    "input.requested": ours.InputRequestedEvent,
    "values": ours.ValuesEvent,
    "updates": ours.UpdatesEvent,
    "checkpoints": ours.CheckpointsEvent,
    "custom": ours.CustomEvent,
    "tasks": ours.TasksEvent,
}
COMMANDS: dict[str, list[type[Command[Any]]]] = {
    "run.start": [ours.RunStart],
    "input.respond": [ours.InputRespond, ours.InputRespondMany],
    "agent.getTree": [ours.AgentGetTree],
    "subscription.subscribe": [ours.SubscriptionSubscribe],
    "subscription.unsubscribe": [ours.SubscriptionUnsubscribe],
    "subscription.reconnect": [ours.SubscriptionReconnect],
}
REFUSED = {"input.inject", "state.get", "state.listCheckpoints", "state.fork"}
"""Commands that the server does not know: they can be sent as plain data, `OtherCommand`."""

_REFUSED = "belongs to a command that the server refuses: plain data, OtherCommand"
UNMODELLED = {
    "InputInjectParams": _REFUSED,
    "InputMessage": _REFUSED,
    "StateGetParams": _REFUSED,
    "StateGetResult": _REFUSED,
    "ListCheckpointsParams": _REFUSED,
    "ListCheckpointsResult": _REFUSED,
    "CheckpointSummary": _REFUSED,
    "StateForkParams": _REFUSED,
    "StateForkResult": _REFUSED,
    "ReconnectResult": "the server answers a reconnect as it does a subscribe",
    "AgentStatusEntry": "is only in ReconnectResult",
    "UpdatesData": "graphs send `{node: update}`, free-form",
    "CustomData": "graphs send any JSON; CustomEvent has `name` and `payload`",
    "BlockDeltaFields": "the fields of any block, free-form",
    "InputTokenDetails": "providers count more than is declared: an open dict",
    "OutputTokenDetails": "providers count more than is declared: an open dict",
    "LifecycleCauseToolCall": "LifecycleCause is all three causes",
    "LifecycleCauseSend": "LifecycleCause is all three causes",
    "LifecycleCauseEdge": "LifecycleCause is all three causes",
}
"""Published objects without a model of their own, and why."""

UNPUBLISHED: dict[type[BaseModel], str] = {
    ours.Event: "the base of the events",
    ours.EventParams: "published as any object; the server always sends its three fields",
    ours.UnknownEvent: "what is newer than the models",
    ours.UnknownBlock: "what is newer than the models",
    ours.UnknownDelta: "what is newer than the models",
    ours.UnknownAnnotation: "what is newer than the models",
    ours.LifecycleCause: "the three causes in one",
    ours.Command: "the base of the commands",
    ours.OtherCommand: "commands that the server refuses, as plain data",
}
"""Models that are no published object's, and why."""

_MIRROR = "the server mirrors a tool's answer as a message"
_RECONNECT = "the server wants what a subscribe has, and `since`"
_RESULTS = "-AgentTree -CommandResult -RunStarted -Subscribed"
_MAPPINGS = "+an object +list of Send, an object, str -list of Send, str"
_GOTO = "a Send may be written as a mapping"
DIFFERENCES = {
    f"CommandResponse.result is of another kind: {_RESULTS}": "only the command knows which it is",
    "ContentBlockDeltaData.content is not published": _MIRROR,
    "ContentBlockDeltaData.delta is optional": _MIRROR,
    "ContentBlockFinishData.content is of another kind:"
    " +ServerToolCallChunkBlock +ToolCallChunkBlock": "one table for all blocks",
    "DataDelta.encoding is of another kind: +str -'base64'": "open to other encodings",
    "ErrorResponse.error is of another kind: +'resume_gap' +'unsupported'": "the server sends them",
    "ErrorResponse.id is of another kind: +str": "the server echoes an id that is no integer",
    "ErrorResponse.min_available_seq is not published": "comes with `resume_gap`",
    "ErrorResponse.since is not published": "comes with `resume_gap`",
    f"InputRespondMany.goto is of another kind: {_MAPPINGS}": _GOTO,
    f"InputRespondOne.goto is of another kind: {_MAPPINGS}": _GOTO,
    "LifecycleData.cause is of another kind: +LifecycleCause -an object": "the three causes in one",
    "LifecycleData.namespace is not published": "the server sends it with `started`",
    "LifecycleData.trigger_call_id is not published": "the server sends it with `started`",
    "MessageFinishData.metadata is not published": _MIRROR,
    "MessageStartData.role is of another kind: +'tool'": _MIRROR,
    "MessageStartData.tool_call_id is not published": _MIRROR,
    "ReconnectParams.channels is not published": _RECONNECT,
    "ReconnectParams.depth is not published": _RECONNECT,
    "ReconnectParams.namespaces is not published": _RECONNECT,
    "ReconnectParams.since is not published": _RECONNECT,
    "ReconnectParams.subscription_id is not published": _RECONNECT,
    "ReconnectParams.run_id is not here": _RECONNECT,
    "ReconnectParams.last_event_id is not here": _RECONNECT,
    "ReconnectParams.subscriptions is not here": _RECONNECT,
    "RunResult.run_id is required": "the server always sends it",
    "RunSend.input is required": "a node without input is no Send of a graph",
    "RunStartParams.input is optional": "a run from a checkpoint has none",
    "RunStartParams.multitaskStrategy is not published": "the server takes it",
    "ToolOutputDeltaData.delta is of another kind: +anything -str": "tools write any JSON",
}
"""Fields that are not as published, and what the real server does."""


def envelopes(union: Any) -> dict[str, str]:
    """Return the names of the envelopes of a union, by method."""
    found = {}
    for member in get_args(union):
        [method] = published(member.__name__, {})["method"].kind
        found[method.strip("'")] = member.__name__
    return found


def is_part_of_an_envelope(name: str) -> bool:
    """Say whether an object is an event or a command, or the half of one."""
    return name.startswith("_") or published(name, {}).keys() == {"method", "params"}


def test_every_published_object_has_a_model_or_a_reason() -> None:
    known = MODELS.keys() | UNMODELLED.keys()

    objects = {name for name in TYPED_DICTS if not is_part_of_an_envelope(name)}

    assert objects == known
    assert not MODELS.keys() & UNMODELLED.keys()


def test_every_model_is_a_published_object_or_has_a_reason() -> None:
    exported = {value for name in ours.__all__ if _is_model(value := getattr(ours, name))}
    in_use = {*MODELS.values(), *EVENTS.values(), *chain(*COMMANDS.values())}

    assert exported - in_use == UNPUBLISHED.keys()


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def test_every_difference_of_a_field_is_one_that_the_server_forces() -> None:
    found = set(chain(*(differences(name, model, MODELS) for name, model in MODELS.items())))

    assert found == DIFFERENCES.keys()


def test_every_published_event_has_its_envelope() -> None:
    published_events = envelopes(protocol.Event)
    assert published_events.keys() == EVENTS.keys()

    for method, name in published_events.items():
        found = differences(name, EVENTS[method], MODELS)
        assert {text.partition(" is ")[0] for text in found} == {f"{name}.params"}
        assert modelled(EVENTS[method])["params"].required


def test_every_published_command_can_be_sent() -> None:
    published_commands = envelopes(protocol.Command)

    assert published_commands.keys() == COMMANDS.keys() | REFUSED
    for method, models in COMMANDS.items():
        for model in models:
            assert model.model_fields["method"].default == method
            assert published(published_commands[method], {}).keys() == {"id", "method", "params"}


@pytest.mark.parametrize(
    ("theirs", "here"),
    [
        (protocol.MessagesData, ours.MessagesData),
        (protocol.ToolsData, ours.ToolsData),
        (protocol.ContentBlock, ours.ContentBlock),
        (protocol.ContentBlockDelta, ours.Delta),
        (protocol.Annotation, ours.Annotation),
        (protocol.AgentStatus, ours.AgentStatus),
        (protocol.CheckpointSource, ours.CheckpointSource),
        (protocol.Channel, ours.Channel),
    ],
)
def test_a_table_holds_what_the_published_union_does(theirs: Any, here: Any) -> None:
    assert kind(theirs, MODELS) == kind(here, {})


def test_one_model_holds_the_fields_of_the_three_causes() -> None:
    causes = [member.__name__ for member in get_args(protocol.LifecycleCause)]
    fields = modelled(ours.LifecycleCause)

    assert set(chain(*(published(name, {}) for name in causes))) == fields.keys()
    words = frozenset().union(*(published(name, {})["type"].kind for name in causes))
    assert words == fields["type"].kind
