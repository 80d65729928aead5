"""Connections that end anywhere, in any way: every projection reads each thing once, in order."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    Outcome,
    opened,
    reached,
    read,
    read_all,
    started,
    whole,
)
from tests.stream.thread_faults.stage import Act, Stage, Wire, once, plays, waited
from tests.stream.thread_faults.story import (
    EVENTS,
    OUTPUT,
    STATES,
    STORY,
    TEXT,
    WHOLE,
    counting,
    past,
)
from tests.stream.thread_faults.together import AsyncTogether

from graphwire_core.errors import StreamInterrupted
from graphwire_stream._session import session

LAST = len(STORY)


async def test_a_run_without_a_fault_is_read_whole(kind: str) -> None:
    with Stage(plays(before=past())) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


ENDS: dict[str, Act] = {
    "a reset": Wire.reset,
    "an end in order": Wire.finish,
    "a socket that is closed": Wire.vanish,
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("at", range(0, LAST, 6))
async def test_a_connection_that_ends_is_followed_by_another(kind: str, end: str, at: int) -> None:
    cut = plays(upto=at, before=past(), end=ENDS[end])
    with Stage(cut, plays(known=at, before=past())) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_frame_that_is_cut_in_its_middle_comes_again(kind: str) -> None:
    def cut(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        piece = wire.feed.write(*wire.frames(STORY[9:11]))
        wire.raw(piece[: len(piece) // 3])
        wire.vanish()

    with Stage(cut, plays(known=10)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_every_event_may_come_on_a_connection_of_its_own(kind: str) -> None:
    cuts = [plays(known=at, upto=at + 1, end=Wire.finish) for at in range(LAST)]
    with Stage(*cuts, plays(known=LAST)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            names = ("values", "text", "tool_calls")
            outcomes = await read_all(thread, names)
            assert {name: one.items for name, one in outcomes.items()} == {
                name: WHOLE[name] for name in names
            }
            assert [one.error for one in outcomes.values()] == [None] * 3


async def test_other_numbers_and_shifted_suffixes_are_the_same_events(kind: str) -> None:
    """What is hidden on a connection, or only lives on it, counts there."""

    def replays(known: int) -> Act:
        def act(wire: Wire) -> None:
            wire.begin()
            wire.hide(known)
            wire.tell([*past(), *STORY[:known]], live=False)
            wire.tell(STORY[known : known + 5])
            wire.hold() if known + 5 >= LAST else wire.finish()

        return act

    with Stage(*[replays(known) for known in range(0, LAST, 5)]) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


@pytest.mark.parametrize("number", [10, 12_000])
async def test_what_is_repeated_is_read_once(kind: str, number: int) -> None:
    states = counting(number)

    def again(wire: Wire) -> None:
        wire.begin()
        frames = wire.frames(states[:-1])
        wire.say(*frames)
        wire.say(*frames)
        wire.finish()

    with Stage(again, plays(states, known=number)) as stage:
        async with AsyncVisit(stage, kind, max_lag=50_000) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome.error is None
            assert [state["number"] for state in outcome.items] == list(range(number))


async def test_events_out_of_their_order_are_read_as_they_come_and_once(kind: str) -> None:
    states = counting(6)
    mixed = [states[at] for at in (3, 0, 4, 1, 2, 5)]

    def again(wire: Wire) -> None:
        wire.begin()
        wire.tell(mixed[:4])
        wire.finish()

    with Stage(again, plays([*mixed, states[-1]], known=4)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome.error is None
            assert [state["number"] for state in outcome.items] == [3, 0, 4, 1, 2, 5]


async def test_a_server_that_closes_after_every_replay_is_given_up(kind: str) -> None:
    with Stage(plays(upto=4, end=Wire.finish)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcomes = await read_all(thread, ("values", "text", "events", "output"))
            for outcome in outcomes.values():
                assert isinstance(outcome.error, StreamInterrupted)
                assert outcome.error.attempts == session.RESUME.attempts
            # A reader that opens as the last connection is given up has read nothing, and is told.
            assert outcomes["values"].items in ([], STATES[:1])
            assert outcomes["events"].items in ([], EVENTS[:4])
            assert outcomes["output"].items == []
            tried = len(stage.subscriptions)
            again = await read(thread, "values")
            assert isinstance(again.error, StreamInterrupted)
            assert again.items in ([], STATES[:1])
            assert len(stage.subscriptions) > tried
    assert tried <= 4 * session.RESUME.attempts


async def test_a_reader_after_a_stream_was_given_up_is_resumed_as_any(kind: str) -> None:
    """Its first connection may be one that the server has left meanwhile."""
    given_up, left = threading.Event(), threading.Event()
    closing, all_of_it = plays(upto=4, end=Wire.finish), plays(known=LAST)

    def act(wire: Wire) -> None:
        if not given_up.is_set():
            closing(wire)
        elif not left.is_set():
            left.set()
            wire.vanish()
        else:
            all_of_it(wire)

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert isinstance((await read(thread, "values")).error, StreamInterrupted)
            given_up.set()
            again = await read(thread, "values")
    assert left.is_set()
    assert again == Outcome(WHOLE["values"])


async def test_a_cut_between_the_command_and_its_events_loses_none(kind: str) -> None:
    def early(wire: Wire) -> None:
        wire.begin()
        wire.tell(past())
        waited(stage.commanded)
        wire.vanish()

    with Stage(early, plays(before=past())) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert thread.values is not None  # so that it connects before the run starts
            await started(thread)
            assert await whole(thread) == WHOLE
    assert len(stage.subscriptions) >= 2


async def test_a_cut_while_the_command_is_answered_loses_none(kind: str) -> None:
    """The run's first events come, and the connection goes, before the run has a name here."""

    def early(wire: Wire) -> None:
        wire.begin()
        waited(stage.commanded)
        wire.tell(STORY[:4])
        wire.vanish()

    with Stage(early, plays(known=4)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert thread.values is not None
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_projection_that_opens_while_the_connection_is_replaced_reads_all(
    kind: str,
) -> None:
    """The second connection is asked for with other channels than are wanted when it is there."""

    def slow(wire: Wire) -> None:
        stage.reached.set()
        waited(stage.go)
        plays(known=6)(wire)

    with Stage(plays(upto=6), slow, plays(known=6)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            states = thread.values.__aiter__()
            assert await anext(states) == STATES[0]
            first = AsyncTogether(partial(read, thread, "text"))
            await reached(stage)
            second = AsyncTogether(partial(read, thread, "tool_calls"))
            await opened(thread, 3)
            stage.go.set()
            assert await first.results() == [Outcome(TEXT)]
            assert await second.results() == [Outcome(WHOLE["tool_calls"])]
            assert [state async for state in states] == STATES[1:]
    assert len(stage.subscriptions) == 3


async def test_a_cut_of_the_connection_that_replaces_another_loses_none(kind: str) -> None:
    """The projection that needed another channel reads all, and so does the one before it."""
    acts: list[Act] = [plays(upto=6), plays(known=6, upto=7, end=Wire.vanish)]
    with Stage(*acts, plays(known=7)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            states = thread.values.__aiter__()
            assert await anext(states) == STATES[0]
            outcome = await read(thread, "text")
            assert (outcome.items, outcome.error) == (TEXT, None)
            assert [state async for state in states] == STATES[1:]
    assert len(stage.subscriptions) == 3


async def test_a_projection_that_opens_after_the_end_reads_all_over_a_cut(kind: str) -> None:
    first = plays()
    with Stage(first, plays(known=LAST, end=Wire.finish), plays(known=LAST)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert (await read(thread, "values")).items == STATES
            assert (await read(thread, "text")).items == TEXT
            assert (await read(thread, "events")).items == EVENTS


async def test_an_earlier_run_that_ends_late_does_not_end_this_one(kind: str) -> None:
    earlier = past()

    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(earlier[:-1])
        wire.tell(STORY[:6])
        wire.tell(earlier[-1:])
        wire.tell(STORY[6:])
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert (outcome.items, outcome.error) == (STATES, None)
            assert (await read(thread, "output")).items == [OUTPUT]


async def test_a_run_whose_answer_comes_after_its_end_is_read_whole(kind: str) -> None:
    told = threading.Event()

    def act(wire: Wire) -> None:
        wire.begin()
        waited(stage.commanded)
        wire.tell([*past(), *STORY])
        told.set()
        wire.hold()

    with Stage(act, command=once(told)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            early = AsyncTogether(*[partial(read, thread, name) for name in ("values", "events")])
            await started(thread)
            values, events = await early.results()
            assert (values.items, values.error) == (STATES, None)
            assert (events.items, events.error) == (EVENTS, None)
            assert await whole(thread) == WHOLE
