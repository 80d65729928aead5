import copy
import pickle
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar, assert_type

import pytest
from pydantic import ValidationError
from tests.stream.reference import read_wire, times, wire_form
from tests.strictness import assert_strict

from graphwire_core.errors import StreamProtocolError
from graphwire_core.models import ErrorPayload, Interrupt, ThreadState
from graphwire_stream import parts
from graphwire_stream.parts import (
    CheckpointPayload,
    CheckpointsStreamPart,
    CustomStreamPart,
    DebugCheckpointPayload,
    DebugStreamPart,
    DebugTaskPayload,
    DebugTaskResultPayload,
    DebugUnknownPayload,
    EndStreamPart,
    ErrorStreamPart,
    EventsStreamPart,
    FeedbackStreamPart,
    MessagesCompleteStreamPart,
    MessagesMetadataStreamPart,
    MessagesPartialStreamPart,
    MessagesTupleStreamPart,
    MetadataStreamPart,
    StateUpdateStreamPart,
    StreamPart,
    StreamPartV2,
    TaskPayload,
    TaskResultPayload,
    TasksStreamPart,
    UnknownPart,
    UpdatesStreamPart,
    ValuesStreamPart,
    parse_part,
)

P = TypeVar("P")

CLASSES: dict[str, type] = {
    "values": ValuesStreamPart,
    "updates": UpdatesStreamPart,
    "messages/partial": MessagesPartialStreamPart,
    "messages/complete": MessagesCompleteStreamPart,
    "messages/metadata": MessagesMetadataStreamPart,
    "messages": MessagesTupleStreamPart,
    "custom": CustomStreamPart,
    "checkpoints": CheckpointsStreamPart,
    "tasks": TasksStreamPart,
    "debug": DebugStreamPart,
    "events": EventsStreamPart,
    "metadata": MetadataStreamPart,
    "error": ErrorStreamPart,
    "state_update": StateUpdateStreamPart,
}

# Files of other protocols, with the prefix v3_, lie in the same folder.
CAPTURES = sorted(
    path
    for path in (Path(__file__).parent / "captures").glob("*.sse")
    if not path.name.startswith("v3_")
)


def events_of(path: Path) -> list[StreamPart]:
    """Read a recorded stream; a mark ends it where the recorder stopped."""
    return read_wire(path.read_bytes().partition(b"<<TIMEOUT>>")[0])


def parsed(kind: type[P], event: StreamPart) -> P:
    part = parse_part(*event)
    assert isinstance(part, kind)
    return part


def events_named(name: str, event: str) -> list[StreamPart]:
    path = next(path for path in CAPTURES if path.name == name)
    return [part for part in events_of(path) if part.event.split("|")[0] == event]


def test_the_captures_hold_every_type_with_and_without_subgraphs() -> None:
    events = [event.event for path in CAPTURES for event in events_of(path)]

    assert {event.split("|")[0] for event in events} == CLASSES.keys()
    assert {event.split("|")[0] for event in events if "|" in event} == {
        "values", "updates", "messages", "custom", "checkpoints", "tasks", "debug",
    }  # fmt: skip


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_event_of_a_capture_becomes_its_part(path: Path) -> None:
    for event in events_of(path):
        part = parse_part(*event)

        kind, *namespace = event.event.split("|")
        assert type(part) is CLASSES[kind]
        assert part.type == kind
        assert part.ns == tuple(namespace)
        assert part.id == event.id
        assert_strict(part)


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_nothing_of_an_event_is_lost(path: Path) -> None:
    for event in events_of(path):
        part = parse_part(*event)

        assert wire_form(part) == event._replace(data=times(event.data))


def test_interrupts_are_lifted_out_of_values() -> None:
    event = events_named("interrupt_values.sse", "values")[-1]

    part = parsed(ValuesStreamPart, event)

    assert part.interrupts == [
        Interrupt.model_validate(question) for question in event.data["__interrupt__"]
    ]
    assert part.interrupts[0].id
    assert part.data == {key: event.data[key] for key in event.data if key != "__interrupt__"}


def test_interrupts_of_updates_stay_in_the_data_too() -> None:
    event = events_named("interrupt_updates.sse", "updates")[-1]

    part = parsed(UpdatesStreamPart, event)

    assert part.interrupts[0].id == part.data["__interrupt__"][0]["id"]


def test_a_static_interrupt_is_an_empty_list() -> None:
    [event] = events_named("interrupt_before.sse", "updates")

    part = parse_part(*event)

    assert part.interrupts == []
    assert part.data == {"__interrupt__": []}


def test_the_interrupt_of_a_subgraph_has_its_namespace() -> None:
    parts = [parse_part(*event) for event in events_named("subinterrupt_values.sse", "values")]

    namespaces = Counter(len(part.ns) for part in parts if part.interrupts)
    assert namespaces == {0: 1, 1: 1}


def test_every_part_has_interrupts() -> None:
    part = parse_part("custom", {"__interrupt__": "a node may write this"})

    assert part.interrupts == []
    assert part["interrupts"] == []
    assert part.data == {"__interrupt__": "a node may write this"}


def test_the_data_of_an_event_is_not_changed_and_not_copied() -> None:
    question = {"value": 1, "id": "a", "response_schema": None}
    data = {"x": {"deep": object()}, "__interrupt__": [question]}

    part = parse_part("values", data)

    assert data.keys() == {"x", "__interrupt__"}
    assert isinstance(part, ValuesStreamPart)
    assert part.data["x"] is data["x"]
    assert parse_part("updates", data).data is data
    assert parse_part("custom", data).data is data


@pytest.mark.parametrize("data", [{}, [], [1], "text", 5, None, True])
def test_a_state_may_be_any_json(data: Any) -> None:
    part = parse_part("values", data)

    assert isinstance(part, ValuesStreamPart)
    assert part.data == data


def test_namespaces_are_split_outermost_first() -> None:
    assert parse_part("values|child:1|nested:2", {}).ns == ("child:1", "nested:2")
    assert parse_part("values", {}).ns == ()
    assert parse_part("values|", {}).ns == ()


def test_a_message_tuple_is_message_and_metadata() -> None:
    event = events_named("full_sub_messages-tuple.sse", "messages")[0]

    part = parse_part(*event)

    assert isinstance(part, MessagesTupleStreamPart)
    message, metadata = part.data
    assert message["type"] == "AIMessageChunk"
    assert "langgraph_node" in metadata


def test_tasks_begin_and_end() -> None:
    events = events_named("failing_values.sse", "tasks")

    payloads = [parsed(TasksStreamPart, event).data for event in events]

    kinds = [type(payload) for payload in payloads]
    assert kinds == [TaskPayload, TaskResultPayload, TaskPayload, TaskResultPayload]
    assert isinstance(payloads[-1], TaskResultPayload)
    assert payloads[-1].error == ErrorPayload(error="ValueError", message="kaboom")


def test_debug_events_carry_checkpoints_and_tasks() -> None:
    events = events_named("interrupt_debug.sse", "debug")

    payloads = [parsed(DebugStreamPart, event).data for event in events]

    kinds = {type(payload): type(payload.payload) for payload in payloads}
    assert kinds == {
        DebugCheckpointPayload: CheckpointPayload,
        DebugTaskPayload: TaskPayload,
        DebugTaskResultPayload: TaskResultPayload,
    }


def test_a_new_kind_of_debug_event_is_data() -> None:
    part = parse_part("debug", {"step": 1, "timestamp": "now", "type": "cache_hit", "payload": 7})

    assert isinstance(part.data, DebugUnknownPayload)
    assert part.data.payload == 7


def test_control_events_are_typed() -> None:
    error = parse_part("error", {"error": "ValueError", "message": "kaboom"})
    feedback = parse_part("feedback", {"stars": "https://example.test/f"})
    end = parse_part("end", None, "17-0")

    assert isinstance(error, ErrorStreamPart)
    assert error.data.message == "kaboom"
    assert isinstance(feedback, FeedbackStreamPart)
    assert feedback.data["stars"].startswith("https")
    assert isinstance(end, EndStreamPart)
    assert end.id == "17-0"


def test_a_thread_stream_tells_states_and_ends_of_runs() -> None:
    [event] = events_named("threadstream_state_update_on_update_state.sse", "state_update")
    state = parsed(StateUpdateStreamPart, event)
    runs = [
        parsed(MetadataStreamPart, event).data
        for event in events_named("threadstream_lifecycle.sse", "metadata")
    ]

    assert type(state.data.state) is ThreadState
    assert state.data.state.values == {"n": 7}
    assert [run.status for run in runs] == [None, "run_done"]


@pytest.mark.parametrize(
    "event", ["tools", "telemetry|child:1", "", "VALUES", " values", "message"]
)
def test_an_event_of_a_new_type_is_an_unknown_part(event: str) -> None:
    part = parse_part(event, {"anything": [1]}, "1-0")

    kind, *namespace = event.split("|")
    assert isinstance(part, UnknownPart)
    assert (part.type, part.event, part.ns, part.data, part.id) == (
        "unknown",
        kind,
        tuple(namespace),
        {"anything": [1]},
        "1-0",
    )


MALFORMED: list[tuple[str, Any, str]] = [
    ("metadata", {"attempt": 1}, "data.run_id"),
    ("metadata", None, "data"),
    ("updates", [], "data"),
    ("updates", {"__interrupt__": {"value": 1}}, "data.__interrupt__"),
    ("values", {"__interrupt__": [{"id": "a"}]}, "data.__interrupt__.0.value"),
    ("values", {"__interrupt__": None}, "data.__interrupt__"),
    ("messages", [{}], "data.1"),
    ("messages", [{}, {}, {}], "data"),
    ("messages/partial", {}, "data"),
    ("messages/partial", ["text"], "data.0"),
    ("messages/complete", None, "data"),
    ("messages/metadata", 5, "data"),
    ("checkpoints", {"config": {}}, "data.metadata"),
    ("tasks", {"id": "1", "name": "n", "triggers": ["a"]}, "data.input"),
    ("tasks", {"name": "n"}, "data.id"),
    ("tasks", "text", "data"),
    ("debug", {"step": "one", "timestamp": "", "type": "task"}, "data.step"),
    ("debug", {"step": 1, "timestamp": "", "type": "task", "payload": {}}, "data.payload.id"),
    ("debug", None, "data"),
    ("events", {"name": "x"}, "data.event"),
    ("error", "text", "data"),
    ("error", {"message": "x"}, "data.error"),
    ("feedback", [], "data"),
    ("state_update", {"state": {"next": []}, "thread_id": "t"}, "data.state.values"),
]


@pytest.mark.parametrize(("event", "data", "field"), MALFORMED)
def test_a_malformed_event_names_its_field(event: str, data: Any, field: str) -> None:
    with pytest.raises(StreamProtocolError) as caught:
        parse_part(f"{event}|child:1", data, "17-0")

    assert f"event '{event}|child:1' does not fit its type: {field}: " in str(caught.value)
    assert "(event id 17-0)" in str(caught.value)


def test_an_error_does_not_quote_the_data() -> None:
    with pytest.raises(StreamProtocolError) as caught:
        parse_part("messages", [{"content": "a secret"}, "another secret"])

    assert "secret" not in str(caught.value)
    assert "event id" not in str(caught.value)


def test_an_error_survives_pickle() -> None:
    with pytest.raises(StreamProtocolError) as caught:
        parse_part("metadata", {})

    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_part_reads_as_a_mapping() -> None:
    part = parse_part("values|child:1", {"x": 1})

    assert list(part) == ["type", "ns", "data", "interrupts", "id"]
    assert part["type"] == "values"
    assert part["ns"] == ("child:1",)
    assert part["data"] == {"x": 1}
    assert part.get("id") is None


def test_a_part_survives_pickle_and_copy() -> None:
    for path in CAPTURES:
        for event in events_of(path):
            part = parse_part(*event)
            assert pickle.loads(pickle.dumps(part)) == part
            assert copy.deepcopy(part) == part


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("values|child:1", {"n": 1}),
        ("values", 5),
        ("updates", {"node": None}),
        ("messages", [{"content": "x"}, {"step": 1}]),
        ("custom", None),
    ],
)
def test_a_part_that_needs_no_validation_is_as_if_it_had_been(event: str, data: Any) -> None:
    part = parse_part(event, data, "7-0")

    fields = {"type": part.type, "ns": part.ns, "data": data, "interrupts": [], "id": "7-0"}
    validated = type(part).model_validate(fields)
    assert part == validated
    assert (part.model_extra, part.model_fields_set) == ({}, validated.model_fields_set)
    assert part.model_dump_json() == validated.model_dump_json()
    assert repr(part) == repr(validated)
    assert part.model_copy(update={"id": None}).id is None
    with pytest.raises(ValidationError, match="frozen"):
        part.id = "8-0"  # type: ignore[misc]  # that is what is refused


def test_what_is_known_of_the_fields_of_one_part_is_its_own() -> None:
    one, other = parse_part("custom", 1), parse_part("custom", 1)
    one.model_fields_set.clear()
    assert one.model_extra is not None
    one.model_extra["more"] = 2

    assert other.model_fields_set == {"type", "ns", "data", "interrupts", "id"}
    assert other.model_extra == {}
    assert (one == other, list(one)) == (False, ["more"])
    assert one.model_fields_set == set()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        one.nothing  # type: ignore[union-attr]  # noqa: B018  # that is what is refused


def test_names_without_end_do_not_fill_the_memory() -> None:
    for number in range(1000):
        assert parse_part(f"values|node:{number}", {}).ns == (f"node:{number}",)
    assert len(parts._FORMS) <= 256


def test_a_part_prints_short() -> None:
    part = parse_part("values", {f"k{n}": "x" * 1_000 for n in range(1_000)}, "17-0")

    assert len(repr(part)) < 500
    assert repr(part).startswith("ValuesStreamPart(type='values'")


def test_a_v1_part_is_a_tuple_with_an_optional_id() -> None:
    part = StreamPart("values", {"x": 1})

    assert part == ("values", {"x": 1}, None)
    assert StreamPart._fields == ("event", "data", "id")


def test_a_checker_knows_the_data_of_a_part() -> None:
    part = assert_type(parse_part("tasks", {"id": "1", "name": "n", "result": {}}), StreamPartV2)

    assert isinstance(part, TasksStreamPart)
    payload = assert_type(part.data, TaskPayload | TaskResultPayload)
    assert payload.name == "n"
