"""A thread that has runs already: running, interrupted, finished, of this API or the older one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.stream.thread_streams._async.opening import HELLO, AsyncOpening, all_of, first_of

from graphwire import AsyncClient, get_client
from graphwire.errors import StreamInterrupted
from graphwire_core.testing import DevServer
from graphwire_stream._session import readings


@pytest.fixture
async def other(server: DevServer) -> AsyncIterator[AsyncClient]:
    """Somebody else's client."""
    async with get_client(url=server.url) as client:
        yield client


async def test_a_running_run_is_followed_from_its_start_by_another_client(
    opened: AsyncOpening, other: AsyncClient, transport: str
) -> None:
    async with opened(assistant_id="slow") as thread:
        started = await thread.run.start(input={"count": 15, "delay": 0.1})
        first = await first_of(thread.values)
        async with other.threads.stream(
            thread.thread_id, assistant_id="slow", transport=transport, timeout=60
        ) as joined:
            states = await all_of(joined.values)
            output = await joined.output
            assert started.run_id in repr(joined)
        own = await thread.output

    assert states[0] == first == {"count": 15, "delay": 0.1}
    assert states[-1] == output == own == {"count": 15, "delay": 0.1, "done": 15}


async def test_an_interrupted_run_is_seen_and_answered_by_another_client(
    opened: AsyncOpening, other: AsyncClient, transport: str
) -> None:
    async with opened(assistant_id="subgraph_interrupt") as thread:
        await thread.run.start(input={})
        assert await thread.output == {}
        async with other.threads.stream(
            thread.thread_id, assistant_id="subgraph_interrupt", transport=transport, timeout=60
        ) as joined:
            assert await joined.output == {}
            assert joined.interrupts == thread.interrupts != []
            assert joined.interrupted
        async with other.threads.stream(
            thread.thread_id, assistant_id="subgraph_interrupt", transport=transport, timeout=60
        ) as unread:
            await unread.run.respond("from elsewhere")
            assert await unread.output == {"answer": "from elsewhere", "done": True}


async def test_a_finished_run_is_read_again_by_another_client(
    past: AsyncOpening, client: AsyncClient, prepared: dict[str, str]
) -> None:
    async with past("newsroom") as joined:
        async for message in joined.messages:
            assert [piece async for piece in message.text] == ["Rivers", " run", " deep"]
            break
        async for desk in joined.subgraphs:
            assert [call.name async for call in desk.tool_calls] == ["spell"]
        assert desk.status == "completed"
        output = await joined.output
        assert not joined.interrupted

    assert output == (await client.threads.get_state(prepared["newsroom"])).values


async def test_the_end_of_an_earlier_run_does_not_end_a_new_one(opened: AsyncOpening) -> None:
    async with opened(assistant_id="counter") as thread:
        await thread.run({"amount": 1})
    async with opened(thread.thread_id, assistant_id="counter") as joined:
        states = joined.values
        await joined.run.start(input={"amount": 10})
        totals = [state["total"] for state in await all_of(states)]
        output = await joined.output
        again = [state["total"] async for state in joined.values]

    assert totals == again == [1, 11, 11]
    assert output["total"] == 11


async def test_a_projection_that_is_opened_after_the_end_sees_the_run_from_its_start(
    opened: AsyncOpening,
) -> None:
    async with opened(assistant_id="newsroom") as thread:
        await thread.run.start(input=HELLO)
        states = await all_of(thread.values)

        assert [call.name async for call in thread.tool_calls] == ["search", "call_source"]
        said = [await message.text.get() async for message in thread.messages]
        assert said == ["Rivers run deep", ""]
        assert await all_of(thread.values) == states


async def test_a_long_run_is_asked_for_again_by_a_projection_that_comes_late(
    opened: AsyncOpening,
) -> None:
    async with opened(assistant_id="recital") as thread:
        await thread.run.start(input={"words": 2500})
        spoken = "".join(await all_of(thread.text()))
        again = "".join(await all_of(thread.text()))
        states = await all_of(thread.values)

    assert spoken == again == " ".join(map(str, range(2500)))
    assert [len(state["messages"]) for state in states] == [0, 1]


async def test_a_run_of_the_older_api_is_followed(
    opened: AsyncOpening, client: AsyncClient
) -> None:
    thread = await client.threads.create()
    run = await client.runs.create(
        thread.thread_id,
        "slow",
        input={"count": 3, "delay": 0.02},
        stream_mode=["custom", "values", "updates"],
        stream_resumable=True,
    )
    async with opened(thread.thread_id, assistant_id="slow") as joined:
        states = await all_of(joined.values)
        custom = [event.data async for event in joined.subscribe(["custom"])]
        assert run.run_id in repr(joined)
        assert (await joined.output)["done"] == states[-1]["done"] == 3

    assert custom == [{"payload": {"i": 0}}, {"payload": {"i": 1}}, {"payload": {"i": 2}}]


async def test_a_run_whose_events_were_not_kept_says_so_and_has_its_output(
    opened: AsyncOpening, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "EXHAUSTED", 0.5)
    thread = await client.threads.create()
    await client.runs.wait(thread.thread_id, "counter", input={"amount": 2})
    async with opened(thread.thread_id, assistant_id="counter") as joined:
        with pytest.raises(StreamInterrupted, match="is over, but the server has not sent its end"):
            await all_of(joined.values)
        assert (await joined.output)["total"] == 2


async def test_a_thread_without_runs_has_its_state_for_output(
    opened: AsyncOpening, client: AsyncClient
) -> None:
    thread = await client.threads.create(
        supersteps=[{"updates": [{"values": {"total": 4}, "as_node": "add"}]}], graph_id="counter"
    )
    async with opened(thread.thread_id, assistant_id="counter") as joined:
        assert (await joined.output)["total"] == 4
        assert (await joined.run({"amount": 1}))["total"] == 5
