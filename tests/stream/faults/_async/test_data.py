"""Data that is not what it should be: the events before it come, then one error that names it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from tests.stream.faults._async.reading import read
from tests.stream.faults.stage import THREAD, Hold, Stage, stream
from tests.stream.scripted import events

from graphwire import AsyncClient
from graphwire_core.errors import RunFailedError, StreamProtocolError

Connect = Callable[[Stage], AsyncClient]

LAST_GOOD = "good events before it: 2, the last with id '2-0'"


def event(data: bytes, name: str = "custom") -> bytes:
    return b"event: %b\r\ndata: %b\r\nid: 3-0\r\n\r\n" % (name.encode(), data)


NOT_JSON = {
    "words": b"not json",
    "half an object": b'{"a": [1, 2',
    "two values": b"1 2",
    "a single quote": b"{'a': 1}",
    "a lone high surrogate": b'"\\ud83d"',
    "a lone low surrogate": b'{"text": "\\udc00 and on"}',
    "a control character": b'"a\x01b"',
    "a number that goes on": b"1_000",
    "a depth without end": b"[" * 5000,
}


@pytest.mark.parametrize("data", NOT_JSON)
async def test_data_that_is_no_json_is_one_error_after_the_events_before_it(
    data: str, connect: Connect
) -> None:
    hold = Hold()
    body = events(1, 2) + event(NOT_JSON[data]) + events(4)
    with Stage(stream(body, end=hold)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        outcome = await read(run)
        assert hold.is_closed()
    assert outcome.data == [1, 2]
    assert isinstance(outcome.error, StreamProtocolError)
    assert "data of event 'custom' (id 3-0) is not JSON" in outcome.message
    assert outcome.message.endswith(LAST_GOOD)
    assert len(stage.streams) == 1


JSON: dict[str, tuple[bytes, Any]] = {
    "a string": (b'"text"', "text"),
    "a number": (b"-1.5e3", -1500.0),
    "a large number": (b"123456789012345678901234567890", 123456789012345678901234567890),
    "a list": (b"[1, null, {}]", [1, None, {}]),
    "true": (b"true", True),
    "null": (b"null", None),
    "nothing": (b"", None),
    "blanks": (b"  \t", None),
    "infinity": (b'{"a": -Infinity}', {"a": -math.inf}),
    "a pair of surrogates": (b'"\\ud83d\\ude00"', "\U0001f600"),
    "a NUL": (b'"a\\u0000b"', "a\0b"),
    "bytes that are no UTF-8": (b'"a\xff\xe2\x82b"', "a\ufffd\ufffdb"),
    "a bare CR, which ends a line": (b'{"a":\rdata:1}', {"a": 1}),
}


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("data", JSON)
async def test_any_json_is_data(data: str, version: Any, connect: Connect) -> None:
    sent, expected = JSON[data]
    with Stage(stream(events(1) + event(sent) + events(4))) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", version=version)
        assert [part.data async for part in run] == [1, expected, 4]


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_not_a_number_is_one(version: Any, connect: Connect) -> None:
    with Stage(stream(event(b'{"score": NaN}', "values"))) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", version=version)
        [part] = [part async for part in run]
    assert list(part.data) == ["score"]
    assert math.isnan(part.data["score"])


NOT_OF_ITS_TYPE = {
    "updates": (b"[1]", "data"),
    "messages": (b'{"content": "x"}', "data"),
    "messages/partial": (b'"x"', "data"),
    "metadata": (b"3", "data"),
    "tasks": (b"null", "data"),
    "checkpoints": (b"[]", "data"),
    "debug": (b'"x"', "data"),
    "events": (b"7", "data"),
    "values": (b'{"__interrupt__": 5}', "data.__interrupt__"),
}


@pytest.mark.parametrize("name", NOT_OF_ITS_TYPE)
async def test_data_of_another_type_is_an_error_where_parts_are_typed(
    name: str, connect: Connect
) -> None:
    data, field = NOT_OF_ITS_TYPE[name]
    hold = Hold()
    with Stage(stream(events(1, 2) + event(data, name), end=hold)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", version="v2")
        outcome = await read(run)
        assert hold.is_closed()
    assert outcome.data == [1, 2]
    assert isinstance(outcome.error, StreamProtocolError)
    assert f"event {name!r} does not fit its type: {field}" in outcome.message
    assert outcome.message.endswith(LAST_GOOD)


@pytest.mark.parametrize("name", NOT_OF_ITS_TYPE)
async def test_data_of_another_type_is_data_where_parts_are_not_typed(
    name: str, connect: Connect
) -> None:
    data, _ = NOT_OF_ITS_TYPE[name]
    with Stage(stream(events(1) + event(data, name))) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        assert [part.event async for part in run] == ["custom", name]


@pytest.mark.parametrize("data", [b'{"error":"E","message":"m"}', b'"m"', b"null", b"[1]"])
async def test_an_error_of_the_run_is_raised_where_asked_for(data: bytes, connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1) + event(data, "error"), end=hold)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", raise_on_error=True)
        outcome = await read(run)
        assert hold.is_closed()
    assert outcome.data == [1]
    assert isinstance(outcome.error, RunFailedError)
