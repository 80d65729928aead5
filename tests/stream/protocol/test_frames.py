"""Frames of the wire become models, whole and typed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.stream.protocol.frames import CLASSES, frame, read

from graphwire_core.errors import StreamProtocolError
from graphwire_stream.protocol import (
    CommandFailure,
    MessagesEvent,
    UnknownEvent,
    ValuesEvent,
    read_frame,
)


def unknown(sent: dict[str, Any]) -> UnknownEvent:
    event = read(UnknownEvent, sent)
    assert event.model_dump(mode="json", exclude_unset=True) == sent
    return event


def test_an_event_reads_as_the_wire_has_it_and_directly() -> None:
    event = read(ValuesEvent, frame("values", {"a": 1}, namespace=["child:1", "inner:2"], node="n"))

    assert event["params"]["data"] == event.data == {"a": 1}
    assert event["params"]["namespace"] == event.namespace == ("child:1", "inner:2")
    assert event["params"]["node"] == event.node == "n"
    assert list(event) == ["type", "event_id", "seq", "method", "params"]
    assert event.time == datetime(2026, 11, 22, 14, 41, 20, 561000, tzinfo=UTC)


def test_an_event_needs_no_id_and_no_seq() -> None:
    sent = {key: value for key, value in frame().items() if key not in {"event_id", "seq"}}

    event = read(ValuesEvent, sent)

    assert (event.event_id, event.seq, event.node) == (None, None, None)
    assert "seq" not in event


def test_fields_newer_than_the_models_are_kept_at_every_depth() -> None:
    delta = {"type": "text-delta", "text": "a", "new": 1}
    data = {"event": "content-block-delta", "index": 0, "delta": delta, "new": 2}
    sent = {**frame("messages", data, new=3), "new": 4}

    event = read(MessagesEvent, sent)

    assert event.model_dump(mode="json", exclude_unset=True) == sent
    assert (event["new"], event["params"]["new"], event.data["new"]) == (4, 3, 2)


def test_the_repr_of_an_event_is_short_and_says_what_it_is() -> None:
    event = read_frame(frame("values", {"text": "x" * 10_000}, namespace=["child:1"]))

    assert repr(event).startswith(
        "ValuesEvent(event_id='1795358480563-0', seq=3, method='values', namespace=('child:1',)"
    )
    assert len(repr(event)) < 300
    assert 'reason="params.data' in repr(read_frame(frame("messages", 3)))


def test_an_event_of_a_new_method_is_kept() -> None:
    event = unknown(frame("weather", {"rain": True}))

    assert event.method == "weather"
    assert event.data == {"rain": True}
    assert event.reason == "method str 'weather' is not known"


@pytest.mark.parametrize(
    ("method", "data", "reason"),
    [
        ("messages", {"event": "message-paused"}, "data.event: str 'message-paused' is not known"),
        ("messages", {"index": 0}, "data.event: NoneType None is not known"),
        ("messages", "text", "data: expected an object with 'event', got str"),
        ("messages", {"event": "message-start", "role": "ai"}, "data.id: Field required"),
        (
            "messages",
            {"event": "content-block-delta", "index": 0, "delta": {"type": "text-delta"}},
            "data.delta.text: Field required",
        ),
        (
            "messages",
            {"event": "content-block-start", "index": 0, "content": {"text": "a"}},
            "data.content.type: NoneType None is not known",
        ),
        ("tools", {"event": "tool-started", "tool_call_id": "t"}, "data.tool_name: Field required"),
        ("lifecycle", {"graph_name": "g"}, "data.event: Field required"),
        ("lifecycle", None, "data: Input should be"),
        ("input.requested", {"payload": 1}, "data.interrupt_id: Field required"),
        ("tasks", [], "data: Input should be"),
        ("tasks", {"id": "t", "triggers": []}, "data.name: Field required"),
        ("checkpoints", {"id": "c", "step": 1}, "data.source: Field required"),
    ],
)
def test_an_event_with_data_of_a_new_form_is_kept(method: str, data: Any, reason: str) -> None:
    event = unknown(frame(method, data))

    assert event.method == method
    assert event.data == data
    assert event.reason.startswith(f"params.{reason}")


def test_the_reason_quotes_no_data_of_the_graph() -> None:
    data = {"event": "message-start", "role": ["s3cret"], "id": {"key": "s3cret"}}

    assert "s3cret" not in unknown(frame("messages", data)).reason


def without(key: str, sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name != key}


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ([1], "expected an object, got list"),
        ("text", "expected an object, got str"),
        (None, "expected an object, got NoneType"),
        ({}, "type: expected one of 'event', 'success', 'error'"),
        ({"type": "weather"}, "type: expected one of 'event', 'success', 'error'"),
        ({"type": ["event"]}, "type: expected one of 'event', 'success', 'error'"),
        (without("method", frame()), "method: Field required"),
        ({**frame(), "method": 3}, "method: Input should be a valid string"),
        (without("params", frame()), "params: Field required"),
        ({**frame(), "params": [1]}, "params: Input should be"),
        ({**frame(), "seq": "later"}, "seq: Input should be a valid integer"),
        ({**frame(), "event_id": 3}, "event_id: Input should be a valid string"),
        ({**frame(), "params": without("data", frame()["params"])}, "params.data: Field required"),
        (frame(namespace="child"), "params.namespace: Input should be"),
        (frame(namespace=[1]), "params.namespace.0: Input should be a valid string"),
        (frame(timestamp=None), "params.timestamp: Input should be a valid integer"),
        (frame("weather", namespace=None), "params.namespace: Input should be"),
        ({"type": "success", "id": 1}, "result: Field required"),
        ({"type": "success", "id": 1, "result": []}, "result: Input should be"),
        ({"type": "success", "id": None, "result": {}}, "id: Input should be a valid integer"),
        ({"type": "error", "id": None, "message": "no"}, "error: Field required"),
        ({"type": "error", "id": None, "error": "unknown_error"}, "message: Field required"),
    ],
)
def test_a_malformed_frame_is_an_error_that_names_the_fault(sent: Any, fault: str) -> None:
    with pytest.raises(StreamProtocolError) as caught:
        read_frame(sent)

    assert caught.value.message.startswith(f"malformed frame: {fault}")


def test_the_error_of_a_malformed_frame_places_it_and_quotes_no_data() -> None:
    sent = frame("values", {"key": "s3cret"}, namespace=["s3cret", {"key": "s3cret"}])

    with pytest.raises(StreamProtocolError, match="event_id str '1795358480563-0', seq int 3") as e:
        read_frame(sent)

    assert "s3cret" not in f"{e.value!s} {e.value!r}"


def test_a_failure_of_no_command_has_no_id() -> None:
    sent = {"type": "error", "id": None, "error": "unknown_error", "message": "the thread is gone"}

    failure = read(CommandFailure, sent)

    assert failure.id is None
    assert (failure.error, failure.message) == ("unknown_error", "the thread is gone")


def test_a_gap_says_from_where_events_are_kept() -> None:
    sent = {
        "type": "error",
        "id": 3,
        "error": "resume_gap",
        "message": "gone",
        "since": 4,
        "min_available_seq": 9,
        "meta": {"applied_through_seq": 12},
    }

    failure = read(CommandFailure, sent)

    assert (failure.since, failure.min_available_seq) == (4, 9)
    assert failure.meta is not None
    assert failure.meta.applied_through_seq == 12


def test_an_error_code_newer_than_the_models_is_kept() -> None:
    sent = {"type": "error", "id": 1, "error": "too_sleepy", "message": "zzz"}

    assert read(CommandFailure, sent).error == "too_sleepy"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=8,
)
WORDS = st.sampled_from(
    ["event", "success", "error", *CLASSES, "content-block-delta", "text-delta", "tool-started"]
)
KEYS = st.sampled_from(
    [
        *("type", "id", "seq", "event_id", "method", "params", "result", "meta", "namespace"),
        *("timestamp", "data", "event", "index", "delta", "content", "usage", "text", "message"),
    ]
)
NEARLY = st.recursive(
    JSON | WORDS,
    lambda inside: st.dictionaries(KEYS, inside, max_size=8) | st.lists(inside, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, NEARLY), st.dictionaries(KEYS, NEARLY), WORDS, NEARLY)
def test_no_json_is_anything_but_a_model_or_a_malformed_frame(
    sent: dict[str, Any], params: dict[str, Any], method: str, data: Any
) -> None:
    around = {**frame(method), "params": {**frame()["params"], **params}}

    for candidate in (sent, {**frame(method), **sent}, frame(method, data), around):
        assert outcome(candidate).startswith((*NAMES, "malformed frame: "))


NAMES = (*(kind.__name__ for kind in CLASSES.values()), "UnknownEvent", "Command")


def outcome(sent: dict[str, Any]) -> str:
    """Return the repr of a frame's model, else what is wrong with it."""
    try:
        return repr(read_frame(sent))
    except StreamProtocolError as error:
        return error.message
