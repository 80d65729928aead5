"""Requests of `client.store`."""

from datetime import timedelta

from tests.core.requests.row import Row

ITEM = {"namespace": ["a", "b"], "key": "k"}

ROWS = [
    Row(
        "store.put_item",
        [["a", "b"], "k", {"v": 1}],
        {},
        "PUT /store/items",
        ITEM | {"value": {"v": 1}},
    ),
    Row(
        "store.put_item",
        [["a", "b"], "k", {"v": 1}, False, 5],
        {},
        "PUT /store/items",
        ITEM | {"value": {"v": 1}, "index": False, "ttl": 5},
    ),
    Row(
        "store.put_item",
        [("a", "b")],
        {"key": "k", "value": {}, "index": ["v"], "ttl": 0},
        "PUT /store/items",
        ITEM | {"value": {}, "index": ["v"], "ttl": 0},
    ),
    Row(
        "store.put_item",
        [["a", "b"], "k", {"v": 1}, [], timedelta(seconds=90), {"X": "1"}, {"z": 1}],
        {},
        "PUT /store/items?z=1",
        ITEM | {"value": {"v": 1}, "index": [], "ttl": 1.5},
        {"x": "1"},
    ),
    Row("store.get_item", [["a", "b"], "k"], {}, "GET /store/items?namespace=a.b&key=k"),
    Row(
        "store.get_item",
        [["a", "b"], "k"],
        {"refresh_ttl": False, "params": {"z": 1}},
        "GET /store/items?namespace=a.b&key=k&refresh_ttl=false&z=1",
    ),
    Row(
        "store.get_item",
        [["a b", "é"], "k&x=1/."],
        {"refresh_ttl": True},
        "GET /store/items?namespace=a+b.%C3%A9&key=k%26x%3D1%2F.&refresh_ttl=true",
    ),
    Row("store.delete_item", [["a", "b"], "k"], {}, "DELETE /store/items", ITEM),
    Row("store.search_items", [["a"]], {}, "POST /store/items/search", {"namespace_prefix": ["a"]}),
    Row(
        "store.search_items",
        [["a"], {"f": 1}, 5, 2, "q", True],
        {},
        "POST /store/items/search",
        {
            "namespace_prefix": ["a"],
            "filter": {"f": 1},
            "limit": 5,
            "offset": 2,
            "query": "q",
            "refresh_ttl": True,
        },
    ),
    Row(
        "store.search_items",
        [[]],
        {"filter": {}, "limit": None, "offset": None, "query": "", "refresh_ttl": False},
        "POST /store/items/search",
        {"namespace_prefix": [], "filter": {}, "query": "", "refresh_ttl": False},
    ),
    Row("store.list_namespaces", [], {}, "POST /store/namespaces", {}),
    Row(
        "store.list_namespaces",
        [["p"], ["s"], 2, 3, 4],
        {},
        "POST /store/namespaces",
        {"prefix": ["p"], "suffix": ["s"], "max_depth": 2, "limit": 3, "offset": 4},
    ),
    Row(
        "store.list_namespaces",
        [],
        {"prefix": [], "suffix": None, "max_depth": 0, "limit": 100, "offset": 0},
        "POST /store/namespaces",
        {"prefix": [], "max_depth": 0, "limit": 100, "offset": 0},
    ),
]
