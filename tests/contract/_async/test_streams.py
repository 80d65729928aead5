"""Each stream mode on the real server, in both forms; the deep suite is in `tests/stream`."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Literal

import pytest

from graphwire.errors import NotFoundError, RunFailedError, UnprocessableEntityError
from graphwire_stream import RunCursor, StreamPart
from graphwire_stream.parts import (
    CustomStreamPart,
    ErrorStreamPart,
    MetadataStreamPart,
    UpdatesStreamPart,
    ValuesStreamPart,
)

if TYPE_CHECKING:
    from graphwire import AsyncClient
    from graphwire.models import RunCreateMetadata, StreamMode

MODES: dict[StreamMode, set[str]] = {
    "values": {"values"},
    "updates": {"updates"},
    "messages": {"messages/metadata", "messages/partial", "messages/complete"},
    "messages-tuple": {"messages"},
    "custom": {"custom"},
    "checkpoints": {"checkpoints"},
    "tasks": {"tasks"},
    "debug": {"debug"},
    "events": {"events"},
}
"""Stream modes, and the names of the events that each brings besides `metadata`."""

INPUT = {"messages": [{"role": "user", "content": "hi"}], "skip_interrupt": True}
FLAT: set[StreamMode] = {"messages", "events"}
"""Modes whose events never name a subgraph."""


async def received(client: AsyncClient, *, subgraphs: bool) -> list[dict[StreamMode, list[Any]]]:
    """Run the graph `full` for each version and mode, all at once; return what each brought."""
    async with AsyncExitStack() as stack:
        versions: tuple[Literal["v1", "v2"], ...] = ("v1", "v2")
        streams: list[dict[StreamMode, Any]] = [{}, {}]
        for opened, version in zip(streams, versions, strict=True):
            for mode in MODES:
                thread = await client.threads.create()  # a stateless run has no checkpoints
                stream: Any = client.runs.stream(
                    thread.thread_id,
                    "full",
                    input=INPUT,
                    stream_mode=mode,
                    stream_subgraphs=subgraphs,
                    version=version,
                )
                opened[mode] = await stack.enter_async_context(stream)
        parts: list[dict[StreamMode, list[Any]]] = [{}, {}]
        for opened, brought in zip(streams, parts, strict=True):
            for mode, stream in opened.items():
                brought[mode] = []
                async for part in stream:
                    brought[mode] += [part]
        return parts


def namespaces(names: list[str]) -> set[str]:
    """Name the nodes of the namespaces that stand behind the names of events."""
    inside = [name.split("|")[1:] for name in names]
    return {"|".join(segment.split(":")[0] for segment in path) for path in inside}


async def test_each_mode_brings_its_events_and_typed_parts(client: AsyncClient) -> None:
    events, typed = await received(client, subgraphs=False)

    for mode, parts in events.items():
        assert all(isinstance(part, StreamPart) for part in parts)
        assert parts[0].event == "metadata"
        assert set(parts[0].data) == {"run_id", "attempt"}
        assert {part.event for part in parts[1:]} == MODES[mode], mode
    for mode, parts in typed.items():
        assert isinstance(parts[0], MetadataStreamPart)
        assert parts[0].data.attempt == 1
        assert {part.type for part in parts[1:]} == MODES[mode], mode
        assert {part.ns for part in parts} == {()}
    last = typed["values"][-1]
    assert isinstance(last, ValuesStreamPart)
    assert last.data["answer"] == "skipped"
    assert last.interrupts == []
    said = [part.data for part in typed["custom"][1:4]]
    assert said == [{"step": 1, "of": 3}, "a plain string", 3]


async def test_each_mode_brings_the_events_of_subgraphs_when_asked(client: AsyncClient) -> None:
    events, typed = await received(client, subgraphs=True)

    for mode, parts in events.items():
        names = [part.event for part in parts[1:]]
        assert {name.split("|")[0] for name in names} <= MODES[mode], mode
        if mode == "messages-tuple":
            assert namespaces(names) == {"", "child|nested"}
        elif mode not in FLAT:
            assert namespaces(names) == {"", "child", "child|nested"}, mode
    for mode, parts in typed.items():
        assert {part.type for part in parts[1:]} <= MODES[mode], mode
        if mode not in FLAT:
            depths = {len(part.ns) for part in parts}
            assert depths == ({0, 2} if mode == "messages-tuple" else {0, 1, 2}), mode


async def test_a_stream_tells_its_run_as_soon_as_it_is_open(client: AsyncClient) -> None:
    thread = await client.threads.create()
    created: list[RunCreateMetadata] = []

    async with client.runs.stream(
        thread.thread_id,
        "counter",
        input={"amount": 2},
        on_run_created=created.append,
        on_gap="raise",
        idle_timeout=60,
        headers={"x-test": "1"},
        params={"trace": "1"},
    ) as stream:
        assert created[0].run_id == stream.run_id
        assert created[0].thread_id == stream.thread_id == thread.thread_id
        values = [part.data async for part in stream if part.event == "values"]

    assert values[-1] == {"amount": 2, "total": 2, "notes": ["total 2"]}
    assert (await client.runs.list(thread.thread_id))[0].run_id == created[0].run_id


async def test_several_modes_at_once_show_an_interrupt(client: AsyncClient) -> None:
    thread = await client.threads.create()

    stream = client.runs.stream(
        thread.thread_id,
        "interrupting",
        input={"topic": "t"},
        stream_mode=["values", "updates"],
        version="v2",
    )
    parts = [part async for part in stream if part.type != "metadata"]

    assert {type(part) for part in parts} == {ValuesStreamPart, UpdatesStreamPart}
    asked = [part.interrupts[0] for part in parts if part.interrupts]
    assert len(asked) == 2
    assert asked[0].value == asked[1].value == {"question": "Go on?", "topic": "t"}
    assert (await client.threads.get(thread.thread_id)).status == "interrupted"


async def test_a_failed_run_ends_with_an_error_part_or_raises(client: AsyncClient) -> None:
    async with (
        client.runs.stream(None, "failing", input={}, version="v2") as telling,
        client.runs.stream(None, "failing", input={}, raise_on_error=True) as raising,
    ):
        last = [part async for part in telling if part.type != "values"][-1]
        with pytest.raises(RunFailedError) as caught:
            assert [part.event async for part in raising]

    assert isinstance(last, ErrorStreamPart)
    assert (last.data.error, last.data.message) == ("ValueError", "kaboom")
    assert (caught.value.type, caught.value.message) == ("ValueError", "kaboom")


async def test_a_resumable_run_is_joined_after_an_event(client: AsyncClient) -> None:
    thread = await client.threads.create()
    run = await client.runs.create(
        thread.thread_id,
        "slow",
        input={"count": 3, "delay": 0.02},
        stream_mode=["custom", "values"],
        stream_resumable=True,
    )

    joined = client.runs.join_stream(thread.thread_id, run.run_id)
    first = [(part.event, part.data, part.id) async for part in joined]
    again = client.runs.join_stream(
        thread.thread_id,
        run.run_id,
        last_event_id="-",
        cancel_on_disconnect=False,
        on_gap="raise",
        idle_timeout=60,
    )
    replayed = [(part.event, part.data, part.id) async for part in again]
    filtered = client.runs.join_stream(
        thread.thread_id, run.run_id, last_event_id="-", stream_mode=["values", "custom"]
    )
    names = [part.event async for part in filtered]
    after = client.runs.join_stream(
        thread.thread_id, run.run_id, last_event_id=first[-2][2], stream_mode="values"
    )

    assert replayed == first
    assert names == [event for event, _, _ in first if event != "metadata"]
    assert [part.id async for part in after] == [first[-1][2]]


async def test_a_stream_is_resumed_from_its_cursor(client: AsyncClient) -> None:
    thread = await client.threads.create()
    async with client.runs.stream(
        thread.thread_id,
        "slow",
        input={"count": 3, "delay": 0.02},
        stream_mode=["custom", "values"],
        stream_resumable=True,
    ) as stream:
        first = [await anext(stream), await anext(stream)]
        cursor = stream.cursor

    assert isinstance(cursor, RunCursor)
    resumed = client.runs.resume(
        str(cursor),
        version="v2",
        cancel_on_disconnect=False,
        raise_on_error=True,
        on_gap="raise",
        idle_timeout=60,
        headers={"x-test": "1"},
        params={"trace": "1"},
    )
    rest = [part async for part in resumed]

    assert [part.event for part in first] == ["metadata", "values"]
    assert [part.type for part in rest] == ["custom", "custom", "custom", "values"]
    assert [part.data async for part in client.runs.resume(cursor, version="v1")] == [
        part.data for part in rest
    ]


async def test_what_models_say_is_put_together(client: AsyncClient) -> None:
    thread = await client.threads.create()

    stream = client.runs.stream(
        thread.thread_id, "full", input=INPUT, stream_mode="messages-tuple", version="v2"
    )
    tokens = [token async for token in stream.text]

    assert tokens == ["Hello", " there", " world"]
    assert [message.role for message in stream.messages] == ["ai", "ai", "tool"]
    assert stream.messages[0].text == "Hello there world"
    assert stream.messages[2].text == "result for 'streams'"


async def test_a_run_is_cancelled_through_its_stream(client: AsyncClient) -> None:
    thread = await client.threads.create()

    async with client.runs.stream(
        thread.thread_id,
        "slow",
        input={"count": 1000},
        stream_mode="custom",
        on_disconnect="continue",
        version="v2",
    ) as stream:
        cancelled = False
        async for part in stream:
            if isinstance(part, CustomStreamPart) and not cancelled:  # more may be on their way
                await stream.cancel(action="interrupt")
                cancelled = True

    [run] = await client.runs.list(thread.thread_id)
    assert run.status == "interrupted"


async def test_leaving_a_stream_cancels_its_run_when_asked(client: AsyncClient) -> None:
    thread = await client.threads.create()

    async with client.runs.stream(
        thread.thread_id,
        "slow",
        input={"count": 1000},
        stream_mode="custom",
        on_disconnect="cancel",
    ) as stream:
        async for part in stream:
            assert part.event == "metadata"
            break

    assert stream.run_id is not None
    assert await client.runs.join(thread.thread_id, stream.run_id) == {"count": 1000}
    assert (await client.runs.get(thread.thread_id, stream.run_id)).status == "interrupted"


async def test_a_thread_stream_follows_runs_and_updates(client: AsyncClient) -> None:
    thread = await client.threads.create()

    async with (
        client.threads.join_stream(
            thread.thread_id,
            on_gap="continue",
            idle_timeout=60,
            headers={"x-test": "1"},
            params={"trace": "1"},
        ) as everything,
        client.threads.join_stream(
            thread.thread_id, stream_mode=["lifecycle", "state_update"], last_event_id="-"
        ) as ends,
    ):
        run = await client.runs.create(thread.thread_id, "counter", input={"amount": 1})
        seen = []
        async for part in everything:
            seen += [part.event]
            if part.data.get("status") == "run_done":
                break
        told = []
        async for part in ends:
            told += [part]
            if part.event == "state_update":
                break
            if part.data.get("status") == "run_done":
                await client.threads.update_state(thread.thread_id, {"total": 5}, as_node="add")

    assert seen == ["metadata", "values", "values", "values", "metadata"]
    assert [part.event for part in told] == ["metadata", "metadata", "state_update"]
    assert {part.data["run_id"] for part in told[:2]} == {run.run_id}
    assert told[2].data["state"]["values"]["total"] == 6


async def test_a_session_with_a_thread_starts_runs_and_reads_them(client: AsyncClient) -> None:
    async with client.threads.stream(
        None,
        assistant_id="counter",
        transport="sse",
        headers={"x-test": "1"},
        run_start_timeout=30,
        timeout=60,
        max_lag=1000,
        raise_on_error=False,
    ) as thread:
        await thread.run.start(input={"amount": 2})
        totals = [state["total"] async for state in thread.values]
        assert (await thread.output)["total"] == 2

    assert totals == [0, 2, 2]


async def test_a_stream_that_the_server_refuses_raises_when_it_opens(client: AsyncClient) -> None:
    thread = await client.threads.create()
    mode = client.runs.stream(thread.thread_id, "counter", input={}, stream_mode="tools")
    with pytest.raises(UnprocessableEntityError, match="stream_mode"):
        assert [part.event async for part in mode]
    await client.threads.delete(thread.thread_id)

    run = client.runs.stream(thread.thread_id, "counter", input={})
    with pytest.raises(NotFoundError):
        assert [part.event async for part in run]
    runs = client.threads.join_stream(thread.thread_id, last_event_id="nonsense")
    with pytest.raises(UnprocessableEntityError):
        assert [part.event async for part in runs]
