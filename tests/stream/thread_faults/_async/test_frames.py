"""Frames that are not what they should be, and frames of any size: once, or one error."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Any

import pytest
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    Outcome,
    opened,
    read,
    read_all,
    started,
    whole,
)
from tests.stream.thread_faults.stage import Act, Stage, Wire, plays, waited
from tests.stream.thread_faults.story import (
    OUTPUT,
    STATES,
    STORY,
    TEXT,
    WHOLE,
    counting,
    entry,
)
from tests.stream.thread_faults.together import AsyncTogether

from graphwire_core.errors import StreamInterrupted, StreamProtocolError
from graphwire_stream._session import session
from graphwire_stream.protocol import UnknownEvent

NAMES = ("values", "text", "output")
EVENT: dict[str, Any] = {"type": "event", "event_id": "1002-9", "seq": 7, "method": "values"}
PARAMS: dict[str, Any] = {"namespace": [], "timestamp": 1, "data": {}}

MALFORMED: dict[str, bytes] = {
    "words": b"not json",
    "half an object": b'{"type":"event","par',
    "nothing": b"",
    "two values": b'{"type":"success"} {}',
    "a lone surrogate": b'{"type":"event","method":"values","params":"\\ud83d"}',
    "bytes that are no UTF-8": b'{"type":"event\xff"}',
    "a list": b"[1, 2]",
    "a text": b'"text"',
    "null": b"null",
    "a depth without end": b"[" * 5000,
    "no type": b"{}",
    "another type": b'{"type":"gossip"}',
    "no method": json.dumps({**EVENT, "method": None, "params": PARAMS}).encode(),
    "no params": json.dumps(EVENT).encode(),
    "no data": json.dumps({**EVENT, "params": {"namespace": [], "timestamp": 1}}).encode(),
    "a namespace that is none": json.dumps(
        {**EVENT, "params": {**PARAMS, "namespace": "child"}}
    ).encode(),
}


@pytest.mark.parametrize("frame", MALFORMED)
async def test_a_malformed_frame_is_one_error_of_every_reader(kind: str, frame: str) -> None:
    if kind == "sse" and frame == "nothing":
        frame = "null"  # an event without data is none

    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:6])
        waited(stage.go)
        wire.say(MALFORMED[frame])
        wire.tell(STORY[6:])
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert [thread.values, thread.text()]
            await started(thread)
            together = AsyncTogether(*[partial(read, thread, name) for name in NAMES])
            await opened(thread, len(NAMES))
            stage.go.set()
            outcomes = dict(zip(NAMES, await together.results(), strict=True))
            for outcome in outcomes.values():
                assert type(outcome.error) is StreamProtocolError
                assert "malformed" in str(outcome.error)
            assert outcomes["values"].items == STATES[:1]
            assert outcomes["output"].items == []
    assert len(stage.subscriptions) == 1


async def test_every_reader_of_a_malformed_frame_has_an_error_of_its_own(kind: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        waited(stage.go)
        wire.say(b"[]")
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            together = AsyncTogether(*[partial(read, thread, "values") for _ in range(20)])
            await opened(thread, 20)
            stage.go.set()
            errors = [outcome.error for outcome in await together.results()]
    assert len({id(error) for error in errors}) == 20
    assert len({str(error) for error in errors}) == 1
    for error in errors:
        frames, trace = 0, error and error.__traceback__
        while trace is not None:
            frames, trace = frames + 1, trace.tb_next
        assert frames < 10


async def test_who_reads_after_a_malformed_frame_begins_anew(kind: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:6])
        wire.say(b"[]")
        wire.hold()

    with Stage(act, plays(known=6)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert type((await read(thread, "values")).error) is StreamProtocolError
            assert await whole(thread) == WHOLE


@pytest.mark.parametrize(
    "data",
    [{"x": math.inf}, [1, None], "text", None, 2**70, {"a\0": "\U0001f600"}, "line\u2028end"],
)
async def test_any_json_is_a_state(kind: str, data: Any) -> None:
    story = [entry(1000, "values", data), *counting(0)]
    with Stage(plays(story)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await read(thread, "values") == Outcome([data])


async def test_not_a_number_is_one(kind: str) -> None:
    with Stage(plays([entry(1000, "values", {"score": math.nan}), *counting(0)])) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            [state] = (await read(thread, "values")).items
    assert math.isnan(state["score"])


async def test_data_of_another_form_is_an_event_of_unknown_kind(kind: str) -> None:
    odd = [entry(1000, "messages", 7), entry(1000, "values", {"number": 0})]
    with Stage(plays([*odd, *counting(0)])) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            events = [event async for event in thread.subscribe(["messages", "values"])]
            assert [type(event) is UnknownEvent for event in events] == [True, False]
            assert (await read(thread, "text")) == Outcome([])


def said(wire: Wire, error: str, **more: Any) -> None:
    """Tell half of the story, then that it cannot go on."""
    frame = {"type": "error", "id": None, "error": error, "message": "cannot go on", **more}
    wire.begin()
    wire.tell(STORY[:9])
    wire.say(json.dumps(frame).encode())
    wire.finish()


ERRORS: dict[str, Act] = {
    "unknown_error": lambda wire: said(wire, "unknown_error"),
    "resume_gap": lambda wire: said(wire, "resume_gap", since=9, min_available_seq=99),
}


@pytest.mark.parametrize("error", ERRORS)
async def test_an_error_frame_ends_the_connection_and_not_the_stream(kind: str, error: str) -> None:
    with Stage(ERRORS[error], plays(known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


@pytest.mark.parametrize("error", ERRORS)
async def test_error_frames_without_end_interrupt_every_reader(kind: str, error: str) -> None:
    with Stage(ERRORS[error]) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            for outcome in (await read_all(thread, NAMES)).values():
                assert isinstance(outcome.error, StreamInterrupted)
                assert "The event stream was cut" in str(outcome.error)
    assert len(stage.subscriptions) <= len(NAMES) * session.RESUME.attempts


async def test_answers_to_commands_are_no_events(kind: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        for at in range(len(STORY)):
            wire.say(b'{"type":"success","id":%d,"result":{}}' % at)
            wire.tell(STORY[at : at + 1])
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_frame_of_20_megabytes_is_read_whole(kind: str) -> None:
    text = "0123456789abcdef" * (20_000_000 // 16)
    story = [entry(1000, "values", {"text": text}), *counting(2)]
    with Stage(plays(story)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            large, *others = (await read(thread, "values")).items
    assert large == {"text": text}
    assert others == [{"number": 0}, {"number": 1}]


@pytest.mark.parametrize("size", [1, 7])
async def test_a_stream_in_small_pieces_is_read_whole(kind: str, size: int) -> None:
    story = STORY[:10]
    tail = counting(0)

    def act(wire: Wire) -> None:
        wire.begin()
        data = wire.feed.write(*wire.frames([*story, *tail]))
        for start in range(0, len(data), size):
            wire.raw(data[start : start + size])
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcomes = await read_all(thread, NAMES)
            assert outcomes["values"] == Outcome(STATES[:2])
            assert outcomes["text"] == Outcome(TEXT[:3])
            assert outcomes["output"] == Outcome([OUTPUT])
