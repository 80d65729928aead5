from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from graphwire.errors import ConflictError, NotFoundError, UnprocessableEntityError
from graphwire.models import Thread, ThreadSuperstep, Ttl

if TYPE_CHECKING:
    from graphwire import AsyncClient

ADDED = {"updates": [{"values": {"amount": 2}, "as_node": "__start__"}]}
"""The first superstep of the graph `counter`."""


async def test_a_created_thread_is_the_one_that_get_returns(client: AsyncClient) -> None:
    thread_id, tag = uuid4(), str(uuid4())

    created = await client.threads.create(
        metadata={"tag": tag},
        thread_id=thread_id,
        if_exists="raise",
        graph_id="counter",
        ttl=60,
        headers={"x-test": "1"},
        params={"trace": "1"},
    )

    assert isinstance(created, Thread)
    assert created.thread_id == created["thread_id"] == str(thread_id)
    assert created.metadata == {"tag": tag, "graph_id": "counter"}
    assert (created.status, created.values, created.interrupts) == ("idle", None, {})
    assert created.state_updated_at is not None
    assert await client.threads.get(thread_id, include=["ttl"]) == created


async def test_creating_a_thread_twice_is_a_conflict_unless_it_does_nothing(
    client: AsyncClient,
) -> None:
    created = await client.threads.create(metadata={"step": "first"})

    again = await client.threads.create(
        thread_id=created.thread_id, if_exists="do_nothing", metadata={"step": "second"}
    )

    assert again.thread_id == created.thread_id
    assert again.metadata == {"step": "first"}
    with pytest.raises(ConflictError):
        await client.threads.create(thread_id=created.thread_id)


async def test_a_time_to_live_is_accepted_in_each_of_its_forms(client: AsyncClient) -> None:
    for ttl in (5, 1.5, timedelta(hours=1), Ttl(ttl=5, strategy="delete"), {"ttl": 5}):
        created = await client.threads.create(ttl=ttl)
        updated = await client.threads.update(created.thread_id, metadata={"a": 1}, ttl=ttl)
        assert updated.metadata == {"a": 1}


async def test_supersteps_give_a_new_thread_its_state(client: AsyncClient) -> None:
    noted = ThreadSuperstep(updates=[{"values": {"total": 2}, "as_node": "add"}])

    created = await client.threads.create(graph_id="counter", supersteps=[ADDED, noted])

    assert created.values == {"amount": 2, "total": 2, "notes": []}
    assert (await client.threads.get_state(created.thread_id)).next == ["note"]


async def test_an_update_merges_metadata(client: AsyncClient) -> None:
    created = await client.threads.create(metadata={"a": 1, "b": 1})

    updated = await client.threads.update(created.thread_id, metadata={"b": 2, "c": 3})

    assert updated.metadata == {"a": 1, "b": 2, "c": 3}
    assert updated.updated_at > created.updated_at


async def test_a_minimal_update_returns_nothing(client: AsyncClient) -> None:
    created = await client.threads.create()

    await client.threads.update(created.thread_id, metadata={"a": 1}, return_minimal=True)

    assert (await client.threads.get(created.thread_id)).metadata == {"a": 1}


async def test_a_search_filters_sorts_selects_and_knows_its_cursor(client: AsyncClient) -> None:
    tag = str(uuid4())
    made = [await client.threads.create(metadata={"tag": tag}) for _ in range(3)]
    ids = [thread.thread_id for thread in made]

    page = await client.threads.search(
        metadata={"tag": tag},
        ids=ids,
        status="idle",
        limit=2,
        offset=0,
        sort_by="created_at",
        sort_order="asc",
        select=["thread_id", "status"],
    )

    assert [row.thread_id for row in page] == ids[:2]
    assert page[0].keys() == ["thread_id", "status"]
    assert (page.next_cursor, page.total) == ("2", 3)
    assert [row.thread_id async for row in page.all()] == ids
    assert await client.threads.search(metadata={"tag": tag}, status="busy") == []


async def test_a_search_extracts_values_under_aliases(client: AsyncClient) -> None:
    tag = str(uuid4())
    await client.threads.create(metadata={"tag": tag}, graph_id="counter", supersteps=[ADDED])

    page = await client.threads.search(
        metadata={"tag": tag},
        values={"amount": 2},
        extract={"many": "values.amount", "graph": "metadata.graph_id", "none": "values.nothing"},
    )

    assert [row.extracted for row in page] == [{"many": 2, "graph": "counter", "none": None}]


async def test_a_count_counts_what_a_search_finds(client: AsyncClient) -> None:
    tag = str(uuid4())
    for _ in range(2):
        await client.threads.create(metadata={"tag": tag}, graph_id="counter", supersteps=[ADDED])

    assert await client.threads.count(metadata={"tag": tag}) == 2
    assert await client.threads.count(metadata={"tag": tag}, values={"amount": 3}) == 0
    assert await client.threads.count(metadata={"tag": tag}, status="interrupted") == 2


async def test_a_copy_is_a_new_thread_with_the_same_state(client: AsyncClient) -> None:
    source = await client.threads.create(metadata={"a": 1}, graph_id="counter", supersteps=[ADDED])

    copied = await client.threads.copy(source.thread_id)

    assert copied.thread_id != source.thread_id
    assert copied.metadata["a"] == 1
    state = await client.threads.get_state(copied.thread_id)
    assert (state.values["amount"], state.next) == (2, ["add"])


async def test_a_storage_report_adds_up(client: AsyncClient) -> None:
    created = await client.threads.create(graph_id="counter", supersteps=[ADDED])

    report = await client.threads.storage(created.thread_id)

    assert report.thread_id == created.thread_id
    assert report.checkpoints.count == 1
    assert "amount" in report.channel_values.by_channel
    sections = (report.checkpoints, report.channel_values, report.pending_writes)
    assert report.total_bytes == sum(section.bytes for section in sections)


async def test_pruning_deletes_threads(client: AsyncClient) -> None:
    first, second = [await client.threads.create() for _ in range(2)]

    pruned = await client.threads.prune([first.thread_id, second.thread_id], strategy="delete")

    assert pruned.pruned_count == 2
    with pytest.raises(NotFoundError):
        await client.threads.get(first.thread_id)


async def test_pruning_to_the_latest_state_is_refused_by_the_in_memory_server(
    client: AsyncClient,
) -> None:
    created = await client.threads.create()

    with pytest.raises(UnprocessableEntityError):
        await client.threads.prune([created.thread_id], strategy="keep_latest")


async def test_a_deleted_thread_is_gone(client: AsyncClient) -> None:
    created = await client.threads.create()

    await client.threads.delete(created.thread_id)

    with pytest.raises(NotFoundError) as caught:
        await client.threads.get(created.thread_id)
    assert caught.value.path == f"/threads/{created.thread_id}"
    with pytest.raises(NotFoundError):
        await client.threads.delete(created.thread_id)


async def test_an_id_that_is_no_uuid_is_refused_by_the_server(client: AsyncClient) -> None:
    for thread_id in ("nope", "..", "a b", "ü"):
        with pytest.raises(UnprocessableEntityError, match="UUID"):
            await client.threads.get(thread_id)
    with pytest.raises(NotFoundError) as caught:
        await client.threads.get("a/../b?c#d")
    assert caught.value.path == "/threads/a%2F..%2Fb%3Fc%23d"
