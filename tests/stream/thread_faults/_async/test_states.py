"""What each part of a stream shows of its state, and what is left when the stream is closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.stream.thread_faults._async.reading import AsyncVisit, read, started
from tests.stream.thread_faults._async.test_timeouts import (
    BEGUN,
    REST,
    drained,
    first_call,
    first_message,
    first_subgraph,
    pausing,
)
from tests.stream.thread_faults.stage import Stage, plays
from tests.stream.thread_faults.story import OUTPUT, RUN

from graphwire_core.errors import StreamError
from graphwire_stream import AsyncThreadStream


async def test_every_part_shows_its_state(kind: str) -> None:
    with Stage(pausing, plays([*BEGUN, *REST], known=99)) as stage:
        visit = AsyncVisit(stage, kind)
        assert "not entered" in repr(visit.thread)
        async with visit as thread:
            assert [thread.messages, thread.tool_calls]
            assert repr(thread).endswith(f"open thread={thread.thread_id} no run>")
            await started(thread)
            message, call = await first_message(thread), await first_call(thread)
            child = await first_subgraph(thread)
            assert f"run={RUN} running" in repr(thread)
            assert "'m-1'" in repr(message)
            assert "search running" in repr(call)
            assert "g started at ('child:1',)" in repr(child)
            assert (message.done, call.done) == (False, False)

            stage.go.set()
            assert await thread.output == OUTPUT
            assert (await message.complete()).text == "Hello"
            assert await call.output == "found"
            assert await drained(child.values) == [{"inside": 1}]
            assert f"run={RUN} completed" in repr(thread)
            assert "search done" in repr(call)
            assert "g completed at ('child:1',)" in repr(child)
            assert (message.done, call.done) == (True, True)
        assert "closed" in repr(thread)


async def test_projections_show_what_they_read(kind: str) -> None:
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            shown = [repr(one) for one in (thread.messages, thread.values, thread.tool_calls)]
            assert [one.partition(" of ")[2] for one in shown] == ["messages>", "values>", "tools>"]
            assert "custom:progress" in repr(thread.extensions["progress"])
            assert "lifecycle, values" in repr(thread.subscribe(["values", "lifecycle"]))


Wait = Callable[[Any], Any]
LATE: dict[str, tuple[Wait, Wait]] = {
    "a text": (first_message, lambda message: drained(message.text)),
    "the whole of a text": (first_message, lambda message: message.text.get()),
    "a message": (first_message, lambda message: message.complete()),
    "calls of a message": (first_message, lambda message: drained(message.tool_calls)),
    "what a tool writes": (first_call, lambda call: drained(call.deltas)),
    "what a tool returns": (first_call, lambda call: call.result()),
    "states of a subgraph": (first_subgraph, lambda child: drained(child.values)),
    "messages of a subgraph": (first_subgraph, lambda child: drained(child.messages)),
    "graphs in a subgraph": (first_subgraph, lambda child: drained(child.subgraphs)),
}
"""What is looked at before the stream is closed, and what is asked of it afterwards."""


@pytest.mark.parametrize("name", LATE)
async def test_who_reads_on_when_the_stream_is_closed_is_told(kind: str, name: str) -> None:
    look, reads = LATE[name]
    with Stage(pausing, pausing) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert [thread.messages, thread.tool_calls]
            await started(thread)
            seen = await look(thread)
            stage.go.set()
            await thread.aclose()
            with pytest.raises(StreamError, match="closed"):
                await reads(seen)


async def test_what_was_complete_is_there_when_the_stream_is_closed(kind: str) -> None:
    with Stage(plays([*BEGUN, *REST]), plays([*BEGUN, *REST], known=99)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            message, call = await first_message(thread), await first_call(thread)
            assert await message.text.get() == "Hello"
            assert await call.output == "found"
            assert (await read(thread, "values")).error is None
        assert await message.text.get() == "Hello"
        assert await drained(message.text) == ["Hello"]
        assert await call.output == "found"
        assert call.error is None


def values_of(thread: AsyncThreadStream) -> AsyncIterator[Any]:
    return thread.values.__aiter__()


async def test_a_projection_that_was_made_before_closing_begins_no_more(kind: str) -> None:
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            projection, reader = thread.text(), values_of(thread)
            await started(thread)
        with pytest.raises(StreamError, match="is closed"):
            projection.__aiter__()
        with pytest.raises(StreamError, match="is closed"):
            await anext(reader)
