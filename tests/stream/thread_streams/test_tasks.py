"""Thread streams among tasks: who reads at once, who leaves early, and what is left behind."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

import pytest
from tests.stream.thread_streams._async.opening import HELLO, all_of, first_of
from tests.stream.thread_streams.counted import Counted

from graphwire import AsyncClient, get_client
from graphwire.errors import RequestTimeout, RunFailedError, StreamError
from graphwire_core.testing import DevServer
from graphwire_stream import AsyncThreadStream
from graphwire_stream._session import readings, session

SLOW = {"count": 100, "delay": 0.1}


@pytest.fixture(params=["sse", "websocket"])
def counted(request: pytest.FixtureRequest) -> Counted:
    return Counted(request.param)


@pytest.fixture
async def client(server: DevServer, counted: Counted) -> AsyncIterator[AsyncClient]:
    async with get_client(url=server.url, plugins=[counted]) as client:
        yield client


def stream(client: AsyncClient, graph: str, thread_id: str | None = None) -> AsyncThreadStream:
    return client.threads.stream(thread_id, assistant_id=graph, transport="counted", timeout=60)


async def test_several_projections_are_read_at_once_over_one_connection(
    client: AsyncClient, counted: Counted
) -> None:
    async with stream(client, "newsroom") as thread:
        projections: list[AsyncIterable[Any]] = [
            thread.text(),
            thread.tool_calls,
            thread.subgraphs,
            thread.values,
        ]
        await thread.run.start(input=HELLO)
        text, calls, subgraphs, states, output = await asyncio.gather(
            *(all_of(one) for one in projections), thread.result()
        )
        assert len(counted.opened) == counted.open == 1

    assert counted.open == 0
    assert "".join(text) == "Rivers run deep"
    assert [call.name for call in calls] == ["search", "call_source"]
    assert [one.graph_name for one in subgraphs] == ["desk"]
    assert len(states[-1]["messages"]) == len(output["messages"]) == 8


async def test_a_projection_that_waits_for_a_run_sees_it_from_its_start(
    client: AsyncClient, counted: Counted
) -> None:
    async with stream(client, "counter") as thread:
        reading = asyncio.create_task(all_of(thread.values))
        updates = asyncio.create_task(all_of(thread.subscribe(["lifecycle"])))
        await asyncio.sleep(0)
        await thread.run.start(input={"amount": 2})

        assert [state["total"] for state in await reading] == [0, 2, 2]
        assert [event.data.event for event in await updates] == ["running", "completed"]
        assert counted.open == 1


async def test_subgraphs_are_read_by_a_task_each(client: AsyncClient) -> None:
    async def read(subgraph: Any) -> list[Any]:
        return (await all_of(subgraph.values))[-1]["notes"]  # type: ignore[no-any-return]

    async with stream(client, "fanout") as thread, asyncio.TaskGroup() as group:
        await thread.run.start(input={"count": 4})
        tasks = [group.create_task(read(one)) async for one in thread.subgraphs]

    assert sorted(note for task in tasks for note in task.result()) == [
        f"worker {number}" for number in range(4)
    ]


async def test_a_message_is_read_by_several_tasks(client: AsyncClient) -> None:
    async with stream(client, "agent") as thread:
        await thread.run.start(input=HELLO)
        async for message in thread.messages:
            pieces, words, whole = await asyncio.gather(
                all_of(message.text), all_of(message.text), message.text.get()
            )
            assert "".join(pieces) == "".join(words) == whole != ""


async def test_a_reader_that_is_cancelled_disturbs_no_other(
    client: AsyncClient, counted: Counted
) -> None:
    async with stream(client, "recital") as thread:
        await thread.run.start(input={"words": 500})
        kept = asyncio.create_task(all_of(thread.text()))
        leaving = asyncio.create_task(all_of(thread.text()))
        await first_of(thread.text())
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving

        expected = " ".join(map(str, range(500)))
        assert "".join(await kept) == expected
        assert "".join(await all_of(thread.text())) == expected
    assert counted.open == 0


async def test_each_of_two_runs_has_its_output_while_they_wait_for_each_other(
    client: AsyncClient,
) -> None:
    async with stream(client, "slow") as thread:
        await thread.run({"count": 1, "delay": 0})
        [*_, earliest, _] = await client.threads.get_history(thread.thread_id)
        fork = {"configurable": {"checkpoint_id": earliest.checkpoint_id}}
        await thread.run.start(input={"count": 8, "delay": 0.1})
        first = asyncio.create_task(thread.result())
        await first_of(thread.values)
        await thread.run.start(config=fork)
        second = asyncio.create_task(thread.result())

        assert (await first)["done"] == 8
        assert (await second)["done"] == 1


async def test_leaving_the_block_ends_every_task_and_closes_every_connection(
    client: AsyncClient, counted: Counted
) -> None:
    before = asyncio.all_tasks()
    async with stream(client, "slow") as thread:
        await thread.run.start(input=SLOW)
        waiting = [
            asyncio.create_task(work)
            for work in (all_of(thread.values), all_of(thread.events), thread.result())
        ]
        await first_of(thread.values)
    ended = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)

    assert all(isinstance(one, StreamError) for one in ended), ended
    assert "The thread stream was closed" in str(ended[0])
    assert counted.open == 0
    assert asyncio.all_tasks() == before


async def spoken(client: AsyncClient) -> list[str]:
    async with stream(client, "slow") as thread:
        await thread.run.start(input=SLOW)
        return await all_of(thread.text())


async def test_an_error_in_the_block_leaves_nothing_behind(
    client: AsyncClient, counted: Counted
) -> None:
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(spoken(client), 1.5)

    assert counted.open == 0
    assert asyncio.all_tasks() == before


async def test_what_nobody_reads_any_more_is_let_go(client: AsyncClient) -> None:
    async with stream(client, "recital") as thread:
        await thread.run.start(input={"words": 100})
        reader = thread.text().__aiter__()
        assert await anext(reader) == "0"
        async for message in thread.messages:
            await message.complete()
            text = message.text.__aiter__()
            assert (await anext(text)).endswith(" 99")
        gone = [weakref.ref(one) for one in (reader, message, text)]
        del reader, message, text
        gc.collect()

        assert [one() for one in gone] == [None, None, None]
        assert (await thread.output)["words"] == 100


async def test_a_wait_that_was_too_long_can_be_tried_again(client: AsyncClient) -> None:
    async with stream(client, "slow") as thread:
        await thread.run.start(input={"count": 10, "delay": 0.1})
        with pytest.raises(RequestTimeout):
            await thread.output.with_timeout(0.05)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(thread.result(), 0.05)
        assert (await thread.output)["done"] == 10


async def test_a_run_that_is_rolled_back_is_gone(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_BEATS_OF_DOUBT", 1)
    monkeypatch.setattr(readings, "EXHAUSTED", 0.5)
    async with stream(client, "slow") as thread:
        run = await thread.run.start(input=SLOW)
        states = thread.values.__aiter__()
        assert await anext(states) == SLOW
        await client.runs.cancel(thread.thread_id, run.run_id, action="rollback")
        with pytest.raises(RunFailedError, match="is gone: it was rolled back, or deleted"):
            await anext(states)
        with pytest.raises(RunFailedError, match=r"gone|cancelled"):
            assert await thread.output
