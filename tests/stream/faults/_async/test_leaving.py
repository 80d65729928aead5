"""Leaving a stream early closes its connection at once, and nothing is asked for any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.stream.faults.stage import THREAD, Hold, Stage, stream
from tests.stream.scripted import RUN, events

from graphwire import AsyncClient
from graphwire_stream import AsyncRunStream

Connect = Callable[[Stage], AsyncClient]


class Enough(Exception):
    """Ends a loop."""


async def left_by_an_error(run: AsyncRunStream[Any]) -> None:
    async with run:
        async for _ in run:
            raise Enough


async def test_a_break_in_the_context_closes_the_connection(connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1, 2, 3), end=hold)) as stage:
        async with connect(stage).runs.stream(THREAD, "agent") as run:
            async for part in run:
                if part.data == 2:
                    break
        assert hold.is_closed()
        assert run.last_event_id == "2-0"
        assert [part async for part in run] == []
    assert (len(stage.streams), stage.questions) == (1, 0)


async def test_an_error_in_the_context_closes_the_connection(connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1, 2, 3), end=hold)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        with pytest.raises(Enough):
            await left_by_an_error(run)
        assert hold.is_closed()
    assert run.last_event_id == "1-0"


async def test_closing_while_iterating_ends_the_loop(connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1, 2, 3), end=hold)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        seen = []
        async for part in run:
            seen.append(part.data)
            if part.data == 2:
                await run.aclose()
                await run.aclose()
                assert hold.is_closed()
    assert seen == [1, 2]
    assert run.last_event_id == "2-0"
    assert (len(stage.streams), stage.questions) == (1, 0)


async def test_a_stream_that_is_closed_before_it_began_sends_nothing(connect: Connect) -> None:
    with Stage() as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        await run.aclose()
        async with run:
            assert [part async for part in run] == []
    assert stage.connections == 0


async def test_the_loop_may_be_left_and_entered_again_in_the_context(connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1, 2, 3), end=hold)) as stage:
        async with connect(stage).runs.stream(THREAD, "agent") as run:
            seen = []
            for _ in range(3):
                async for part in run:
                    seen.append(part.data)
                    break
        assert hold.is_closed()
    assert seen == [1, 2, 3]


async def test_leaving_while_a_cut_was_mended_closes_the_new_connection(connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1, 2)), stream(events(2, 3), end=hold), run=["running"]) as stage:
        async with connect(stage).runs.stream(THREAD, "agent") as run:
            async for part in run:
                if part.data == 3:
                    break
        assert hold.is_closed()
    assert run.last_event_id == "3-0"


async def test_a_stream_shows_how_far_it_is(connect: Connect) -> None:
    with Stage(stream(events(1, 2))) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        name = type(run).__name__
        assert repr(run) == f"<{name} not started run=None at=None>"
        async with run:
            assert repr(run) == f"<{name} open run={RUN} at=None>"
            assert (await anext(run)).data == 1
            assert repr(run) == f"<{name} open run={RUN} at=1-0>"
        assert repr(run) == f"<{name} ended run={RUN} at=1-0>"
