from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.contract._async.finish import finish

from graphwire.errors import BadRequestError, NotFoundError, UnprocessableEntityError

if TYPE_CHECKING:
    from tests.contract.receiver import Receiver

    from graphwire import AsyncClient
    from graphwire.models import Durability

LATER = 3600
"""Seconds after which a run starts that a test wants to stay pending."""


async def test_durability_decides_how_many_checkpoints_are_kept(client: AsyncClient) -> None:
    kept = {}
    durabilities: tuple[Durability, ...] = ("exit", "async", "sync")
    threads = [await client.threads.create() for _ in durabilities]
    runs = [
        await client.runs.create(
            thread.thread_id, "counter", input={"amount": 1}, durability=durability
        )
        for thread, durability in zip(threads, durabilities, strict=True)
    ]

    await finish(client, *runs)
    for durability, thread in zip(durabilities, threads, strict=True):
        kept[durability] = len(await client.threads.get_history(thread.thread_id))

    assert kept == {"exit": 1, "async": 4, "sync": 4}


async def test_a_run_with_a_delay_starts_later(client: AsyncClient) -> None:
    thread = await client.threads.create()

    run = await client.runs.create(thread.thread_id, "counter", after_seconds=LATER)

    assert run.status == "pending"
    assert (run.created_at - datetime.now(UTC)).total_seconds() > LATER - 60


async def test_a_webhook_gets_the_finished_run(client: AsyncClient, receiver: Receiver) -> None:
    thread = await client.threads.create()

    run = await client.runs.create(
        thread.thread_id,
        "counter",
        input={"amount": 2},
        metadata={"by": "webhook"},
        webhook=receiver.url,
    )

    told = receiver.get()
    assert (told["run_id"], told["status"]) == (run.run_id, "success")
    assert told["values"] == {"amount": 2, "total": 2, "notes": ["total 2"]}
    assert told["metadata"]["by"] == "webhook"


async def test_the_thread_of_a_stateless_run_is_kept_when_asked(client: AsyncClient) -> None:
    kept = await client.runs.create(None, "counter", input={"amount": 1}, on_completion="keep")
    deleted = await client.runs.create(None, "counter", input={"amount": 1}, on_completion="delete")

    await client.runs.join(kept.thread_id, kept.run_id)
    with pytest.raises(NotFoundError):
        await client.runs.join(deleted.thread_id, deleted.run_id)

    assert (await client.threads.get(kept.thread_id)).values["total"] == 1
    with pytest.raises(NotFoundError):
        await client.threads.get(deleted.thread_id)


async def test_what_a_run_is_created_with_stands_in_its_row(client: AsyncClient) -> None:
    thread = await client.threads.create()

    run = await client.runs.create(
        thread.thread_id,
        "counter",
        input={"amount": 1},
        stream_mode=["updates", "custom"],
        stream_subgraphs=True,
        stream_resumable=True,
        feedback_keys=["helpful"],
        strict_resume=True,
        langsmith_tracing={"project_name": "tests"},
        interrupt_before=["note"],
        interrupt_after="*",
        durability="exit",
        context={"tenant": "t"},
        after_seconds=LATER,
    )

    kwargs: Any = run.kwargs
    assert kwargs["input"] == {"amount": 1}
    assert kwargs["stream_mode"] == ["updates", "custom"]
    assert kwargs["subgraphs"] is kwargs["resumable"] is True
    assert kwargs["feedback_keys"] == ["helpful"]
    assert (kwargs["interrupt_before"], kwargs["interrupt_after"]) == (["note"], "*")
    assert kwargs["durability"] == "exit"
    assert kwargs["context"] == {"tenant": "t"}
    assert run.langsmith_session_name in (None, "tests")


async def test_the_old_name_of_durability_still_works_and_warns(client: AsyncClient) -> None:
    thread = await client.threads.create()

    with pytest.warns(DeprecationWarning, match="durability"):
        run = await client.runs.create(
            thread.thread_id, "counter", checkpoint_during=False, after_seconds=LATER
        )

    assert run.kwargs is not None
    assert run.kwargs["durability"] == "exit"


async def test_configurable_values_and_context_exclude_each_other(client: AsyncClient) -> None:
    with pytest.raises(BadRequestError):
        await client.runs.wait(
            None, "echo", input={}, config={"configurable": {"a": 1}}, context={"b": 1}
        )


async def test_a_graph_that_does_not_exist_is_refused(client: AsyncClient) -> None:
    with pytest.raises(UnprocessableEntityError, match="no_such_graph"):
        await client.runs.wait(None, "no_such_graph", input=[1, "two", None])
