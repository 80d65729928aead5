"""Operations on assistants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeAlias, Unpack

from pydantic import InstanceOf, with_config
from typing_extensions import TypedDict

from graphwire_core._arguments import (
    Id,
    check_limit,
    check_offset,
    identifier,
    optional_id,
    path_segment,
)
from graphwire_core._checked import ARGUMENTS, checked
from graphwire_core._operation import Operation, compact, query_of
from graphwire_core._paging import SERVER_LIMIT, Rows, by_offset, paged
from graphwire_core._reading import nothing, reader
from graphwire_core.models import (
    Assistant,
    AssistantGraph,
    AssistantSelectField,
    AssistantSortBy,
    AssistantVersion,
    Config,
    GraphSchema,
    OnConflictBehavior,
    SortOrder,
    Subgraphs,
)

JsonObject: TypeAlias = Mapping[str, Any]


def _path(assistant_id: Id, *rest: str) -> str:
    return "/".join(("/assistants", path_segment("assistant_id", assistant_id), *rest))


@checked
def get(assistant_id: Id) -> Operation[Assistant]:
    return Operation("GET", _path(assistant_id), reader(Assistant), idempotent=True)


@checked
def get_graph(assistant_id: Id, *, xray: int | bool | None = None) -> Operation[AssistantGraph]:
    return Operation(
        "GET",
        _path(assistant_id, "graph"),
        reader(AssistantGraph),
        query=query_of("xray", compact(xray=xray)),
        idempotent=True,
    )


@checked
def get_schemas(assistant_id: Id) -> Operation[GraphSchema]:
    return Operation("GET", _path(assistant_id, "schemas"), reader(GraphSchema), idempotent=True)


@checked
def get_subgraphs(
    assistant_id: Id, *, namespace: str | None = None, recurse: bool | None = None
) -> Operation[Subgraphs]:
    inside = () if namespace is None else (path_segment("namespace", namespace),)
    return Operation(
        "GET",
        _path(assistant_id, "subgraphs", *inside),
        reader(Subgraphs),
        query=query_of("recurse", compact(recurse=recurse)),
        idempotent=True,
    )


@checked
def create(
    graph_id: str,
    *,
    config: InstanceOf[Config] | JsonObject | None = None,
    context: Any = None,
    metadata: JsonObject | None = None,
    assistant_id: Id | None = None,
    if_exists: OnConflictBehavior | None = None,
    name: str | None = None,
    description: str | None = None,
) -> Operation[Assistant]:
    body = compact(
        graph_id=identifier("graph_id", graph_id),
        config=config,
        context=context,
        metadata=metadata,
        assistant_id=optional_id("assistant_id", assistant_id),
        if_exists=if_exists,
        name=name,
        description=description,
    )
    return Operation("POST", "/assistants", reader(Assistant), body=body)


@checked
def update(
    assistant_id: Id,
    *,
    graph_id: str | None = None,
    config: InstanceOf[Config] | JsonObject | None = None,
    context: Any = None,
    metadata: JsonObject | None = None,
    name: str | None = None,
    description: str | None = None,
) -> Operation[Assistant]:
    body = compact(
        graph_id=graph_id,
        config=config,
        context=context,
        metadata=metadata,
        name=name,
        description=description,
    )
    return Operation("PATCH", _path(assistant_id), reader(Assistant), body=body)


@checked
def delete(assistant_id: Id, *, delete_threads: bool | None = None) -> Operation[None]:
    query = query_of("delete_threads", compact(delete_threads=delete_threads))
    return Operation("DELETE", _path(assistant_id), nothing, query=query, idempotent=True)


@with_config(ARGUMENTS)
class AssistantFilters(TypedDict, total=False):
    """Keywords of a search for assistants. `None` is the same as leaving a keyword out."""

    metadata: JsonObject | None
    """What the metadata must contain."""
    graph_id: str | None
    """Graph of the assistants."""
    name: str | None
    """Part of the name."""
    limit: int | None
    """Rows of the page, 1 to 1000. Server default: 10."""
    offset: int | None
    """Rows to leave out at the beginning."""
    sort_by: AssistantSortBy | None
    """Field to sort by."""
    sort_order: SortOrder | None
    """Direction of the sort."""
    select: Sequence[AssistantSelectField] | None
    """The only fields of each row."""


@checked
def search(**filters: Unpack[AssistantFilters]) -> Operation[Rows[Assistant]]:
    check_limit(filters.get("limit"))
    check_offset(filters.get("offset"))
    body = compact(**filters)
    operation = Operation("POST", "/assistants/search", nothing, body=body, idempotent=True)
    return paged(operation, Assistant, select=filters.get("select"))


@checked
def count(
    *,
    metadata: JsonObject | None = None,
    graph_id: str | None = None,
    name: str | None = None,
) -> Operation[int]:
    body = compact(metadata=metadata, graph_id=graph_id, name=name)
    return Operation("POST", "/assistants/count", reader(int), body=body, idempotent=True)


@checked
def get_versions(
    assistant_id: Id,
    *,
    metadata: JsonObject | None = None,
    limit: int | None = None,
    offset: int | None = None,
) -> Operation[Rows[AssistantVersion]]:
    body = compact(metadata=metadata, limit=check_limit(limit), offset=check_offset(offset))
    path = _path(assistant_id, "versions")
    operation = Operation("POST", path, nothing, body=body, idempotent=True)
    return paged(operation, AssistantVersion, following=_earlier_versions)


def _earlier_versions(
    operation: Operation[Any], rows: Rows[AssistantVersion]
) -> Operation[Any] | None:
    """Continue after a full page; the server answers 404 beyond the last version."""
    after = by_offset(SERVER_LIMIT, operation, rows)
    return after and replace(after, empty_status=HTTPStatus.NOT_FOUND)


@checked
def set_latest(assistant_id: Id, version: int) -> Operation[Assistant]:
    return Operation(
        "POST", _path(assistant_id, "latest"), reader(Assistant), body={"version": version}
    )
