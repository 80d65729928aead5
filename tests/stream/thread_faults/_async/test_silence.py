"""Silence: of a dead connection, of a run that works, of one that is over, of one that asks."""

from __future__ import annotations

import threading
from time import monotonic

import pytest
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    Outcome,
    read,
    read_all,
    started,
    whole,
)
from tests.stream.thread_faults.stage import Stage, Wire, plays, waited
from tests.stream.thread_faults.story import (
    OUTPUT,
    STATES,
    STORY,
    WHOLE,
    asking,
    counting,
    entry,
)

from graphwire_core.errors import RequestTimeout, StreamInterrupted
from graphwire_stream._session import readings, vigil

NAMES = ("values", "text", "output")


pytestmark = pytest.mark.usefixtures("impatient")


async def test_a_connection_that_falls_silent_after_heartbeats_is_replaced(kind: str) -> None:
    def dying(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.beat()
        wire.hold()

    with Stage(dying, plays(known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_connection_that_dies_in_the_middle_of_a_frame_is_replaced(kind: str) -> None:
    def dying(wire: Wire) -> None:
        wire.begin()
        wire.beat()
        wire.tell(STORY[:9])
        wire.raw(wire.feed.write(*wire.frames(STORY[9:10]))[:40])
        wire.hold()

    with Stage(dying, plays(known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_connection_that_is_dead_from_the_beginning_is_replaced(kind: str) -> None:
    def dead(wire: Wire) -> None:
        wire.begin()
        wire.hold()

    with Stage(dead, plays(known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await read(thread, "values") == Outcome(STATES)
    assert stage.questions >= 1


async def test_the_end_of_a_run_is_asked_for_again_before_it_is_given_up(kind: str) -> None:
    """REST says that the run is over; the connection is dead, and the server has all of it."""

    def dead(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.hold()

    with Stage(dead, plays(known=len(STORY)), status="success") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


@pytest.mark.parametrize("beats", [True, False])
async def test_a_run_is_given_up_that_is_over_and_whose_end_never_comes(
    kind: str, *, beats: bool
) -> None:
    act = plays(upto=9, end=Wire.beat_on if beats else Wire.hold)
    with Stage(act, status="success") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcomes = await read_all(thread, NAMES)
            assert outcomes["values"].items == STATES[:1]
            for name in ("values", "text"):
                assert type(outcomes[name].error) is StreamInterrupted
                assert "is over, but the server has not sent its end" in str(outcomes[name].error)
            assert outcomes["output"] == Outcome([OUTPUT])


async def test_a_connection_that_is_cut_after_each_heartbeat_does_not_go_on_for_ever(
    kind: str,
) -> None:
    def short(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.beat()
        wire.finish()

    with Stage(short, status="success") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome.items == STATES[:1]
            assert type(outcome.error) is StreamInterrupted


async def test_heartbeats_are_no_events_and_no_end(kind: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        for _ in range(20):
            wire.beat()
        waited(stage.go)
        wire.tell(STORY[9:])
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            states = thread.values.__aiter__()
            assert await anext(states) == STATES[0]
            with pytest.raises(RequestTimeout, match=r"not complete within 0\.3 s"):
                await thread.result(0.3)
            stage.go.set()
            assert [state async for state in states] == STATES[1:]
            assert await whole(thread) == WHOLE


async def test_short_waits_that_are_repeated_are_as_patient_as_one(kind: str) -> None:
    """A dead connection is found by who looks again and again, each time for a moment."""

    def dying(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.beat()
        wire.hold()

    with Stage(dying, plays(known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            end = monotonic() + 10
            while monotonic() < end:
                try:
                    output = await thread.result(0.02)
                    break
                except RequestTimeout:
                    continue
            assert output == OUTPUT


async def test_bytes_that_drip_are_waited_for(kind: str) -> None:
    states = counting(3)
    never = threading.Event()

    def loris(wire: Wire) -> None:
        wire.begin()
        wire.beat()
        data = wire.feed.write(*wire.frames(states))
        for start in range(0, len(data), 9):
            wire.raw(data[start : start + 9])
            never.wait(0.003)
        wire.hold()

    with Stage(loris) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome == Outcome([{"number": step} for step in range(3)])
    assert len(stage.subscriptions) == 1


async def test_a_run_that_asks_is_read_up_to_its_question(kind: str) -> None:
    with Stage(plays(asking()), status="interrupted") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcomes = await read_all(thread, ("values", "events"))
            assert outcomes["values"] == Outcome([{"number": 0}])
            assert [name for name, _, _ in outcomes["events"].items] == [
                "lifecycle",
                "values",
                "input.requested",
                "lifecycle",
            ]
            assert outcomes["events"].error is None
            assert thread.interrupted
            assert [one.value for one in thread.interrupts] == ["really?"]


TRAILING = entry(1003, "values", {"trailing": True})


async def test_what_trails_a_question_is_read_while_other_nodes_are_at_work(kind: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(asking())
        waited(stage.go)
        wire.tell([TRAILING])
        stage.status = "interrupted"
        wire.hold()

    with Stage(act, status="running") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            states = thread.values.__aiter__()
            assert await anext(states) == {"number": 0}
            with pytest.raises(RequestTimeout):
                await thread.result(0.25)
            assert stage.questions >= 1
            stage.go.set()
            assert [state async for state in states] == [{"trailing": True}]


async def test_what_trails_a_question_is_read_over_a_cut(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection after the cut takes longer than a run that has asked is waited for."""
    monkeypatch.setattr(vigil, "DOUBT", 5.0)
    whole_run = asking(TRAILING)

    def slow(wire: Wire) -> None:
        wire.begin()
        threading.Event().wait(4 * readings.SETTLE)
        wire.tell(whole_run)
        wire.hold()

    with Stage(plays(asking(), end=Wire.vanish), slow, status="interrupted") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome == Outcome([{"number": 0}, {"trailing": True}])


async def test_a_run_that_nobody_started_here_is_asked_for_too(kind: str) -> None:
    """The run of a reader that is not the latest: its end is lost as well."""
    with Stage(plays(upto=9, end=Wire.beat_on), status="success") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            states = thread.values.__aiter__()
            assert await anext(states) == STATES[0]
            thread.session.expect()
            with pytest.raises(StreamInterrupted):
                await anext(states)
