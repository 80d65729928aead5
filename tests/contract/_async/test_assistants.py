from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from graphwire.errors import ConflictError, NotFoundError, UnprocessableEntityError
from graphwire.models import Assistant, Config, GraphSchema

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from graphwire import AsyncClient


@pytest.fixture(autouse=True)
async def no_assistants_left(client: AsyncClient) -> AsyncIterator[None]:
    """Delete what a test has created: the tools of MCP are the first page of assistants."""
    yield
    for one in await client.assistants.search(limit=1000):
        if one.metadata.get("created_by") != "system":
            await client.assistants.delete(one.assistant_id)


async def test_a_created_assistant_is_the_one_that_get_returns(client: AsyncClient) -> None:
    assistant_id, tag = uuid4(), str(uuid4())

    created = await client.assistants.create(
        "echo",
        Config(tags=["a"], recursion_limit=7, configurable={"tenant": "t"}),
        metadata={"tag": tag},
        assistant_id=assistant_id,
        if_exists="raise",
        name="Echo",
        description="Says it again.",
        headers={"x-test": "1"},
        params={"trace": "1"},
    )

    assert isinstance(created, Assistant)
    assert created.assistant_id == str(assistant_id)
    assert created.graph_id == "echo"
    assert created.config == Config(tags=["a"], recursion_limit=7, configurable={"tenant": "t"})
    assert created.context == {"tenant": "t"}
    assert created.metadata["tag"] == tag
    assert (created.version, created.name, created.description) == (1, "Echo", "Says it again.")
    assert created.created_at.tzinfo
    assert await client.assistants.get(assistant_id) == created


async def test_the_context_of_an_assistant_is_mirrored_into_its_configuration(
    client: AsyncClient,
) -> None:
    created = await client.assistants.create("echo", context={"tenant": "t"})

    assert created.config.configurable == {"tenant": "t"}
    assert created.description is None


async def test_creating_an_assistant_twice_is_a_conflict_unless_it_does_nothing(
    client: AsyncClient,
) -> None:
    created = await client.assistants.create("echo", name="first")

    again = await client.assistants.create(
        "echo", assistant_id=created.assistant_id, if_exists="do_nothing", name="second"
    )

    assert again == created
    with pytest.raises(ConflictError) as caught:
        await client.assistants.create("echo", assistant_id=created.assistant_id)
    assert caught.value.status_code == 409


async def test_an_assistant_of_an_unknown_graph_is_not_found(client: AsyncClient) -> None:
    with pytest.raises(NotFoundError, match="no_such_graph"):
        await client.assistants.create("no_such_graph")


async def test_an_id_that_is_no_uuid_is_refused_by_the_server(client: AsyncClient) -> None:
    with pytest.raises(UnprocessableEntityError, match="UUID"):
        await client.assistants.get("echo")


async def test_an_update_changes_what_is_given_and_makes_a_version(client: AsyncClient) -> None:
    created = await client.assistants.create(
        "echo", {"tags": ["a"]}, metadata={"a": 1}, name="one", description="first"
    )

    updated = await client.assistants.update(
        created.assistant_id,
        graph_id="counter",
        config={"tags": ["b"]},
        metadata={"b": 2},
        name="two",
        description="second",
    )

    assert (updated.version, updated.graph_id, updated.name) == (2, "counter", "two")
    assert updated.config.tags == ["b"]
    assert updated.metadata["a"] == 1
    assert updated.metadata["b"] == 2
    assert updated.description == "second"
    assert updated.updated_at >= created.updated_at


async def test_an_empty_config_and_context_are_sent_and_clear_what_there_was(
    client: AsyncClient,
) -> None:
    created = await client.assistants.create("echo", context={"tenant": "t"}, description="first")

    updated = await client.assistants.update(
        created.assistant_id, config={}, context={}, description=None
    )

    assert not updated.context
    assert updated.config.tags is None
    assert updated.description == "first"


async def test_versions_are_listed_newest_first_and_an_earlier_one_becomes_the_latest(
    client: AsyncClient,
) -> None:
    created = await client.assistants.create("echo", name="one", metadata={"step": "1"})
    for name, step in (("two", "2"), ("three", "3")):
        await client.assistants.update(created.assistant_id, name=name, metadata={"step": step})

    page = await client.assistants.get_versions(created.assistant_id, limit=1, offset=0)
    second = await client.assistants.get_versions(created.assistant_id, {"step": "2"}, 5, 0)
    restored = await client.assistants.set_latest(created.assistant_id, 1)

    assert len(page) == 1
    assert page.next_cursor == "1"
    assert [row.version async for row in page.all()] == [3, 2, 1]
    assert [row.name for row in second] == ["two"]
    assert (restored.version, restored.name) == (1, "one")
    with pytest.raises(NotFoundError):
        await client.assistants.set_latest(created.assistant_id, 9)


async def test_a_search_filters_sorts_selects_and_knows_its_cursor(client: AsyncClient) -> None:
    tag = str(uuid4())
    for name in ("b", "c", "a"):
        await client.assistants.create("echo", name=f"{tag} {name}", metadata={"tag": tag})

    page = await client.assistants.search(
        metadata={"tag": tag},
        graph_id="echo",
        name=tag,
        limit=2,
        offset=0,
        sort_by="name",
        sort_order="asc",
        select=["name", "graph_id"],
    )

    assert [row.name[-1] for row in page] == ["a", "b"]
    assert page[0].keys() == ["graph_id", "name"]
    assert (page.next_cursor, page.has_more, page.total) == ("2", True, 3)
    assert [row.name[-1] async for row in page.all()] == ["a", "b", "c"]
    assert await client.assistants.search(metadata={"tag": str(uuid4())}) == []


async def test_a_search_in_object_form_has_the_rows_and_the_cursor(client: AsyncClient) -> None:
    tag = str(uuid4())
    for _ in range(2):
        await client.assistants.create("echo", metadata={"tag": tag})

    first = await client.assistants.search(metadata={"tag": tag}, limit=1, response_format="object")
    last = await client.assistants.search(
        metadata={"tag": tag}, limit=1, offset=1, response_format="object"
    )

    assert len(first.assistants) == 1
    assert (first.next, last.next) == ("1", None)
    assert first["assistants"][0]["assistant_id"] != last["assistants"][0]["assistant_id"]


async def test_a_count_counts_what_a_search_finds(client: AsyncClient) -> None:
    tag = str(uuid4())
    for graph in ("echo", "echo", "counter"):
        await client.assistants.create(graph, name=tag, metadata={"tag": tag})

    assert await client.assistants.count(metadata={"tag": tag}) == 3
    assert await client.assistants.count(metadata={"tag": tag}, graph_id="echo", name=tag) == 2


async def test_the_graph_of_an_assistant_is_drawn_with_its_subgraphs(client: AsyncClient) -> None:
    flat = await client.assistants.get_graph("full")
    one = await client.assistants.get_graph("full", xray=1)
    deep = await client.assistants.get_graph("full", xray=True)

    assert {"child", "approve", "finish"} <= {node.id for node in flat.nodes}
    assert {"child:outer", "child:nested"} <= {node.id for node in one.nodes}
    assert "child:nested:inner" in {node.id for node in deep.nodes}
    assert any(edge.source == "approve" and edge.target == "finish" for edge in flat.edges)


async def test_a_graph_has_schemas_and_so_have_its_subgraphs(client: AsyncClient) -> None:
    created = await client.assistants.create("full")

    schemas = await client.assistants.get_schemas(created.assistant_id)
    top = await client.assistants.get_subgraphs(created.assistant_id)
    every = await client.assistants.get_subgraphs(created.assistant_id, recurse=True)
    one = await client.assistants.get_subgraphs(created.assistant_id, "child", recurse=False)

    assert schemas.graph_id == "full"
    assert schemas.state_schema is not None
    assert "items" in schemas.state_schema["properties"]
    assert list(top) == list(one) == ["child"]
    assert set(every) == {"child", "child|nested"}
    assert all(isinstance(schema, GraphSchema) for schema in every.values())


async def test_a_deleted_assistant_is_gone_and_its_threads_when_asked(client: AsyncClient) -> None:
    created = await client.assistants.create("echo")
    other = await client.assistants.create("echo")
    thread = await client.threads.create()
    # A run is what ties a thread to its assistant.
    await client.runs.create(thread.thread_id, other.assistant_id, after_seconds=3600)

    await client.assistants.delete(created.assistant_id)
    await client.assistants.delete(other.assistant_id, delete_threads=True)

    with pytest.raises(NotFoundError):
        await client.assistants.get(created.assistant_id)
    with pytest.raises(NotFoundError):
        await client.threads.get(thread.thread_id)
