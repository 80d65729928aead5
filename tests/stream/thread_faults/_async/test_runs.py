"""Runs of one session, one after the other and at once: each is read apart, whatever is cut."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from tests.stream.session.model import Entry
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    Outcome,
    opened,
    read,
    started,
    whole,
)
from tests.stream.thread_faults.stage import JSON, Act, Stage, Wire, plays, refusal, waited
from tests.stream.thread_faults.story import EARLIER, OUTPUT, RUN, STATES, STORY, WHOLE, past
from tests.stream.thread_faults.together import AsyncTogether
from tests.transports.wire import Peer, response

from graphwire_core.errors import RunFailedError, StreamInterrupted
from graphwire_stream import AsyncThreadStream
from graphwire_stream._session import session

FIRST = past()
OLD = [{"old": 0}, {"old": 1}, {"old": 2}]
BOTH = [*FIRST, *STORY]
FAILURE = {"event": "failed", "graph_name": "g", "error": "kaboom"}


def naming(*names: str) -> Any:
    """Make the answers that give each run its name; `go` is set with the last."""
    left = list(names)

    def answer(stage: Stage, peer: Peer, sent: dict[str, Any]) -> None:
        name = left.pop(0)
        if not left:
            stage.go.set()
        body = {"type": "success", "id": sent["id"], "result": {"run_id": name}}
        peer.send(response(json.dumps(body).encode(), JSON))

    return answer


def two_runs(upto: int | None = None, end: Act = Wire.hold) -> Act:
    """Make an act that plays the first run's first state, and all else when both are started."""

    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(FIRST[:1])
        waited(wire.stage.go)
        wire.tell(BOTH[1:upto])
        end(wire)

    return act


async def both(thread: AsyncThreadStream) -> list[Any]:
    """Start two runs, the second before the first is over; read both at once."""
    await started(thread)
    states = thread.values.__aiter__()
    assert await anext(states) == OLD[0]
    early = AsyncTogether(partial(rest_of, states))
    await opened(thread, 1)
    await started(thread)
    later = AsyncTogether(partial(read, thread, "values"), partial(read, thread, "output"))
    [first] = await early.results()
    return [first, *await later.results()]


async def rest_of(states: Any) -> list[Any]:
    return [state async for state in states]


@pytest.mark.parametrize("end", [Wire.vanish, Wire.finish])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 9, len(BOTH)])
async def test_two_runs_at_once_are_read_apart_over_a_cut(kind: str, at: int, end: Act) -> None:
    cut = two_runs(at, end)
    with Stage(cut, plays(BOTH, known=at), command=naming(EARLIER, RUN)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            first, second, output = await both(thread)
            assert first == OLD[1:]
            assert second == Outcome(STATES)
            assert output == Outcome([OUTPUT])
            assert f"run={RUN} completed" in repr(thread)


async def test_two_runs_at_once_are_read_apart(kind: str) -> None:
    with Stage(two_runs(), plays(BOTH, known=99), command=naming(EARLIER, RUN)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            first, second, _ = await both(thread)
            assert (first, second) == (OLD[1:], Outcome(STATES))
            assert await whole(thread) == WHOLE


async def test_a_run_after_one_that_was_lost_is_read_whole(kind: str) -> None:
    lost = plays(FIRST, upto=1, end=Wire.vanish)
    gone = refusal("503 Service Unavailable")
    acts = [lost, *[gone] * (session.RESUME.attempts - 1), plays(BOTH, known=4)]
    with Stage(*acts, command=naming(EARLIER, RUN)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome.items == OLD[:1]
            assert type(outcome.error) is StreamInterrupted
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_run_after_one_that_failed_is_read_whole(kind: str) -> None:
    failing = [*FIRST[:-1], Entry(EARLIER, 600, "lifecycle", (), FAILURE)]
    acts = [plays(failing), plays([*failing, *STORY], known=4)]
    with Stage(*acts, command=naming(EARLIER, RUN), status="error") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            for name in ("values", "output"):
                error = (await read(thread, name)).error
                assert type(error) is RunFailedError
                assert error.run_id == EARLIER
                assert "kaboom" in str(error)
            await started(thread)
            assert thread.text() is not None  # another channel, so another connection
            assert await whole(thread) == WHOLE
