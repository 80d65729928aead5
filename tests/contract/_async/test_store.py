from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from graphwire.models import Item, SearchItem

if TYPE_CHECKING:
    from graphwire import AsyncClient


async def test_an_item_that_was_put_is_the_one_that_get_returns(client: AsyncClient) -> None:
    namespace = ["contract", str(uuid4())]

    await client.store.put_item(
        namespace,
        "a key/with ü",
        {"deep": [1, None, {"x": True}]},
        index=False,
        ttl=60,
        headers={"x-test": "1"},
        params={"trace": "1"},
    )
    item = await client.store.get_item(namespace, "a key/with ü", refresh_ttl=True)

    assert isinstance(item, Item)
    assert (item.namespace, item.key) == (namespace, "a key/with ü")
    assert item.value == {"deep": [1, None, {"x": True}]}
    assert item.created_at.tzinfo


async def test_putting_again_replaces_the_value(client: AsyncClient) -> None:
    namespace = [str(uuid4())]
    await client.store.put_item(namespace, "k", {"v": 1})

    await client.store.put_item(namespace, key="k", value={"w": 2}, index=["w"], ttl=1.5)
    await client.store.put_item(namespace, key="k", value={"w": 3}, ttl=timedelta(hours=1))

    item = await client.store.get_item(namespace, "k")
    assert item is not None
    assert item.value == {"w": 3}
    assert item.updated_at >= item.created_at


async def test_a_missing_item_is_none_and_can_be_deleted(client: AsyncClient) -> None:
    namespace = [str(uuid4())]

    assert await client.store.get_item(namespace, "nothing") is None
    await client.store.delete_item(namespace, "nothing")


async def test_a_deleted_item_is_gone(client: AsyncClient) -> None:
    namespace = [str(uuid4())]
    await client.store.put_item(namespace, "k", {"v": 1})

    await client.store.delete_item(namespace, "k")

    assert await client.store.get_item(namespace, "k") is None


async def test_a_search_filters_and_knows_where_to_go_on(client: AsyncClient) -> None:
    root = str(uuid4())
    for n in range(5):
        await client.store.put_item([root, "items"], f"k{n}", {"n": n, "kind": "odd" * (n % 2)})

    page = await client.store.search_items([root], limit=2, offset=0)
    odd = await client.store.search_items([root], {"kind": "odd"}, refresh_ttl=False)
    large = await client.store.search_items([root], filter={"n": {"$gt": 2}})
    asked = await client.store.search_items([root], query="what is odd?")

    assert len(page) == 2
    assert isinstance(page[0], SearchItem)
    assert page[0].score is None
    assert page["items"] == page
    assert {item.key async for item in page.all()} == {"k0", "k1", "k2", "k3", "k4"}
    assert {item.value["n"] for item in odd} == {1, 3}
    assert {item.value["n"] for item in large} == {3, 4}
    assert len(asked) == 5
    assert await client.store.search_items([root, "elsewhere"]) == []


async def test_namespaces_are_listed_by_prefix_suffix_and_depth(client: AsyncClient) -> None:
    root = str(uuid4())
    for labels in (["a", "x"], ["a", "y"], ["b", "x"]):
        await client.store.put_item([root, *labels], "k", {"v": 1})

    page = await client.store.list_namespaces([root], limit=2, offset=0)
    ending = await client.store.list_namespaces(prefix=[root], suffix=["x"])
    shallow = await client.store.list_namespaces(prefix=[root], max_depth=2)

    assert len(page) == 2
    assert page["namespaces"] == page
    found = {tuple(labels[1:]) async for labels in page.all()}
    assert found == {("a", "x"), ("a", "y"), ("b", "x")}
    assert {tuple(labels[1:]) for labels in ending} == {("a", "x"), ("b", "x")}
    assert {tuple(labels[1:]) for labels in shallow} == {("a",), ("b",)}
