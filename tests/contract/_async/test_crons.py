from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from graphwire.errors import NotFoundError, UnprocessableEntityError
from graphwire.models import Cron

if TYPE_CHECKING:
    from tests.contract.receiver import Receiver

    from graphwire import AsyncClient

YEARLY = "0 0 1 1 *"
EVERY_SECOND = "* * * * * *"
END = datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC)


async def test_a_created_cron_is_the_one_that_get_returns(client: AsyncClient) -> None:
    tag = str(uuid4())

    created = await client.crons.create(
        "counter",
        schedule=YEARLY,
        on_run_completed="keep",
        input={"amount": 1},
        metadata={"tag": tag},
        config={"tags": ["a"], "recursion_limit": 9},
        context={"tenant": "t"},
        interrupt_before=["note"],
        interrupt_after="*",
        webhook="http://127.0.0.1:1/hook",
        multitask_strategy="enqueue",
        end_time=END,
        enabled=False,
        timezone=ZoneInfo("Europe/Paris"),
        stream_mode=["values", "updates"],
        stream_subgraphs=True,
        stream_resumable=True,
        durability="exit",
        headers={"x-test": "1"},
        params={"trace": "1"},
    )

    assert isinstance(created, Cron)
    assert (created.schedule, created.timezone) == (YEARLY, "Europe/Paris")
    assert (created.enabled, created.on_run_completed) == (False, "keep")
    assert created.end_time == END
    assert created.thread_id is None
    assert created.payload["input"] == {"amount": 1}
    assert created.payload["durability"] == "exit"
    assert created.metadata["tag"] == tag
    assert await client.crons.get(created.cron_id) == created


async def test_a_cron_of_a_thread_names_it(client: AsyncClient) -> None:
    thread = await client.threads.create()

    created = await client.crons.create_for_thread(
        thread.thread_id,
        "counter",
        schedule=YEARLY,
        input={"amount": 1},
        end_time=datetime(2099, 1, 2, 3, 4, 5),  # noqa: DTZ001  # naive on purpose
        timezone="America/New_York",
        enabled=False,
    )

    assert created.thread_id == thread.thread_id
    assert created.on_run_completed is None
    assert created.end_time == END
    assert created.next_run_date is not None
    assert created.next_run_date.utcoffset() is not None


async def test_the_old_name_of_durability_still_works_and_warns(client: AsyncClient) -> None:
    with pytest.warns(DeprecationWarning, match="durability"):
        created = await client.crons.create(
            "counter", schedule=YEARLY, checkpoint_during=False, enabled=False
        )

    assert created.payload["checkpoint_during"] is False


async def test_an_update_changes_what_is_given(client: AsyncClient) -> None:
    created = await client.crons.create(
        "counter", schedule=YEARLY, metadata={"a": 1}, enabled=False, timezone="Europe/Paris"
    )

    updated = await client.crons.update(
        created.cron_id,
        schedule="0 0 2 2 *",
        on_run_completed="keep",
        input={"amount": 2},
        metadata={"b": 2},
        config={"tags": ["b"]},
        context={"tenant": "t"},
        interrupt_before="*",
        interrupt_after=["note"],
        webhook="http://127.0.0.1:1/hook",
        end_time=END,
        enabled=True,
        timezone=UTC,
        stream_mode="values",
        stream_subgraphs=False,
        stream_resumable=False,
        durability="sync",
    )
    await client.crons.delete(created.cron_id)

    assert (updated.schedule, updated.timezone, updated.enabled) == ("0 0 2 2 *", "UTC", True)
    assert updated.end_time == END
    assert updated.on_run_completed == "keep"
    assert updated.payload["input"] == {"amount": 2}
    assert updated.metadata["b"] == 2
    assert updated.updated_at > created.updated_at


async def test_the_end_of_a_cron_stays_unless_it_is_cleared_with_none(
    client: AsyncClient,
) -> None:
    created = await client.crons.create("counter", schedule=YEARLY, end_time=END, enabled=False)

    moved = await client.crons.update(created.cron_id, end_time=END + timedelta(days=1))
    kept = await client.crons.update(created.cron_id, enabled=False)
    cleared = await client.crons.update(created.cron_id, end_time=None)

    assert moved.end_time == kept.end_time == END + timedelta(days=1)
    assert cleared.end_time is None


async def test_a_search_filters_sorts_selects_and_knows_its_cursor(client: AsyncClient) -> None:
    tag = str(uuid4())
    thread = await client.threads.create()
    made = [
        await client.crons.create_for_thread(
            thread.thread_id, "counter", schedule=YEARLY, metadata={"tag": tag}, enabled=False
        )
        for _ in range(3)
    ]
    ids = [row.cron_id for row in made]

    page = await client.crons.search(
        assistant_id=made[0].assistant_id,
        thread_id=thread.thread_id,
        enabled=False,
        metadata={"tag": tag},
        limit=2,
        offset=0,
        sort_by="created_at",
        sort_order="asc",
        select=["cron_id", "schedule"],
    )

    assert [row.cron_id for row in page] == ids[:2]
    assert page[0].keys() == ["cron_id", "schedule"]
    assert (page.next_cursor, page.total) == ("2", 3)
    assert [row.cron_id async for row in page.all()] == ids
    assert await client.crons.search(thread_id=thread.thread_id, enabled=True) == []


async def test_a_count_counts_what_a_search_finds(client: AsyncClient) -> None:
    tag = str(uuid4())
    thread = await client.threads.create()
    created = await client.crons.create_for_thread(
        thread.thread_id, "counter", schedule=YEARLY, metadata={"tag": tag}, enabled=False
    )

    found = await client.crons.count(
        assistant_id=created.assistant_id, thread_id=thread.thread_id, metadata={"tag": tag}
    )
    assert found == 1
    assert await client.crons.count(metadata={"tag": str(uuid4())}) == 0


async def test_a_deleted_cron_is_gone(client: AsyncClient) -> None:
    created = await client.crons.create("counter", schedule=YEARLY, enabled=False)

    await client.crons.delete(created.cron_id)

    with pytest.raises(NotFoundError):
        await client.crons.get(created.cron_id)
    with pytest.raises(NotFoundError):
        await client.crons.delete(created.cron_id)


async def test_a_schedule_or_timezone_that_is_not_valid_is_refused(client: AsyncClient) -> None:
    with pytest.raises(UnprocessableEntityError):
        await client.crons.create("counter", schedule="now and then")
    with pytest.raises(UnprocessableEntityError):
        await client.crons.create("counter", schedule=YEARLY, timezone="Mars/Olympus")


async def test_a_cron_runs_its_graph(client: AsyncClient, receiver: Receiver) -> None:
    thread = await client.threads.create()
    cron = await client.crons.create_for_thread(
        thread.thread_id,
        "counter",
        schedule=EVERY_SECOND,
        input={"amount": 2},
        metadata={"by": "cron"},
        webhook=receiver.url,
    )

    told = receiver.get()
    await client.crons.delete(cron.cron_id)

    assert (told["status"], told["thread_id"]) == ("success", thread.thread_id)
    assert told["values"]["total"] == 2
    run = await client.runs.get(thread.thread_id, told["run_id"])
    assert run.metadata["by"] == "cron"
