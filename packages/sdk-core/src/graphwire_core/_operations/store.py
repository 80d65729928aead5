"""Operations on the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from graphwire_core._arguments import check_limit, check_offset, describe
from graphwire_core._checked import checked
from graphwire_core._operation import Operation, compact, query_of
from graphwire_core._paging import Rows, paged
from graphwire_core._reading import nothing, reader
from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import Item, SearchItem, ttl_minutes

JsonObject: TypeAlias = Mapping[str, Any]
Lifetime: TypeAlias = int | float | timedelta  # checked as it is: 5 does not become 5.0


def _namespace(labels: Sequence[str], argument: str = "namespace") -> list[str]:
    """Check the labels of a namespace, which the server joins by periods."""
    if isinstance(labels, str):
        raise InvalidArgumentError(argument, "a list of labels", describe(labels))
    for index, label in enumerate(labels):
        where = f"{argument}[{index}]"
        if not isinstance(label, str) or not label:
            raise InvalidArgumentError(where, "a label (str, not empty)", describe(label))
        if "." in label:
            raise InvalidArgumentError(where, "a label without periods", describe(label))
    return list(labels)


def _item(namespace: Sequence[str], key: str) -> dict[str, Any]:
    labels = _namespace(namespace)
    if not labels:
        raise InvalidArgumentError("namespace", "at least one label", "an empty list")
    if not key:
        raise InvalidArgumentError("key", "a key", "an empty string")
    return {"namespace": labels, "key": key}


@checked
def put_item(
    namespace: Sequence[str],
    key: str,
    value: Any,
    *,
    index: Literal[False] | Sequence[str] | None = None,
    ttl: Lifetime | None = None,
) -> Operation[None]:
    if value is None or isinstance(value, str | bytes | int | float | Sequence | AbstractSet):
        raise InvalidArgumentError("value", "a mapping, a model or a dataclass", describe(value))
    body = {**_item(namespace, key), "value": value}
    body |= compact(index=index, ttl=None if ttl is None else ttl_minutes(ttl))
    return Operation("PUT", "/store/items", nothing, body=body, idempotent=True)


@checked
def get_item(
    namespace: Sequence[str], key: str, *, refresh_ttl: bool | None = None
) -> Operation[Item | None]:
    item = _item(namespace, key)
    query = {"namespace": ".".join(item["namespace"]), "key": key}
    return Operation(
        "GET",
        "/store/items",
        reader(Item | None),
        query=query_of("item", {**query, **compact(refresh_ttl=refresh_ttl)}),
        idempotent=True,
    )


@checked
def delete_item(namespace: Sequence[str], key: str) -> Operation[None]:
    body = _item(namespace, key)
    return Operation("DELETE", "/store/items", nothing, body=body, idempotent=True)


@checked
def search_items(
    namespace_prefix: Sequence[str],
    *,
    filter: JsonObject | None = None,
    limit: int | None = None,
    offset: int | None = None,
    query: str | None = None,
    refresh_ttl: bool | None = None,
) -> Operation[Rows[SearchItem]]:
    body = compact(
        namespace_prefix=_namespace(namespace_prefix, "namespace_prefix"),
        filter=filter,
        limit=check_limit(limit),
        offset=check_offset(offset),
        query=query,
        refresh_ttl=refresh_ttl,
    )
    operation = Operation("POST", "/store/items/search", nothing, body=body, idempotent=True)
    return paged(operation, SearchItem, key="items")


@checked
def list_namespaces(
    *,
    prefix: Sequence[str] | None = None,
    suffix: Sequence[str] | None = None,
    max_depth: int | None = None,
    limit: int | None = None,
    offset: int | None = None,
) -> Operation[Rows[list[str]]]:
    body = compact(
        prefix=None if prefix is None else _namespace(prefix, "prefix"),
        suffix=None if suffix is None else _namespace(suffix, "suffix"),
        max_depth=max_depth,
        limit=check_limit(limit),
        offset=check_offset(offset),
    )
    operation = Operation("POST", "/store/namespaces", nothing, body=body, idempotent=True)
    return paged(operation, list[str], key="namespaces", limit=100)
