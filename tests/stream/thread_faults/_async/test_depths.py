"""Subgraphs two deep: each reads its own, whatever happens to connections, and ends as it ended."""

from __future__ import annotations

from typing import Any

import pytest
from tests.stream.thread_faults._async.reading import AsyncVisit, Outcome, read, started
from tests.stream.thread_faults.stage import Stage, Wire, plays
from tests.stream.thread_faults.story import DEEP, DEPTHS, entry

from graphwire_core.errors import RunFailedError
from graphwire_stream import AsyncThreadStream
from graphwire_stream._async.thread_stream.subgraphs import AsyncSubgraph

LAST = len(DEEP)
FAILED = "kaboom"
FAILURE = {"event": "failed", "graph_name": "g", "error": FAILED}


async def descended(thread: AsyncThreadStream | AsyncSubgraph) -> list[dict[str, Any]]:
    """Read the subgraphs of a graph, and all that is in them; leave out what is empty."""
    return [await inside(one) async for one in thread.subgraphs]


async def inside(graph: AsyncSubgraph) -> dict[str, Any]:
    found: dict[str, Any] = {
        "messages": [(one.id, await one.text.get()) async for one in graph.messages],
        "subgraphs": await descended(graph),
        "tool_calls": [(one.name, one.input, await one.output) async for one in graph.tool_calls],
        "values": [state async for state in graph.values],
        "remarks": [one async for one in graph.extensions["remarks"]],
    }
    ended = {"namespace": graph.namespace, "ended": (graph.status, graph.error)}
    return {**ended, **{name: items for name, items in found.items() if items}}


async def test_subgraphs_are_read_two_deep(kind: str) -> None:
    with Stage(plays(DEEP), plays(DEEP, known=LAST)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await descended(thread) == DEPTHS
            assert await read(thread, "text") == Outcome(["Hel", "lo"])


@pytest.mark.parametrize("at", range(1, LAST, 3))
async def test_subgraphs_are_read_over_a_cut(kind: str, at: int) -> None:
    cut = plays(DEEP, upto=at, end=Wire.vanish)
    with Stage(cut, plays(DEEP, known=at), plays(DEEP, known=LAST)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert thread.subgraphs is not None
            await started(thread)
            assert await descended(thread) == DEPTHS


async def test_subgraphs_are_read_over_a_cut_after_every_event(kind: str) -> None:
    cuts = [plays(DEEP, known=at, upto=at + 1, end=Wire.finish) for at in range(LAST)]
    with Stage(*cuts, plays(DEEP, known=LAST)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await descended(thread) == DEPTHS


async def test_subgraphs_are_read_after_the_end(kind: str) -> None:
    with Stage(plays(DEEP), plays(DEEP, known=LAST)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert (await read(thread, "values")).error is None
            subgraphs = [one async for one in thread.subgraphs]
            assert [(one.status, one.error) for one in subgraphs] == [
                ("completed", None),
                ("failed", FAILED),
            ]
            assert [await inside(one) for one in subgraphs] == DEPTHS
            assert "failed" in repr(subgraphs[1])


async def test_a_subgraph_that_fails_with_its_run_fails_those_who_read_it(kind: str) -> None:
    failing = [*DEEP[:-1], entry(1008, "lifecycle", FAILURE)]
    with Stage(plays(failing), plays(failing, known=LAST), status="error") as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            outcome = await read(thread, "subgraphs")
            assert [status for _, status, _ in outcome.items] == ["completed", "failed"]
            assert type(outcome.error) is RunFailedError
            assert FAILED in str(outcome.error)
