"""Cursors of run streams: what is kept of a place, and which are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import RunCreateMetadata
from graphwire_stream import RunCursor, _course
from graphwire_stream._course import Course
from graphwire_stream._operations import join_run, resume_run
from graphwire_stream._plan import Plan
from graphwire_stream._sse import ServerSentEvent
from graphwire_stream.resumption import Position

SERVER = "http://server:8123/base"
RUN = "00000000-0000-0000-0000-000000000002"
THREAD = "00000000-0000-0000-0000-000000000001"
WHERE: dict[str, Any] = {"server": SERVER, "thread_id": THREAD, "run_id": RUN}
CURSOR = RunCursor(**WHERE, last_event_id="2-0", after="1-0", seen=["ab"], stream_mode=["values"])


def test_the_text_of_a_cursor_is_json_and_is_read_back() -> None:
    fields = json.loads(str(CURSOR))

    assert fields["format"] == 1
    assert fields["last_event_id"] == "2-0"
    assert RunCursor.read(str(CURSOR), server=SERVER) == CURSOR
    assert RunCursor.read(CURSOR, server=SERVER) is CURSOR


@pytest.mark.parametrize("url", ["HTTP://SERVER:8123/base/", "http://server:8123/base"])
def test_a_server_may_be_written_in_other_ways(url: str) -> None:
    assert RunCursor.read(CURSOR.model_copy(update={"server": url}), server=SERVER).server == url


@pytest.mark.parametrize(
    "url",
    [
        "https://server:8123/base",
        "http://other:8123/base",
        "http://server:8124/base",
        "http://server:8123",
        "http://server:none/base",
        "nonsense",
        "",
    ],
)
def test_a_cursor_of_another_server_is_refused(url: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        RunCursor.read(str(CURSOR.model_copy(update={"server": url})), server=SERVER)

    assert caught.value.argument == "cursor"
    assert str(caught.value) == f"cursor: expected one of {SERVER}, got one of {url}"


def changed(**fields: Any) -> str:
    return json.dumps({**json.loads(str(CURSOR)), **fields})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "expected a RunCursor, or the text of one, got str ''"),
        ("1795358098927-0", "got str '1795358098927-0'"),
        (str(CURSOR)[:-5], "expected a RunCursor, or the text of one, got str"),
        (None, "got NoneType None"),
        (b"{}", "got bytes"),
        ("[]", "got a broken one: text: Input should be"),
        ("{}", "got a broken one: server: Field required"),
        (changed(run_id=None), "got a broken one: run_id: Input should be a valid string"),
        (changed(token="x"), "got a broken one: token: Extra inputs are not permitted"),
        (changed(version="v3"), "got a broken one: version: "),
        (
            changed(format=0),
            "expected one of format 1, got one of format 0, written by another version",
        ),
        (changed(format=2, more=True), "got one of format 2, written by another version"),
    ],
)
def test_a_broken_cursor_is_refused(value: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        RunCursor.read(value, server=SERVER)

    assert caught.value.argument == "cursor"
    assert message in str(caught.value)


def test_a_run_goes_on_before_the_last_part_with_the_same_filter() -> None:
    operation = resume_run(CURSOR, cancel_on_disconnect=True)

    assert operation.path == f"/threads/{THREAD}/runs/{RUN}/stream"
    assert operation.headers["last-event-id"] == "1-0"
    assert dict(operation.query) == {"cancel_on_disconnect": "true", "stream_mode": '["values"]'}
    assert Plan(operation, start=CURSOR).modes == ["values"]


def test_a_run_goes_on_at_its_beginning_before_the_second_part() -> None:
    first = RunCursor(**WHERE, last_event_id="1-0")

    assert resume_run(first, cancel_on_disconnect=None).headers["last-event-id"] == "0"


@pytest.mark.parametrize(
    "fields",
    [{"after": "1-0\r\nx: y"}, {"stream_mode": ["nonsense"]}, {"thread_id": ""}],
    ids=repr,
)
def test_what_cannot_be_sent_is_refused_before_it_is(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError):
        resume_run(CURSOR.model_copy(update=fields), cancel_on_disconnect=None)


# An event is its id, of which several events may have the same, and its data.
RUNS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=30)


def sent(steps: list[tuple[int, int]]) -> list[ServerSentEvent]:
    """Make the events of a run: ids rise or stay, and one of the same id has data of its own."""
    events: list[ServerSentEvent] = []
    moment = 1
    for step, size in steps:
        moment += step
        of_this = sum(event.id == f"{moment}-0" for event in events)
        data = b"%d of %d" % (size, of_this)
        events.append(ServerSentEvent("custom", data, f"{moment}-0", has_id=True))
    return events


def replayed(events: list[ServerSentEvent], after: str) -> list[ServerSentEvent]:
    moment = int(after.partition("-")[0])
    return [event for event in events if int((event.id or "").partition("-")[0]) > moment]


@settings(max_examples=300, deadline=None)
@given(RUNS, st.lists(st.integers(0, 30), max_size=4))
def test_a_run_read_in_any_number_of_processes_is_read_once(
    steps: list[tuple[int, int]], stops: list[int]
) -> None:
    events = sent(steps)
    read: list[ServerSentEvent] = []
    text = str(RunCursor(**WHERE))
    for stop in [*stops, len(events)]:
        cursor = RunCursor.read(text, server=SERVER)
        operation = resume_run(cursor, cancel_on_disconnect=None)
        course = Course(Plan(operation, start=cursor))
        position = Position(None, cursor)
        fresh = course.accept(replayed(events, operation.headers["last-event-id"]))
        for event in fresh[:stop]:
            position.passed(event)
            read.append(event)
        text = str(position.cursor(**WHERE))
        assert not course.lost

    assert read == events


def test_events_that_the_server_has_not_kept_are_noticed() -> None:
    events = sent([(1, 0), (1, 1), (1, 2), (1, 3)])
    cursor = RunCursor(**WHERE, last_event_id="3-0", after="2-0", seen=[])
    course = Course(Plan(resume_run(cursor, cancel_on_disconnect=None), start=cursor))

    assert course.is_behind
    assert course.accept(events[-1:]) == events[-1:]
    assert course.lost
    assert not course.is_behind


def numbered(*ids: str, data: bytes = b"1") -> list[ServerSentEvent]:
    return [ServerSentEvent("custom", data, one, has_id=True) for one in ids]


@pytest.mark.parametrize(
    "forgotten", [["9-0", "10-0", "8-0"], ["10-9", "10-2"], ["x-y-z", "10-0"], ["10-0", "zz-0"]]
)
def test_events_no_later_than_what_is_forgotten_are_old(
    forgotten: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_course, "_REMEMBERED", 4)
    course = Course(Plan(join_run(THREAD, RUN)))
    later = ["11-0", "12-0", "13-0", "14-0", "15-0", "16-0", "17-0"]
    read = numbered(*forgotten, *later)
    assert course.accept(read) == read
    course.reconnected()

    assert course.accept(numbered("10-0", "9-0", data=b"2")) == []
    fresh = numbered("14-0", "18-0", data=b"2")
    assert course.accept(numbered(*later) + fresh) == fresh


def test_a_place_that_the_caller_named_is_gone_on_from() -> None:
    plan = Plan(join_run(THREAD, RUN, last_event_id="7-0"))
    cursor = Position(plan.last_event_id).cursor(**WHERE)

    assert (cursor.last_event_id, cursor.after, cursor.seen) == ("7-0", "7-0", [])
    again = Course(plan).resume(RunCreateMetadata(run_id=RUN, thread_id=THREAD))
    assert again is not None
    assert again.headers["last-event-id"] == "7-0"
    assert not Course(plan).is_behind
