"""Runs of one session: several of them, failed ones, cancelled ones, and what becomes of each."""

from __future__ import annotations

import pytest
from tests.stream.thread_streams._async.opening import AsyncOpening, all_of

from graphwire import AsyncClient
from graphwire.errors import ConflictError, RunFailedError


async def test_a_run_in_one_call_returns_its_output(
    opened: AsyncOpening, client: AsyncClient
) -> None:
    async with opened(assistant_id="echo") as thread:
        given = {"configurable": {"tenant": "acme"}, "tags": ["blue"]}
        values = await thread.run({"payload": 1}, config=given, metadata={"by": "one call"})
        [run] = await client.runs.list(thread.thread_id)

    assert values["received"] == 1
    assert values["seen_config"]["tags"] == ["blue"]
    assert values["seen_config"]["configurable"]["tenant"] == "acme"
    assert run.metadata["by"] == "one call"


async def test_each_run_of_a_session_has_states_and_an_output_of_its_own(
    opened: AsyncOpening,
) -> None:
    async with opened(assistant_id="counter") as thread:
        first = await thread.run.start(input={"amount": 1})
        states = await all_of(thread.values)
        output = await thread.output
        second = await thread.run.start(input={"amount": 5})
        more_states = await all_of(thread.values)
        more_output = await thread.output

    assert first.run_id != second.run_id
    assert [state["total"] for state in states] == [0, 1, 1]
    assert output == {"amount": 1, "total": 1, "notes": ["total 1"]}
    assert [state["total"] for state in more_states] == [1, 6, 6]
    assert more_output["notes"] == ["total 1", "total 6"]


async def test_a_run_that_waits_for_another_is_read_apart_from_it(
    opened: AsyncOpening, client: AsyncClient
) -> None:
    async with opened(assistant_id="slow") as thread:
        await thread.run({"count": 1, "delay": 0})
        [*_, earliest, _] = await client.threads.get_history(thread.thread_id)
        fork = {"configurable": {"checkpoint_id": earliest.checkpoint_id}}

        await thread.run.start(input={"count": 10, "delay": 0.1})
        of_first = thread.values.__aiter__()
        states = [await anext(of_first)]
        with pytest.raises(ConflictError):
            await thread.run.start(config=fork, multitask_strategy="reject")
        await thread.run.start(config=fork)
        more_states = await all_of(thread.values)
        states += await all_of(of_first)
        output = await thread.output

    assert [state["count"] for state in states] == [10, 10]
    assert states[-1]["done"] == 10
    assert [state["count"] for state in more_states] == [1, 1]
    assert output == {"count": 1, "delay": 0, "done": 1}


async def test_a_run_that_fails_raises_after_its_last_event(opened: AsyncOpening) -> None:
    async with opened(assistant_id="failing") as thread:
        started = await thread.run.start(input={"x": 1})
        states = thread.values.__aiter__()
        seen = [await anext(states), await anext(states)]
        with pytest.raises(RunFailedError, match="kaboom") as caught:
            await anext(states)
        with pytest.raises(RunFailedError, match="kaboom"):
            assert await thread.output
        with pytest.raises(RunFailedError, match="kaboom"):
            await thread.run({"x": 2})

    assert seen == [{"x": 1}, {"x": 2}]
    error = caught.value
    assert (error.run_id, error.thread_id) == (started.run_id, thread.thread_id)


async def test_projections_of_a_failed_run_end_quietly_where_that_is_asked_for(
    past: AsyncOpening,
) -> None:
    async with past("failing", raise_on_error=False) as thread:
        assert await all_of(thread.values) == [{"x": 1}, {"x": 2}]
        [*_, last] = await all_of(thread.subscribe(["lifecycle"]))
        assert last.data.event == "failed"
        assert "failed" in repr(thread)
        with pytest.raises(RunFailedError, match="ValueError: kaboom"):
            assert await thread.output


async def test_a_run_that_is_cancelled_ends_its_projections(
    opened: AsyncOpening, client: AsyncClient
) -> None:
    async with opened(assistant_id="slow") as thread:
        run = await thread.run.start(input={"count": 1000, "delay": 0.1})
        states = []
        async for state in thread.values:
            states.append(state)
            await client.runs.cancel(thread.thread_id, run.run_id)
        with pytest.raises(RunFailedError, match="cancelled"):
            assert await thread.output
        assert thread.interrupted
        assert thread.interrupts == []

        assert (await thread.run({"count": 1, "delay": 0}))["done"] == 1

    assert len(states) == 1


async def test_a_run_goes_on_from_a_checkpoint(opened: AsyncOpening, client: AsyncClient) -> None:
    async with opened(assistant_id="counter") as thread:
        await thread.run({"amount": 3})
        [after_add] = [
            state
            for state in await client.threads.get_history(thread.thread_id)
            if state.next == ["note"]
        ]
        await thread.run({"amount": 4})

        fork = {"configurable": {"checkpoint_id": after_add.checkpoint_id}}
        await thread.run.start(config=fork)
        states = await all_of(thread.values)
        output = await thread.output

    assert output == {"amount": 3, "total": 3, "notes": ["total 3"]}
    assert states[-1] == output
