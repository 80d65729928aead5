from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel
from tests.contract._async.finish import finish

from graphwire.errors import (
    ConflictError,
    NotFoundError,
    ResponseValidationError,
    RunFailedError,
    UnprocessableEntityError,
)
from graphwire.models import Command, ErrorPayload, Run, RunCreate, RunCreateMetadata, Send

if TYPE_CHECKING:
    from tests.contract.prepared import Finished

    from graphwire import AsyncClient

LATER = 3600
"""Seconds after which a run starts that a test wants to stay pending."""


class Total(BaseModel):
    total: int


async def test_wait_returns_the_final_state_and_tells_the_run_it_made(client: AsyncClient) -> None:
    thread = await client.threads.create()
    created: list[RunCreateMetadata] = []

    output = await client.runs.wait(
        thread.thread_id,
        "counter",
        input={"amount": 3},
        metadata={"by": "wait"},
        output=Total,
        on_run_created=created.append,
        headers={"x-test": "1"},
        params={"trace": "1"},
    )

    assert output == Total(total=3)
    [run] = await client.runs.list(thread.thread_id)
    assert created == [RunCreateMetadata(run_id=run.run_id, thread_id=thread.thread_id)]
    assert run.status == "success"
    assert run.metadata["by"] == "wait"
    with pytest.raises(ResponseValidationError, match="The output of the run"):
        await client.runs.join(thread.thread_id, run.run_id, output=Run)


async def test_a_stateless_run_gets_its_input_and_context(client: AsyncClient) -> None:
    created: list[RunCreateMetadata] = []

    output: dict[str, Any] = await client.runs.wait(
        None,
        "echo",
        input={"payload": {"deep": [1, None, "ü"]}},
        context={"tenant": "t"},
        metadata={"by": "wait"},
        raise_error=False,
        on_disconnect="cancel",
        on_run_created=created.append,
        stream_mode="values",
        stream_subgraphs=False,
        stream_resumable=False,
    )

    assert output["received"] == {"deep": [1, None, "ü"]}
    assert output["seen_context"] == {"tenant": "t"}
    assert output["seen_config"]["metadata"]["by"] == "wait"
    assert created[0].thread_id is not None
    with pytest.raises(NotFoundError):  # its thread goes with it
        await client.threads.get(created[0].thread_id)


async def test_a_background_run_is_joined_listed_read_and_deleted(client: AsyncClient) -> None:
    thread = await client.threads.create()
    created: list[RunCreateMetadata] = []
    run = await client.runs.create(
        thread.thread_id,
        "counter",
        input={"amount": 2},
        config={"tags": ["tagged"], "recursion_limit": 9, "configurable": {"tenant": "t"}},
        on_run_created=created.append,
    )
    waiting = await client.runs.create(thread.thread_id, "counter", after_seconds=LATER)

    output = await client.runs.join(
        thread.thread_id, run.run_id, output=Total, cancel_on_disconnect=False
    )

    assert isinstance(run, Run)
    assert created == [RunCreateMetadata(run_id=run.run_id, thread_id=thread.thread_id)]
    assert run.kwargs is not None
    assert run.kwargs["config"]["recursion_limit"] == 9
    assert output.total == 2
    assert (await client.runs.get(thread.thread_id, run.run_id)).status == "success"
    page = await client.runs.list(thread.thread_id, limit=1, offset=0)
    assert [row.run_id async for row in page.all()] == [waiting.run_id, run.run_id]
    [only] = await client.runs.list(thread.thread_id, status="success", select=["run_id", "status"])
    assert only.keys() == ["run_id", "status"]
    await client.runs.delete(thread.thread_id, run.run_id)
    with pytest.raises(NotFoundError):
        await client.runs.get(thread.thread_id, run.run_id)


async def test_a_failed_run_raises_from_wait(client: AsyncClient) -> None:
    thread = await client.threads.create()

    with pytest.raises(RunFailedError) as caught:
        await client.runs.wait(thread.thread_id, "failing", input={"x": 1})

    [run] = await client.runs.list(thread.thread_id)
    assert (caught.value.type, caught.value.message) == ("ValueError", "kaboom")
    assert (caught.value.run_id, caught.value.thread_id) == (run.run_id, thread.thread_id)


async def test_a_failed_run_raises_from_join_unless_it_is_to_be_returned(
    client: AsyncClient, prepared: dict[str, Finished]
) -> None:
    thread_id, run_id = prepared["failing"]

    with pytest.raises(RunFailedError) as caught:
        await client.runs.join(thread_id, run_id)
    outcome = await client.runs.join(thread_id, run_id, raise_error=False)

    assert (caught.value.type, caught.value.message) == ("ValueError", "kaboom")
    assert outcome == {"__error__": {"error": "ValueError", "message": "kaboom"}}
    assert (await client.runs.get(thread_id, run_id)).status == "error"
    failed = await client.threads.get(thread_id)
    assert (failed.status, failed.values) == ("error", {"x": 2})
    assert failed.error == ErrorPayload(error="ValueError", message="kaboom")
    state = await client.threads.get_state(thread_id)
    assert state.tasks[0].error == "ValueError('kaboom')"


async def test_an_interrupted_run_returns_its_question(
    client: AsyncClient, prepared: dict[str, Finished]
) -> None:
    thread_id, run_id = prepared["interrupting"]

    output = await client.runs.join(thread_id, run_id)

    thread = await client.threads.get(thread_id)
    [question] = output["__interrupt__"]
    [[interrupt]] = thread.interrupts.values()
    assert question["value"] == {"question": "Go on?", "topic": "tests"}
    assert (interrupt.id, interrupt.value) == (question["id"], question["value"])
    assert thread.status == "interrupted"
    assert (await client.runs.get(thread_id, run_id)).status == "success"


async def test_interrupts_are_answered_alone_or_by_their_ids(
    client: AsyncClient, prepared: dict[str, Finished]
) -> None:
    one = await client.threads.copy(prepared["interrupting"].thread_id)
    two = await client.threads.copy(prepared["parallel_interrupts"].thread_id)
    state = await client.threads.get_state(two.thread_id)
    ids = {interrupt.value: interrupt.id for interrupt in state.interrupts}

    alone = await client.runs.create(
        one.thread_id, "interrupting", command=Command(resume={"ok": True})
    )
    by_id = await client.runs.create(
        two.thread_id,
        "parallel_interrupts",
        command={"resume": {ids["A?"]: "one", ids["B?"]: "two"}},
    )

    first, second = await finish(client, alone, by_id)
    assert first == {"topic": "tests", "answer": {"ok": True}}
    assert second == {"answers": ["a: one", "b: two"]}


async def test_a_run_stops_before_or_after_nodes(client: AsyncClient) -> None:
    threads = [await client.threads.create() for _ in range(3)]
    first, second, third = [thread.thread_id for thread in threads]
    given = {"amount": 1}

    before = await client.runs.create(first, "counter", input=given, interrupt_before=["note"])
    after = await client.runs.create(second, "counter", input=given, interrupt_after=["note"])
    every = await client.runs.create(third, "counter", input=given, interrupt_before="*")

    stopped = await finish(client, before, after, every)
    assert stopped[0] == {"amount": 1, "total": 1, "notes": []}
    assert stopped[1] == {"amount": 1, "total": 1, "notes": ["total 1"]}
    assert stopped[2] == {"amount": 1, "total": 0, "notes": []}
    assert (await client.threads.get_state(first)).next == ["note"]
    assert (await client.threads.get_state(second)).next == []
    assert (await client.threads.get_state(third)).next == ["add"]


async def test_a_command_updates_the_state_and_says_where_to_go_on(client: AsyncClient) -> None:
    steps = [{"updates": [{"values": {"amount": 2}, "as_node": "__start__"}]}]
    threads = [await client.threads.create(graph_id="counter", supersteps=steps) for _ in range(2)]
    first, second = [thread.thread_id for thread in threads]

    updated = await client.runs.create(
        first, "counter", command={"update": {"total": 5}, "goto": "note"}
    )
    sent = await client.runs.create(
        second, "counter", command=Command(goto=[Send(node="note", input={"total": 9})])
    )

    values = await finish(client, updated, sent)
    assert "total 5" in values[0]["notes"]
    assert "total 9" in values[1]["notes"]


async def test_a_run_starts_from_an_earlier_checkpoint(client: AsyncClient) -> None:
    steps = [{"updates": [{"values": {"amount": 2}, "as_node": "__start__"}]}]
    steps += [{"updates": [{"values": {"total": 50}, "as_node": "add"}]}]
    threads = [await client.threads.create(graph_id="counter", supersteps=steps) for _ in range(2)]
    points = [(await client.threads.get_history(row.thread_id))[-1] for row in threads]

    by_model = await client.runs.create(
        threads[0].thread_id, "counter", checkpoint=points[0].checkpoint
    )
    by_id = await client.runs.create(
        threads[1].thread_id, "counter", checkpoint_id=points[1].checkpoint_id
    )

    for output in await finish(client, by_model, by_id):
        assert output == {"amount": 2, "total": 2, "notes": ["total 2"]}


async def test_a_batch_starts_several_runs(client: AsyncClient) -> None:
    thread = await client.threads.create()

    first, second = await client.runs.create_batch(
        [
            RunCreate(
                assistant_id="counter",
                thread_id=thread.thread_id,
                input={"amount": 4},
                metadata={"n": "1"},
                on_completion="keep",
            ),
            {"assistant_id": "counter", "input": {"amount": 5}, "on_completion": "keep"},
        ]
    )

    assert first.metadata["n"] == "1"
    assert [values["total"] for values in await finish(client, first, second)] == [4, 5]
    assert len({thread.thread_id, first.thread_id, second.thread_id}) == 3


async def test_a_missing_thread_is_an_error_unless_it_is_to_be_created(
    client: AsyncClient,
) -> None:
    gone = await client.threads.create()
    await client.threads.delete(gone.thread_id)

    for options in ({}, {"if_not_exists": "reject"}):
        with pytest.raises(NotFoundError):
            await client.runs.create(gone.thread_id, "counter", **options)  # type: ignore[arg-type]
    run = await client.runs.create(
        gone.thread_id, "counter", if_not_exists="create", after_seconds=LATER
    )

    assert (await client.threads.get(gone.thread_id)).thread_id == run.thread_id


async def test_a_busy_thread_rejects_or_queues_a_run_or_gives_way(client: AsyncClient) -> None:
    long = {"count": 1000, "delay": 0.05}
    threads = [await client.threads.create() for _ in range(3)]
    queued = await client.threads.create()
    busy = [await client.runs.create(row.thread_id, "slow", input=long) for row in threads]
    short = await client.runs.create(queued.thread_id, "slow", input={"count": 1})

    with pytest.raises(ConflictError):
        await client.runs.create(threads[0].thread_id, "slow", multitask_strategy="reject")
    interrupting = await client.runs.create(
        threads[1].thread_id, "slow", input={"count": 1}, multitask_strategy="interrupt"
    )
    undoing = await client.runs.create(
        threads[2].thread_id, "slow", input={"count": 2}, multitask_strategy="rollback"
    )
    next_one = await client.runs.create(
        queued.thread_id, "slow", input={"count": 3}, multitask_strategy="enqueue"
    )

    await client.runs.cancel(threads[0].thread_id, busy[0].run_id)
    ended = await finish(client, interrupting, undoing, next_one)
    assert [values["done"] for values in ended] == [1, 2, 3]
    interrupted = await client.runs.get(threads[1].thread_id, busy[1].run_id)
    assert interrupted.status == "interrupted"
    assert (await client.runs.get(queued.thread_id, short.run_id)).status == "success"
    with pytest.raises(NotFoundError):
        await client.runs.get(threads[2].thread_id, busy[2].run_id)


async def test_stream_modes_that_the_server_does_not_know_are_refused(
    client: AsyncClient,
) -> None:
    with pytest.raises(UnprocessableEntityError):
        await client.runs.create(None, "counter", stream_mode="lifecycle")
