"""A task that is cancelled wherever it waits disturbs no other, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.stream.cancelled import Cancelled
from tests.stream.thread_faults._async.reading import AsyncVisit, Outcome, read, started, whole
from tests.stream.thread_faults._async.test_depths import descended
from tests.stream.thread_faults._async.test_questions import ANSWERS, asked, asks, staged
from tests.stream.thread_faults._async.test_questions import STATES as AFTER_ANSWERS
from tests.stream.thread_faults._async.test_ways import WAYS
from tests.stream.thread_faults.stage import Act, Stage, Wire, plays, refusal
from tests.stream.thread_faults.story import (
    ANSWERED,
    DEEP,
    DEPTHS,
    OUTPUT,
    QUESTIONS,
    STATES,
    STORY,
    WHOLE,
)

from graphwire_stream import AsyncThreadStream

BUSY = refusal("503 Service Unavailable")
LAST = len(STORY)


def acts() -> list[Act]:
    """Return connections with every kind of wait in them: cuts, pauses, another one for more."""
    return [
        plays(upto=9, end=Wire.reset),
        BUSY,
        plays(known=9, upto=14, end=Wire.finish),
        *[plays(known=LAST)] * 20,
    ]


async def awaiting(work: Awaitable[None]) -> None:
    await work


async def cancelled(work: Awaitable[None], at: int) -> bool:
    """Do some work in a task that is cancelled at its n-th wait; return whether it came to that."""
    watched = Cancelled(work, at)
    task = asyncio.ensure_future(awaiting(watched))
    await asyncio.wait([task])
    assert task.cancelled() == watched.done
    if not watched.done:
        task.result()
    return watched.done


async def reads(thread: AsyncThreadStream) -> None:
    """Read what needs several connections."""
    for name in ("values", "messages", "tool_calls", "output"):
        expected = WHOLE[name] if name != "output" else [OUTPUT]
        assert (await read(thread, name)).items == expected


async def test_a_reader_may_be_cancelled_wherever_it_waits(kind: str) -> None:
    for at in itertools.count(1):
        with Stage(*acts()) as stage:
            async with AsyncVisit(stage, kind) as thread:
                await started(thread)
                went_on = not await cancelled(reads(thread), at)
                assert await whole(thread) == WHOLE
        if went_on:
            break
    gc.collect()  # what was left open warns here
    assert at > 5


async def test_a_reader_may_be_cancelled_while_another_reads(kind: str) -> None:
    for at in itertools.count(1):
        with Stage(*acts()) as stage:
            async with AsyncVisit(stage, kind) as thread:
                await started(thread)
                kept = asyncio.ensure_future(whole(thread))
                went_on = not await cancelled(reads(thread), at)
                assert await kept == WHOLE
        if went_on:
            break
    gc.collect()
    assert at > 5


async def starts(thread: AsyncThreadStream) -> None:
    assert thread.values is not None  # so that it connects before the run starts
    await started(thread)


async def test_a_start_may_be_cancelled_wherever_it_waits(kind: str) -> None:
    for at in itertools.count(1):
        with Stage(*[plays()] * 20) as stage:
            async with AsyncVisit(stage, kind) as thread:
                waiting = asyncio.ensure_future(read(thread, "text"))
                await asyncio.sleep(0)
                went_on = not await cancelled(starts(thread), at)
                if not went_on:
                    await started(thread)
                outcome = await waiting
                if outcome.error is None:
                    assert outcome.items == WHOLE["text"]
                else:
                    assert "was given up" in str(outcome.error)
                assert await whole(thread) == WHOLE
        if went_on:
            break
    gc.collect()
    assert at > 3


async def pairs(thread: AsyncThreadStream) -> list[object]:
    names = ["values", "messages", "progress"]
    return [item async for name, item in thread.interleave_projections(names) if name == "values"]


async def first_message(thread: AsyncThreadStream) -> str:
    message = await anext(thread.messages.__aiter__())
    return (await message.complete()).text


async def first_call(thread: AsyncThreadStream) -> Any:
    call = await anext(thread.tool_calls.__aiter__())
    return await call.output


async def tree(thread: AsyncThreadStream) -> int:
    return len((await thread.agent.get_tree()).nodes)


Work = Callable[[AsyncThreadStream], Awaitable[Any]]
WORKS: dict[str, tuple[Work, Any]] = {
    "graphs": (descended, DEPTHS),
    "pairs": (pairs, [{"number": 0}, {"number": 1}]),
    "a message": (first_message, "Hello"),
    "the tree of the agent": (tree, 0),
    "the output": (lambda thread: thread.output.with_timeout(10), OUTPUT),
    "the values": (lambda thread: thread.values.get(), OUTPUT),
}


@pytest.mark.parametrize("name", WORKS)
async def test_what_was_cancelled_anywhere_can_be_done_again(kind: str, name: str) -> None:
    work, expected = WORKS[name]
    cuts = [
        plays(DEEP, upto=9, end=Wire.reset),
        BUSY,
        plays(DEEP, known=9, upto=20, end=Wire.finish),
    ]
    for at in itertools.count(1):
        with Stage(*cuts, plays(DEEP, known=len(DEEP))) as stage:
            async with AsyncVisit(stage, kind) as thread:
                await started(thread)
                went_on = not await cancelled(made(work, thread), at)
                assert await work(thread) == expected
        if went_on:
            break
    gc.collect()
    assert at > 1


async def made(work: Work, thread: AsyncThreadStream) -> None:
    await work(thread)


RESPONSES: dict[str, Work] = {
    "one": lambda thread: thread.run.respond("yes", interrupt_id="i-2"),
    "all": lambda thread: thread.run.respond_all(ANSWERS),
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", RESPONSES)
async def test_an_answer_may_be_cancelled_wherever_it_waits(kind: str, name: str) -> None:
    """Whether the server has taken it, only the server knows: the questions stay open here."""
    again = plays([*QUESTIONS, *ANSWERED], known=len(QUESTIONS) + len(ANSWERED))
    for at in itertools.count(1):
        with staged(asks(), again) as stage:
            async with AsyncVisit(stage, kind) as thread:
                await asked(thread)
                went_on = not await cancelled(made(RESPONSES[name], thread), at)
                if not went_on:
                    assert [one.interrupt_id for one in thread.interrupts] == ["i-1", "i-2"]
                    await RESPONSES[name](thread)
                assert await read(thread, "values") == Outcome(AFTER_ANSWERS)
        if went_on:
            break
    gc.collect()
    assert at > 2


async def test_connecting_may_be_cancelled_wherever_it_waits(kind: str) -> None:
    """Another reader wants the same connection, and gets it."""
    for at in itertools.count(1):
        with Stage(BUSY, plays(), plays(known=LAST)) as stage:
            async with AsyncVisit(stage, kind) as thread:
                assert thread.text() is not None
                await started(thread)
                states = thread.values.__aiter__()
                went_on = not await cancelled(taken(states), at)
                rest = [state async for state in states]
                assert rest == (STATES[1:] if went_on else STATES)
                assert await read(thread, "text") == Outcome(WHOLE["text"])
        if went_on:
            break
    gc.collect()
    assert at > 1


async def taken(states: Any) -> None:
    await anext(states)


async def lives(stage: Stage, kind: str, way: str) -> None:
    """Do everything there is to do, and leave."""
    visit = AsyncVisit(stage, kind, way=way)
    try:
        async with visit as thread:
            assert await thread.run({"begin": True}) == OUTPUT
            await reads(thread)
    finally:
        await visit.client.aclose()


@pytest.mark.parametrize("way", WAYS)
async def test_a_session_may_be_cancelled_wherever_it_waits(kind: str, way: str) -> None:
    for at in itertools.count(1):
        with Stage(*acts()) as stage:
            went_on = not await cancelled(lives(stage, kind, way), at)
            assert stage.is_left()
            assert asyncio.all_tasks() == {asyncio.current_task()}
        if went_on:
            break
    gc.collect()
    assert at > 5


async def test_closing_may_be_cancelled_wherever_it_waits(kind: str) -> None:
    for at in itertools.count(1):
        with Stage(plays(upto=9)) as stage:
            async with AsyncVisit(stage, kind) as thread:
                await started(thread)
                waiting = asyncio.ensure_future(read(thread, "text"))
                states = thread.values.__aiter__()
                assert await anext(states) == WHOLE["values"][0]
                went_on = not await cancelled(thread.aclose(), at)
                outcome = await asyncio.wait_for(waiting, 5)
                assert "was closed" in str(outcome.error)
        if went_on:
            break
    gc.collect()
    assert at >= 1


@pytest.mark.parametrize("steps", [*range(12), *(2**power for power in range(4, 12))])
async def test_a_reader_may_be_cancelled_at_any_step_of_the_loop(kind: str, steps: int) -> None:
    """The wake of a task, and its cancellation, may meet."""
    with Stage(*acts()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            task = asyncio.ensure_future(reads(thread))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled() or task.exception() is None
            assert await whole(thread) == WHOLE


Waiting = Callable[[AsyncThreadStream], Awaitable[Any]]
WAITS: dict[str, Waiting] = {
    "an event": lambda thread: anext(thread.values.__aiter__()),
    "the output": lambda thread: thread.result(),
    "the first message": lambda thread: anext(thread.messages.__aiter__()),
}


@pytest.mark.parametrize("wait", WAITS)
async def test_a_timeout_around_a_wait_leaves_the_session_as_it_was(kind: str, wait: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        assert stage.go.wait(10)
        wire.tell(STORY)
        wire.hold()

    with Stage(act, plays(known=LAST)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await WAITS[wait](thread)
            stage.go.set()
            assert await whole(thread) == WHOLE
