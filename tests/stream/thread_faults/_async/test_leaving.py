"""Leaving early, and closing in the middle of everything: who waits is told, nothing is left."""

from __future__ import annotations

import gc
import itertools
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
from tests.stream.thread_faults._async.reading import (
    LIMITS,
    AsyncVisit,
    Outcome,
    opened,
    reached,
    read,
    started,
    whole,
)
from tests.stream.thread_faults.stage import (
    Act,
    Command,
    Stage,
    Wire,
    accepted,
    plays,
    refusal,
    waited,
)
from tests.stream.thread_faults.story import STATES, STORY, THREAD, WHOLE, counting, entry
from tests.stream.thread_faults.together import AsyncTogether

from graphwire import get_client
from graphwire_core.errors import RequestTimeout, StreamError
from graphwire_core.retry import Retry
from graphwire_core.transports import Timeout
from graphwire_stream import AsyncThreadStream
from graphwire_stream.event_transports import _operations

NAMES = ("values", "text", "messages", "tool_calls", "subgraphs", "events", "output")


class Enough(Exception):
    """Ends a block."""


async def test_a_loop_that_is_left_lets_the_others_go_on(kind: str) -> None:
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            async for state in thread.values:
                assert state == STATES[0]
                break
            async for message in thread.messages:
                assert message.id == "m-1"
                break
            assert await whole(thread) == WHOLE


async def test_iterators_that_are_abandoned_keep_nothing(kind: str) -> None:
    with Stage(plays(counting(1500))) as stage:
        async with AsyncVisit(stage, kind, max_lag=100) as thread:
            await started(thread)
            for _ in range(20):
                assert await anext(thread.values.__aiter__()) == {"number": 0}
            gc.collect()
            outcome = await read(thread, "values")
            assert outcome.error is None
            assert len(outcome.items) == 1500
            assert sum(len(one.consumers) for one in thread.session._readings) == 0


async def test_the_events_that_a_left_loop_did_not_read_are_not_lost_for_its_message(
    kind: str,
) -> None:
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            message = await anext(thread.messages.__aiter__())
            gc.collect()
            assert await message.text.get() == "Hello there"


async def test_leaving_before_anything_came_closes_the_connection(kind: str) -> None:
    def silent(wire: Wire) -> None:
        wire.begin()
        stage.reached.set()
        wire.hold()

    with Stage(silent) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert thread.values is not None
            await started(thread)
            assert stage.reached.wait(5)
    assert len(stage.subscriptions) == 1


async def test_an_error_in_the_block_closes_the_connection(kind: str) -> None:
    with Stage(plays(upto=9)) as stage:
        visit = AsyncVisit(stage, kind)
        with pytest.raises(Enough):
            await fail_in(visit)
        assert stage.is_left()


async def fail_in(visit: AsyncVisit) -> None:
    async with visit as thread:
        await started(thread)
        async for _ in thread.values:
            raise Enough


def _first_answer(wire: Wire) -> None:
    wire.stage.reached.set()
    wire.peer.wait_closed()


def _silence(wire: Wire) -> None:
    wire.begin()
    wire.stage.reached.set()
    wire.hold()


def _half_a_frame(wire: Wire) -> None:
    wire.begin()
    wire.tell(STORY[:9])
    wire.raw(wire.feed.write(*wire.frames(STORY[9:10]))[:40])
    wire.stage.reached.set()
    wire.hold()


def _flood(wire: Wire) -> None:
    wire.begin()
    wire.stage.reached.set()
    for step in itertools.count():
        delta = {"event": "tool-output-delta", "tool_call_id": "call-1", "delta": step}
        wire.tell([entry(1000 + step, "tools", delta)])


def _another_answer(wire: Wire) -> None:
    if len(wire.stage.subscriptions) == 1:
        plays(upto=9, end=Wire.vanish)(wire)
    else:
        _first_answer(wire)


def _pause(wire: Wire) -> None:
    if len(wire.stage.subscriptions) == 1:
        plays(upto=9, end=Wire.vanish)(wire)
    else:
        wire.stage.reached.set()
        refusal("503 Service Unavailable", "retry-after: 30")(wire)


PLACES: dict[str, Act] = {
    "the first answer": _first_answer,
    "silence": _silence,
    "half a frame": _half_a_frame,
    "a flood": _flood,
    "the answer after a cut": _another_answer,
    "a pause after a cut": _pause,
}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Timeout:
    """Return limits by which no request takes long: a thread that sends one is not stopped."""
    monkeypatch.setattr(_operations, "SILENCE", 0.15)
    return Timeout(connect=5, read=0.15, write=5, pool=5)


@pytest.mark.parametrize("place", PLACES)
async def test_closing_in_the_middle_of(kind: str, place: str, hasty: Timeout) -> None:
    with Stage(PLACES[place]) as stage:
        async with AsyncVisit(stage, kind, limits=hasty) as thread:
            await started(thread)
            names = NAMES[:2] if place == "a flood" else NAMES
            assert thread.tool_calls is not None
            readers = AsyncTogether(*[partial(read, thread, name) for name in names])
            await opened(thread, len(names))
            await reached(stage)
            await thread.aclose()
            for outcome in await readers.results():
                assert type(outcome.error) is StreamError
                assert "closed" in str(outcome.error)
            assert stage.is_left()


async def test_closing_while_a_run_is_started(kind: str) -> None:
    def slow(stage: Stage, *answer: object) -> None:
        stage.reached.set()
        waited(stage.go)
        accepted(stage, *answer)  # type: ignore[arg-type]  # as it came

    command: Command = slow
    with Stage(plays(upto=0), command=command) as stage:
        async with AsyncVisit(stage, kind) as thread:
            readers = AsyncTogether(*[partial(read, thread, name) for name in NAMES[:-1]])
            await opened(thread, len(NAMES) - 1)
            start = AsyncTogether(partial(started, thread))
            await reached(stage)
            await thread.aclose()
            for outcome in await readers.results():
                assert type(outcome.error) is StreamError
            stage.go.set()
            await start.results()
            assert stage.is_left()


async def test_closing_while_a_run_waits_for_its_connection(kind: str, hasty: Timeout) -> None:
    with Stage(_first_answer) as stage:
        async with AsyncVisit(stage, kind, limits=hasty) as thread:
            assert thread.values is not None
            start = AsyncTogether(partial(refused_start, thread))
            await reached(stage)
            await thread.aclose()
            assert stage.is_left()
            await start.results()
    assert not stage.commanded.is_set()


async def refused_start(thread: AsyncThreadStream) -> None:
    with pytest.raises((StreamError, RequestTimeout)):
        await started(thread)


async def test_nothing_is_read_after_closing(kind: str) -> None:
    with Stage(plays(upto=12)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            early = thread.values.__aiter__()
            assert await anext(early) == STATES[0]
            unread = thread.text().__aiter__()
            await thread.aclose()
            await thread.aclose()
            with pytest.raises(StreamError, match="closed"):
                await anext(unread)
            rest: list[object] = []
            with pytest.raises(StreamError, match="closed"):
                await rest_of(early, rest)
            assert rest == STATES[1 : 1 + len(rest)]


async def rest_of(states: AsyncIterator[object], items: list[object]) -> None:
    async for state in states:
        items.append(state)  # noqa: PERF401  # it ends in an error


async def test_two_sessions_of_one_client_are_independent(kind: str) -> None:
    retry = Retry(base_delay=0, max_delay=0)
    with Stage(plays(upto=9), plays()) as stage:
        async with get_client(stage.url, retry=retry, timeout=LIMITS) as client:
            stream: Callable[[], AsyncThreadStream] = partial(
                client.threads.stream, assistant_id="agent", transport=kind, timeout=10
            )
            async with stream() as first, stream() as second:
                await started(first)
                await started(second)
                states = first.values.__aiter__()
                assert await anext(states) == STATES[0]
                await first.aclose()
                assert await whole(second) == WHOLE
            assert stage.is_left()


async def test_many_sessions_open_and_close_without_a_trace(kind: str) -> None:
    with Stage(plays()) as stage:
        for _ in range(10):
            async with AsyncVisit(stage, kind) as thread:
                await started(thread)
                assert await read(thread, "values") == Outcome(STATES)
    assert len(stage.subscriptions) == 10


async def test_a_projection_that_opens_while_the_stream_is_closed_reads_nothing(kind: str) -> None:
    """It asks which run is the thread's, and the stream is closed meanwhile."""
    with Stage(plays(), slow=True) as stage:
        async with AsyncVisit(stage, kind, thread_id=THREAD) as thread:
            reader = AsyncTogether(partial(read, thread, "values"))
            await reached(stage)
            await thread.aclose()
            stage.go.set()
            [outcome] = await reader.results()
            assert type(outcome.error) is StreamError
            assert "closed" in str(outcome.error)
    assert stage.subscriptions == []
