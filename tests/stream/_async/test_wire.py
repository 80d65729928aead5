"""The real server: what the SDK makes of each stream mode is what was on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any, Literal

import pytest
from tests.stream._async.tee import AsyncTee
from tests.stream.reference import read_wire, times, wire_form

from graphwire import AsyncClient
from graphwire.models import StreamMode
from graphwire_core.plugins import PluginHost
from graphwire_core.testing import DevServer
from graphwire_core.transports import TransportConfig
from graphwire_stream import AsyncRunStream, StreamPart

MAKERS = PluginHost().transports.async_makers()
NAMES = sorted(MAKERS.keys() & {"aiohttp", "httpx", "httpx2"})
ALONE: tuple[StreamMode, ...] = (
    "values", "updates", "messages", "messages-tuple", "custom", "debug", "events", "tasks",
    "checkpoints",
)  # fmt: skip
MODES: tuple[list[StreamMode], ...] = (
    *([mode] for mode in ALONE),
    ["values", "updates", "custom"],
    [mode for mode in ALONE if mode != "messages-tuple"],
    [mode for mode in ALONE if mode != "messages"],
)
NAMES_OF_MODES = {
    "messages": {"messages/metadata", "messages/partial", "messages/complete"},
    "messages-tuple": {"messages"},
}
FLAT = {"messages", "events"}
"""Modes whose events never name a subgraph."""
INPUT = {"messages": [{"role": "user", "content": "hi"}], "skip_interrupt": True}


@pytest.fixture(params=NAMES)
async def tee(request: pytest.FixtureRequest, server: DevServer) -> AsyncTee:
    return AsyncTee(MAKERS[request.param](TransportConfig(server.url)))


@pytest.fixture
async def client(tee: AsyncTee, server: DevServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.url, transport=tee) as client:
        yield client


async def streamed(client: AsyncClient, *runs: tuple[str, Any], **options: Any) -> list[list[Any]]:
    """Start runs, each a graph and its options; return what the stream of each gave."""
    async with AsyncExitStack() as stack:
        streams: list[AsyncRunStream[Any]] = []
        for graph, own in runs:
            thread = await client.threads.create()
            run = client.runs.stream(thread.thread_id, graph, **own, **options)
            streams.append(await stack.enter_async_context(run))
        return [[part async for part in stream] for stream in streams]


def sent(wire: list[StreamPart]) -> list[StreamPart]:
    """Write the times of what was sent as `wire_form` does."""
    return [part._replace(data=times(part.data)) for part in wire]


def check_names(modes: Sequence[StreamMode], parts: list[StreamPart], *, subgraphs: bool) -> None:
    """Check that the wire shows every mode, and subgraphs where they were asked for."""
    names = {part.event for part in parts}
    expected = set().union(*(NAMES_OF_MODES.get(mode, {mode}) for mode in modes))
    if {"messages", "messages-tuple"} <= set(modes):
        expected -= NAMES_OF_MODES["messages"]
    assert {name.partition("|")[0] for name in names} == expected | {"metadata"}
    inside = subgraphs and not set(modes) <= FLAT
    assert inside == any("|" in name for name in names)


@pytest.mark.parametrize("subgraphs", [False, True])
@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_the_parts_of_every_mode_are_those_on_the_wire(
    client: AsyncClient, tee: AsyncTee, version: Literal["v1", "v2"], *, subgraphs: bool
) -> None:
    streams = await streamed(
        client,
        *(("full", {"input": INPUT, "stream_mode": modes}) for modes in MODES),
        version=version,
        stream_subgraphs=subgraphs,
        stream_resumable=subgraphs,
    )
    for modes, parts, body in zip(MODES, streams, tee.bodies, strict=True):
        wire = read_wire(bytes(body))
        check_names(modes, wire, subgraphs=subgraphs)
        assert all((part.id is not None) == subgraphs for part in wire)
        if version == "v1":
            assert parts == wire
        else:
            assert [wire_form(part) for part in parts] == sent(wire)


async def test_interrupts_and_failures_are_those_on_the_wire(
    client: AsyncClient, tee: AsyncTee
) -> None:
    graphs: dict[str, tuple[dict[str, Any], str]] = {
        "interrupting": ({"topic": "t"}, "Go on?"),
        "parallel_interrupts": ({}, "B?"),
        "subgraph_interrupt": ({}, "Deep down?"),
        "failing": ({}, "kaboom"),
        "failing_subgraph": ({"x": 1}, "kaboom"),
        "fanout": ({"count": 3}, "worker 2"),
    }
    modes = [mode for mode in ALONE if mode != "messages"]
    streams = await streamed(
        client,
        *((graph, {"input": given, "stream_mode": modes}) for graph, (given, _) in graphs.items()),
        version="v2",
        stream_subgraphs=True,
    )
    for (graph, (_, said)), parts, body in zip(graphs.items(), streams, tee.bodies, strict=True):
        assert [wire_form(part) for part in parts] == sent(read_wire(bytes(body)))
        assert said.encode() in body
        assert (parts[-1].type == "error") == graph.startswith("failing")
        assert any(part.interrupts for part in parts) == ("interrupt" in graph)


async def test_a_joined_run_and_its_thread_are_what_is_on_the_wire(
    client: AsyncClient, tee: AsyncTee
) -> None:
    thread = await client.threads.create()
    async with client.threads.join_stream(thread.thread_id) as runs:
        run = await client.runs.create(
            thread.thread_id,
            "slow",
            input={"count": 3, "delay": 0.01},
            stream_mode=["custom", "values", "updates"],
            stream_resumable=True,
        )
        followed = []
        async for part in runs:
            followed.append(part)
            if part.data.get("status") == "run_done":
                break
    joined = client.runs.join_stream(
        thread.thread_id, run.run_id, stream_mode=["custom", "updates"], last_event_id="-"
    )
    parts = [part async for part in joined]
    of_thread, of_run = map(bytes, tee.bodies)
    assert followed == read_wire(of_thread)
    assert parts == read_wire(of_run)
    assert [part for part in followed if part.event in {"custom", "updates"}] == parts
    assert [part.data for part in parts if part.event == "custom"] == [{"i": i} for i in range(3)]
