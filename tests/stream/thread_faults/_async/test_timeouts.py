"""Every wait has an end where it is given one, and what was waited for can still come."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from time import monotonic
from typing import Any

import pytest
from tests.stream.thread_faults._async.reading import AsyncVisit, Outcome, read, started
from tests.stream.thread_faults._async.test_questions import ANSWERS
from tests.stream.thread_faults.stage import Stage, Wire, accepted, plays, waited
from tests.stream.thread_faults.story import OUTPUT, THREAD, entry, message
from tests.transports.wire import PATIENCE, Peer

from graphwire_core.errors import RequestTimeout
from graphwire_stream import AsyncThreadStream
from graphwire_stream._async.thread_stream.messages import AsyncMessageStream
from graphwire_stream._async.thread_stream.subgraphs import AsyncSubgraph
from graphwire_stream._async.thread_stream.tools import AsyncToolCallStream

CHILD = ("child:1",)
SHORT = 0.05


def tool(event: str, **data: Any) -> Any:
    return entry(1003, "tools", {"event": event, "tool_call_id": "call-1", **data})


def lifecycle(event: str, *namespace: str) -> Any:
    return entry(1004, "lifecycle", {"event": event, "graph_name": "g"}, namespace)


*OPEN_MESSAGE, LAST_PIECE, BLOCK, END = message(1002, "m-1", "Hel", "lo")
BEGUN = [
    entry(1000, "values", {"number": 0}),
    lifecycle("started", *CHILD),
    *OPEN_MESSAGE,
    tool("tool-started", tool_name="search", input={}),
    tool("tool-output-delta", delta="looking"),
]
"""Everything has begun, and nothing is complete."""
REST = [
    LAST_PIECE,
    BLOCK,
    END,
    tool("tool-finished", output="found"),
    entry(1004, "values", {"inside": 1}, CHILD),
    lifecycle("completed", *CHILD),
    entry(1005, "values", {"number": 1}),
    lifecycle("completed"),
]


def pausing(wire: Wire) -> None:
    """Begin everything, beat until the test says so, and complete it."""
    wire.begin()
    wire.tell(BEGUN)
    while not wire.stage.go.wait(0.02):
        wire.beat()
    wire.tell(REST)
    wire.hold()


async def drained(items: AsyncIterable[Any]) -> list[Any]:
    return [item async for item in items]


async def first_message(thread: AsyncThreadStream) -> AsyncMessageStream:
    return await anext(thread.messages.__aiter__())


async def first_call(thread: AsyncThreadStream) -> AsyncToolCallStream:
    return await anext(thread.tool_calls.__aiter__())


async def first_subgraph(thread: AsyncThreadStream) -> AsyncSubgraph:
    return await anext(thread.subgraphs.__aiter__())


async def itself(thread: AsyncThreadStream) -> AsyncThreadStream:
    return thread


Wait = Callable[[Any], Any]
LIMITED: dict[str, tuple[Wait, Wait]] = {
    "the output": (itself, lambda thread: thread.result(SHORT)),
    "the values": (itself, lambda thread: thread.values.get(SHORT)),
    "a message": (first_message, lambda message: message.complete(SHORT)),
    "its text": (first_message, lambda message: message.text.get(SHORT)),
    "its reasoning": (first_message, lambda message: message.reasoning.get(timeout=SHORT)),
    "its calls": (first_message, lambda message: message.tool_calls.get(SHORT)),
    "a call": (first_call, lambda call: call.result(SHORT)),
}
"""What is looked at, and a wait for it that has a limit of its own."""

SILENCES: dict[str, tuple[Wait, Wait]] = {
    "states": (itself, lambda thread: drained(thread.values)),
    "text": (itself, lambda thread: drained(thread.text())),
    "messages": (itself, lambda thread: drained(thread.messages)),
    "calls": (itself, lambda thread: drained(thread.tool_calls)),
    "subgraphs": (itself, lambda thread: drained(thread.subgraphs)),
    "events": (itself, lambda thread: drained(thread.events)),
    "a subscription": (
        itself,
        lambda thread: drained(thread.subscribe(["lifecycle"])),
    ),
    "a channel": (itself, lambda thread: drained(thread.extensions["progress"])),
    "pairs": (
        itself,
        lambda thread: drained(thread.interleave_projections(["values", "messages"])),
    ),
    "the output": (itself, lambda thread: thread.result()),
    "the text of a message": (first_message, lambda message: drained(message.text)),
    "its thoughts": (first_message, lambda message: drained(message.reasoning)),
    "its calls": (first_message, lambda message: drained(message.tool_calls)),
    "all of it": (first_message, lambda message: message.complete()),
    "what a tool writes": (first_call, lambda call: drained(call.deltas)),
    "what it returns": (first_call, lambda call: call.result()),
    "states of a subgraph": (first_subgraph, lambda child: drained(child.values)),
    "messages of a subgraph": (first_subgraph, lambda child: drained(child.messages)),
    "text of a subgraph": (first_subgraph, lambda child: drained(child.text())),
    "calls of a subgraph": (first_subgraph, lambda child: drained(child.tool_calls)),
    "graphs in a subgraph": (first_subgraph, lambda child: drained(child.subgraphs)),
}
"""Waits that the stream's own limit ends: so long may nothing come."""


@pytest.mark.parametrize("wait", LIMITED)
async def test_a_limit_of_its_own_ends_the_wait_for(kind: str, wait: str) -> None:
    look, waits = LIMITED[wait]
    with Stage(pausing, plays([*BEGUN, *REST], known=99)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert [thread.messages, thread.tool_calls]
            await started(thread)
            seen = await look(thread)
            for _ in range(2):
                begun = monotonic()
                with pytest.raises(RequestTimeout, match=r"not complete within 0\.05 s"):
                    await waits(seen)
                assert SHORT <= monotonic() - begun < PATIENCE / 2
            stage.go.set()
            assert await thread.result() == OUTPUT
            assert await read(thread, "messages") == Outcome([("m-1", "Hello")])


@pytest.mark.parametrize("wait", SILENCES)
async def test_the_limit_of_the_stream_ends_the_wait_for(kind: str, wait: str) -> None:
    look, waits = SILENCES[wait]
    with Stage(pausing, pausing) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert [thread.messages, thread.tool_calls, thread.extensions["progress"]]
            await started(thread)
            seen = await look(thread)
            thread.timeout = SHORT
            begun = monotonic()
            with pytest.raises(RequestTimeout, match=r"Nothing came within 0\.05 s"):
                await waits(seen)
            assert monotonic() - begun < PATIENCE / 2


COMMANDS: dict[str, Wait] = {
    "a start": lambda thread: thread.run.start(input={}, resume=True),
    "a run": lambda thread: thread.run({}, resume=True, timeout=PATIENCE),
    "an answer": lambda thread: thread.run.respond("yes", interrupt_id="i-1"),
    "all answers": lambda thread: thread.run.respond_all(ANSWERS),
}


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_that_is_not_answered_is_waited_for_as_long_as_asked(
    kind: str, command: str
) -> None:
    def silent(stage: Stage, peer: Peer, sent: dict[str, Any]) -> None:
        if stage.go.is_set():
            accepted(stage, peer, sent)
        else:
            peer.wait_closed()

    asked = [{"id": name, "value": "?"} for name in ANSWERS]
    with Stage(plays([*BEGUN, *REST]), command=silent) as stage:
        stage.state |= {"next": ["a"], "tasks": [{"id": "t", "name": "a", "interrupts": asked}]}
        async with AsyncVisit(stage, kind, thread_id=THREAD, run_start_timeout=0.5) as thread:
            begun = monotonic()
            with pytest.raises(RequestTimeout):
                await COMMANDS[command](thread)
            assert monotonic() - begun < PATIENCE / 2
            assert "no run" in repr(thread)
            stage.go.set()
            await thread.run.start(input={}, resume=True)
            assert await thread.result() == OUTPUT


async def test_a_limit_ends_no_sooner_for_events_that_come(kind: str) -> None:
    """The stream's own limit is one of silence: a run may take longer than that."""

    def slow(wire: Wire) -> None:
        wire.begin()
        for one in [*BEGUN, *REST]:
            wire.tell([one])
            wire.stage.reached.wait(0.03)  # nobody sets it: the pace is a matter of time
        waited(wire.stage.go)
        wire.hold()

    with Stage(slow) as stage:
        async with AsyncVisit(stage, kind, timeout=1.0) as thread:
            assert thread.tool_calls is not None
            await started(thread)
            begun = monotonic()
            assert await thread.result(PATIENCE) == OUTPUT
            assert monotonic() - begun > 0.1
            stage.go.set()
