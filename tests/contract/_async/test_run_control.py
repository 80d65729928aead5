from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graphwire.errors import InvalidArgumentError, NotFoundError

if TYPE_CHECKING:
    from graphwire import AsyncClient

LATER = 3600
"""Seconds after which a run starts that a test wants to stay pending."""
LONG = {"count": 1000, "delay": 0.05}


async def test_a_pending_run_is_cancelled_with_or_without_waiting(client: AsyncClient) -> None:
    thread = await client.threads.create()
    runs = [
        await client.runs.create(thread.thread_id, "counter", after_seconds=LATER) for _ in range(3)
    ]

    await client.runs.cancel(thread.thread_id, runs[0].run_id)
    await client.runs.cancel(thread.thread_id, runs[1].run_id, wait=True, action="interrupt")
    await client.runs.cancel(thread.thread_id, runs[2].run_id, wait=False, action="rollback")

    statuses = {row.run_id: row.status for row in await client.runs.list(thread.thread_id)}
    assert statuses[runs[0].run_id] == statuses[runs[1].run_id] == "interrupted"
    assert runs[2].run_id not in statuses
    with pytest.raises(NotFoundError):
        await client.runs.cancel(thread.thread_id, runs[0].run_id)


async def test_a_running_run_is_cancelled_and_its_join_returns(client: AsyncClient) -> None:
    thread = await client.threads.create()
    run = await client.runs.create(thread.thread_id, "slow", input=LONG)
    stream = client.runs.join_stream(thread.thread_id, run.run_id)
    async with stream:
        async for _ in stream:
            break  # it runs

        await client.runs.cancel(thread.thread_id, run.run_id, wait=True)

    assert (await client.runs.get(thread.thread_id, run.run_id)).status == "interrupted"
    assert await client.runs.join(thread.thread_id, run.run_id) == LONG


async def test_runs_are_cancelled_by_id_and_by_status(client: AsyncClient) -> None:
    thread = await client.threads.create()
    runs = [
        await client.runs.create(thread.thread_id, "counter", after_seconds=LATER) for _ in range(3)
    ]

    await client.runs.cancel_many(
        thread_id=thread.thread_id, run_ids=[runs[0].run_id], action="rollback"
    )
    await client.runs.cancel_many(thread_id=thread.thread_id, run_ids=[runs[1].run_id])
    await client.runs.cancel_many(status="pending", action="interrupt")

    rows = await client.runs.list(thread.thread_id)
    assert {row.run_id: row.status for row in rows} == {
        runs[1].run_id: "interrupted",
        runs[2].run_id: "interrupted",
    }
    with pytest.raises(NotFoundError):
        await client.runs.cancel_many(thread_id=thread.thread_id, run_ids=[runs[0].run_id])


async def test_cancelling_many_needs_to_know_which(client: AsyncClient) -> None:
    with pytest.raises(InvalidArgumentError, match="status"):
        await client.runs.cancel_many()


async def test_a_run_that_does_not_exist_is_not_found(client: AsyncClient) -> None:
    thread = await client.threads.create()

    for call in (client.runs.get, client.runs.delete, client.runs.cancel):
        with pytest.raises(NotFoundError):
            await call(thread.thread_id, thread.thread_id)
    with pytest.raises(NotFoundError):
        await client.runs.join(thread.thread_id, thread.thread_id, raise_error=False)
