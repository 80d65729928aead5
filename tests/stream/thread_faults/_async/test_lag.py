"""Readers that are slow, or many, and runs that are long: nobody pays for another."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from time import monotonic
from typing import Any

import pytest
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    Outcome,
    opened,
    read,
    started,
    whole,
)
from tests.stream.thread_faults.stage import Stage, Wire, many, once, plays, waited
from tests.stream.thread_faults.story import OUTPUT, STATES, STORY, TEXT, WHOLE, counting
from tests.stream.thread_faults.together import AsyncTogether
from tests.transports.wire import PATIENCE

from graphwire_core.errors import SlowConsumerError
from graphwire_stream import AsyncThreadStream
from graphwire_stream._session import reading

NUMBER = 1500


def numbers(items: list[Any]) -> list[int]:
    return [item["number"] for item in items]


async def test_a_reader_that_never_reads_is_dropped_alone(kind: str) -> None:
    with Stage(plays(counting(NUMBER))) as stage:
        async with AsyncVisit(stage, kind, max_lag=100) as thread:
            await started(thread)
            lazy = thread.values.__aiter__()
            assert await anext(lazy) == {"number": 0}
            for _ in range(2):
                outcome = await read(thread, "values")
                assert outcome.error is None
                assert numbers(outcome.items) == list(range(NUMBER))
            for _ in range(2):
                with pytest.raises(
                    SlowConsumerError, match="events behind its stream and was dropped"
                ):
                    await anext(lazy)
            assert await read(thread, "output") == Outcome([OUTPUT])
            assert (await read(thread, "values")).error is None


async def test_what_is_kept_for_a_reader_that_never_reads_is_bounded(kind: str) -> None:
    """No more than it may lag, and what readers that open late may still ask for."""
    number, max_lag = 12_000, 1000
    with Stage(many(number)) as stage:
        async with AsyncVisit(stage, kind, max_lag=max_lag) as thread:
            await started(thread)
            lazy = thread.values.__aiter__()
            assert await anext(lazy) == {"number": 0}
            kept, seen = [], 0
            async for state in thread.values:
                seen += 1
                if state["number"] % 100 == 0:
                    kept.append(events_kept(thread))
            assert seen == number
            assert max(kept) <= 2048 + 2 * max_lag
            assert kept[-1] <= max_lag  # by then it was dropped, and the run is too long to repeat
            with pytest.raises(SlowConsumerError):
                await anext(lazy)


def events_kept(thread: AsyncThreadStream) -> int:
    """Count the events that a session holds, for whomever."""
    kept = 0
    for one in thread.session._readings:
        kept += len(one.log) + sum(consumer.behind for consumer in one.consumers)
    return kept


@pytest.mark.parametrize("max_lag", [100, 10_000])
async def test_a_reader_alone_is_never_too_slow(kind: str, max_lag: int) -> None:
    """What it does between two events lets more arrive: they are not read before they fit."""
    with Stage(plays(counting(NUMBER))) as stage:
        async with AsyncVisit(stage, kind, max_lag=max_lag) as thread:
            await started(thread)
            expected = 0
            async for state in thread.values:
                assert state["number"] == expected
                expected += 1
                if expected % 50 == 0:
                    await pause()
            assert expected == NUMBER


async def pause() -> None:
    """Let others go on for a while."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_that_reads_a_hundredth_gets_all_of_it_later(kind: str) -> None:
    states = counting(3000)
    with Stage(plays(states)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            slow = thread.values.__aiter__()
            got = []
            async for state in thread.values:
                if state["number"] % 100 == 0:
                    got.append(await anext(slow))  # noqa: PERF401  # of another stream
            assert len(got) == 30
            got += [state async for state in slow]
    assert numbers(got) == list(range(3000))


async def test_a_reader_that_opens_late_is_not_behind_for_that(kind: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(states[:NUMBER])
        waited(stage.go)
        wire.tell(states[NUMBER:])
        wire.hold()

    states = counting(NUMBER + 5)
    with Stage(act) as stage:
        async with AsyncVisit(stage, kind, max_lag=100) as thread:
            await started(thread)
            early = thread.values.__aiter__()
            assert numbers([await anext(early) for _ in range(NUMBER)]) == list(range(NUMBER))
            late = thread.values.__aiter__()
            assert await anext(late) == {"number": 0}
            stage.go.set()
            assert numbers([state async for state in early]) == list(range(NUMBER, NUMBER + 5))
            assert numbers([state async for state in late]) == list(range(1, NUMBER + 5))


async def test_a_run_that_is_named_late_does_not_put_its_readers_behind(kind: str) -> None:
    """Its events come before the answer to the command."""
    told = threading.Event()
    states = counting(NUMBER)

    def act(wire: Wire) -> None:
        wire.begin()
        waited(stage.commanded)
        wire.tell(states[:-1])
        waited(stage.go)
        wire.tell(states[-1:])
        wire.hold()

    with Stage(act, command=once(told)) as stage:
        async with AsyncVisit(stage, kind, max_lag=100) as thread:
            assert thread.values is not None
            reader = AsyncTogether(partial(read, thread, "values"))
            await opened(thread, 1)
            start = AsyncTogether(partial(started, thread))
            await ahead(thread, NUMBER)
            told.set()
            await start.results()
            stage.go.set()
            [outcome] = await reader.results()
            assert outcome.error is None
            assert numbers(outcome.items) == list(range(NUMBER))


async def ahead(thread: AsyncThreadStream, number: int) -> None:
    """Wait until so many events of a run without a name were read."""
    end = monotonic() + PATIENCE
    while sum(len(one.log) for one in thread.session._readings) < number:
        assert monotonic() < end, "they were not read"
        await asyncio.sleep(0.001)


async def test_a_run_of_large_states_is_read_again_by_who_opens_late(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is too large to be kept, and is asked for again."""
    monkeypatch.setattr(reading, "_RETAINED_BYTES", 100_000)
    states = counting(30, text="x" * 10_000)
    with Stage(plays(states), plays(states, known=len(states))) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            for _ in range(2):
                outcome = await read(thread, "values")
                assert outcome.error is None
                assert numbers(outcome.items) == list(range(30))
                assert events_kept(thread) == 0
    assert len(stage.subscriptions) == 2


async def test_64_projections_read_over_one_connection(kind: str) -> None:
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert [thread.values, thread.text()]
            await started(thread)
            names = ["values", "text"] * 32
            for index, outcome in enumerate(
                await AsyncTogether(*[partial(read, thread, name) for name in names]).results()
            ):
                assert outcome == Outcome(STATES if index % 2 == 0 else TEXT)
    assert len(stage.subscriptions) == 1


async def test_64_projections_that_open_one_after_another_read_all(kind: str) -> None:
    with Stage(*[plays(known=at) for at in (0, 8, 16, len(STORY))]) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            names = ["values", "text", "messages", "tool_calls", "subgraphs", "events"]
            for index in range(64):
                name = names[index % len(names)]
                assert await read(thread, name) == Outcome(WHOLE[name])
    assert len(stage.subscriptions) <= len(names)


async def test_64_projections_survive_cuts(kind: str) -> None:
    def first(wire: Wire) -> None:
        wire.begin()
        waited(stage.commanded)
        wire.tell(STORY[:6])
        wire.finish()

    cuts = [plays(known=at, upto=at + 6, end=Wire.finish) for at in range(6, len(STORY) - 6, 6)]
    with Stage(first, *cuts, plays(known=len(STORY))) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert [thread.values, thread.text(), thread.tool_calls]
            names = ["values", "text", "messages", "tool_calls"] * 16
            readers = AsyncTogether(*[partial(read, thread, name) for name in names])
            await opened(thread, len(names))
            await started(thread)
            for name, outcome in zip(names, await readers.results(), strict=True):
                assert outcome == Outcome(WHOLE[name])
            assert await whole(thread) == WHOLE


@pytest.mark.timeout(120)  # seconds of work, and more where other tests have their share
async def test_100_000_events_are_read_once_and_in_order(kind: str) -> None:
    number = 100_000
    with Stage(many(number)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            expected = 0
            async for state in thread.values:
                assert state["number"] == expected
                expected += 1
            assert expected == number
            assert await read(thread, "output") == Outcome([OUTPUT])
