"""The task that reads for all: one at a time, idle while nothing comes, gone with the stream."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    opened,
    reached,
    read,
    started,
    whole,
)
from tests.stream.thread_faults.stage import Stage, Wire, plays, waited
from tests.stream.thread_faults.story import STATES, STORY, THREAD, WHOLE, counting
from tests.stream.thread_faults.together import AsyncTogether

from graphwire_core.errors import StreamError, StreamProtocolError
from graphwire_stream._drivers import AsyncDriver

PUMP = "graphwire-thread-stream"


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Count the steps of every pump."""
    counted: list[None] = []
    step = AsyncDriver._step

    async def counting_step(driver: AsyncDriver) -> None:
        counted.append(None)
        await step(driver)

    monkeypatch.setattr(AsyncDriver, "_step", counting_step)
    return counted


def pumps() -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if task.get_name() == PUMP]


async def test_nothing_is_done_while_nothing_comes(kind: str, steps: list[None]) -> None:
    with Stage(plays(upto=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            states = thread.values.__aiter__()
            assert await anext(states) == STATES[0]
            before = len(steps)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(anext(states), 0.4)
            assert len(steps) - before < 10


async def test_nothing_is_done_after_a_fault_until_somebody_reads(
    kind: str, steps: list[None]
) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.say(b"[]")
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert type((await read(thread, "values")).error) is StreamProtocolError
            before = len(steps)
            await asyncio.sleep(0.1)
            assert len(steps) == before
            assert len(stage.subscriptions) == 1


async def test_no_more_is_read_ahead_than_the_readers_can_take(kind: str) -> None:
    with Stage(plays(counting(3000))) as stage:
        async with AsyncVisit(stage, kind, max_lag=100) as thread:
            await started(thread)
            states = thread.values.__aiter__()
            assert await anext(states) == {"number": 0}
            await asyncio.sleep(0.2)
            [consumer] = [one for each in thread.session._readings for one in each.consumers]
            assert 0 < consumer.behind <= 100
            rest = [state["number"] async for state in states]
            assert rest == list(range(1, 3000))


async def test_what_nobody_reads_stays_with_the_server(kind: str) -> None:
    sent: list[int] = []

    def flood(wire: Wire) -> None:
        wire.begin()
        for start in range(0, len(states), 500):
            wire.tell(states[start : start + 500])
            sent.append(start)
        wire.hold()

    states = counting(60_000, text="x" * 500)
    with Stage(flood) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            reader = thread.values.__aiter__()
            assert await anext(reader) == {"number": 0, "text": "x" * 500}
            [consumer] = [one for each in thread.session._readings for one in each.consumers]
            before = (-1, -1)
            while before != (before := (consumer.behind, len(sent))):  # noqa: ASYNC110  # unheard
                await asyncio.sleep(0.2)
            assert 0 < consumer.behind < 5000
            assert len(sent) * 500 < len(states) / 2


async def test_large_states_that_nobody_reads_stay_with_the_server(kind: str) -> None:
    large = counting(100, text="x" * 500_000)
    with Stage(plays(large)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            reader = thread.values.__aiter__()
            assert (await anext(reader))["number"] == 0
            [consumer] = [one for each in thread.session._readings for one in each.consumers]
            before = -1
            while before != (before := consumer.behind):  # noqa: ASYNC110  # unheard
                await asyncio.sleep(0.2)
            assert consumer.behind < 30
            assert [state["number"] async for state in reader] == list(range(1, 100))


async def test_there_is_one_task_however_many_open_at_once(kind: str) -> None:
    with Stage(*[plays(known=at) for at in (6, 9, 12)], plays(known=len(STORY))) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            for _ in range(4):
                readers = [asyncio.ensure_future(whole(thread)) for _ in range(5)]
                while not all(reader.done() for reader in readers):
                    await asyncio.sleep(0)
                    assert len([pump for pump in pumps() if not pump.cancelling()]) <= 1
                assert [reader.result() for reader in readers] == [WHOLE] * 5


async def test_readers_are_told_when_the_task_is_cancelled_by_others(kind: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        waited(stage.go)
        wire.tell(STORY[9:])
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert [thread.values, thread.text()]
            await started(thread)
            assert await anext(thread.values.__aiter__()) == STATES[0]
            together = AsyncTogether(lambda: read(thread, "values"), lambda: read(thread, "text"))
            await opened(thread, 2)
            [pump] = pumps()
            pump.cancel()
            for outcome in await together.results():
                assert type(outcome.error) is StreamError
                assert "was cancelled" in str(outcome.error)
            stage.go.set()
            assert await whole(thread) == WHOLE


async def test_a_reader_that_is_woken_and_cancelled_at_once_loses_nothing(kind: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        for entry in STORY:
            wire.tell([entry])
        stage.reached.set()
        waited(stage.go)
        wire.hold()

    with Stage(act, plays(known=len(STORY))) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            states = thread.values.__aiter__()
            seen: list[object] = []
            while len(seen) < len(STATES):
                task = asyncio.ensure_future(anext(states))
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
                if not task.cancelled():
                    seen.append(task.result())
            assert seen == STATES
            stage.go.set()


async def test_a_loop_that_is_shut_down_leaves_no_warning(kind: str) -> None:
    """As `asyncio.run` does it: every task is cancelled, and waited for."""
    with Stage(plays(upto=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            readers = [asyncio.ensure_future(read(thread, "text")) for _ in range(3)]
            await opened(thread, 3)
            current = asyncio.current_task()
            tasks = [task for task in asyncio.all_tasks() if task is not current]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            assert all(reader.cancelled() for reader in readers)
            await asyncio.sleep(0)
            assert pumps() == []


async def test_an_iterator_that_two_tasks_begin_at_once_is_one_reading(kind: str) -> None:
    told = threading.Event()

    def act(wire: Wire) -> None:
        wire.begin()
        waited(told)
        wire.tell(counting(50))
        wire.hold()

    with Stage(act, slow=True) as stage:
        async with AsyncVisit(stage, kind, thread_id=THREAD) as thread:
            states = thread.values.__aiter__()

            async def drain() -> list[int]:
                return [state["number"] async for state in states]

            drains = asyncio.gather(drain(), drain())
            await reached(stage)
            stage.go.set()
            await opened(thread, 1)
            for _ in range(20):
                await asyncio.sleep(0)
            assert sum(len(one.consumers) for one in thread.session._readings) == 1
            told.set()
            first, second = await drains
            assert sorted(first + second) == list(range(50))
