"""Operations on threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

from pydantic import InstanceOf

from graphwire_core._arguments import (
    Id,
    check_limit,
    check_offset,
    identifier,
    identifiers,
    optional_id,
    path_segment,
)
from graphwire_core._checked import checked
from graphwire_core._operation import Operation, compact, query_of
from graphwire_core._paging import SERVER_LIMIT, Rows, paged
from graphwire_core._reading import check_type, nothing, own_reader, reader
from graphwire_core._typed_dicts import readable
from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import (
    Checkpoint,
    OnConflictBehavior,
    PruneStrategy,
    SortOrder,
    Thread,
    ThreadPruneResponse,
    ThreadSelectField,
    ThreadSortBy,
    ThreadState,
    ThreadStatus,
    ThreadStorage,
    ThreadSuperstep,
    ThreadUpdateStateResponse,
    Ttl,
    ttl_body,
)

JsonObject: TypeAlias = Mapping[str, Any]
TtlLike: TypeAlias = int | float | timedelta | InstanceOf[Ttl] | JsonObject


def _path(thread_id: Id, *rest: str) -> str:
    return "/".join(("/threads", path_segment("thread_id", thread_id), *rest))


@checked
def get(thread_id: Id, *, include: Sequence[str] | None = None) -> Operation[Thread]:
    query = (("include", ",".join(include)),) if include else ()
    return Operation("GET", _path(thread_id), reader(Thread), query=query, idempotent=True)


@checked
def create(
    *,
    metadata: JsonObject | None = None,
    thread_id: Id | None = None,
    if_exists: OnConflictBehavior | None = None,
    supersteps: Sequence[InstanceOf[ThreadSuperstep] | JsonObject] | None = None,
    graph_id: str | None = None,
    ttl: TtlLike | None = None,
) -> Operation[Thread]:
    if graph_id is not None:
        metadata = {**(metadata or {}), "graph_id": identifier("graph_id", graph_id)}
    body = compact(
        thread_id=optional_id("thread_id", thread_id),
        metadata=metadata,
        if_exists=if_exists,
        supersteps=supersteps,
        ttl=None if ttl is None else ttl_body(ttl),
    )
    return Operation("POST", "/threads", reader(Thread), body=body)


@checked
def update(
    thread_id: Id,
    *,
    metadata: JsonObject,
    ttl: TtlLike | None = None,
    return_minimal: bool = False,
) -> Operation[Thread | None]:
    return Operation(
        "PATCH",
        _path(thread_id),
        nothing if return_minimal else reader(Thread),
        body=compact(metadata=metadata, ttl=None if ttl is None else ttl_body(ttl)),
        headers={"prefer": "return=minimal"} if return_minimal else {},
    )


@checked
def delete(thread_id: Id) -> Operation[None]:
    return Operation("DELETE", _path(thread_id), nothing, idempotent=True)


@checked
def search(
    *,
    metadata: JsonObject | None = None,
    values: JsonObject | None = None,
    ids: Sequence[Id] | None = None,
    status: ThreadStatus | None = None,
    limit: int | None = None,
    offset: int | None = None,
    sort_by: ThreadSortBy | None = None,
    sort_order: SortOrder | None = None,
    select: Sequence[ThreadSelectField] | None = None,
    extract: Mapping[str, str] | None = None,
) -> Operation[Rows[Thread]]:
    if ids is not None and not ids:  # to the server no filter at all: it would return every thread
        raise InvalidArgumentError("ids", "at least one id", "an empty list")
    body = compact(
        metadata=metadata,
        values=values,
        ids=identifiers("ids", ids),
        status=status,
        limit=check_limit(limit),
        offset=check_offset(offset),
        sort_by=sort_by,
        sort_order=sort_order,
        select=select,
        extract=extract,
    )
    operation = Operation("POST", "/threads/search", nothing, body=body, idempotent=True)
    return paged(operation, Thread, select=select)


@checked
def count(
    *,
    metadata: JsonObject | None = None,
    values: JsonObject | None = None,
    status: ThreadStatus | None = None,
) -> Operation[int]:
    body = compact(metadata=metadata, values=values, status=status)
    return Operation("POST", "/threads/count", reader(int), body=body, idempotent=True)


@checked
def copy(thread_id: Id) -> Operation[Thread]:
    return Operation("POST", _path(thread_id, "copy"), reader(Thread))


@checked
def prune(
    thread_ids: Sequence[Id], *, strategy: PruneStrategy | None = None
) -> Operation[ThreadPruneResponse]:
    body = compact(thread_ids=identifiers("thread_ids", thread_ids), strategy=strategy)
    return Operation("POST", "/threads/prune", reader(ThreadPruneResponse), body=body)


@checked
def storage(thread_id: Id) -> Operation[ThreadStorage]:
    return Operation("GET", _path(thread_id, "storage"), reader(ThreadStorage), idempotent=True)


@checked
def get_state(
    thread_id: Id,
    *,
    checkpoint: InstanceOf[Checkpoint] | JsonObject | None = None,
    checkpoint_id: str | None = None,
    subgraphs: bool | None = None,
    select: Sequence[str] | None = None,
    values: Any = None,
) -> Operation[ThreadState[Any]]:
    check_type("values", values)
    state = own_reader(ThreadState if values is None else _state_of(readable(values)))
    if checkpoint is not None:
        body = compact(checkpoint=checkpoint, subgraphs=subgraphs, select=select)
        path = _path(thread_id, "state", "checkpoint")
        return Operation("POST", path, state, body=body, idempotent=True)
    at = () if checkpoint_id is None else (path_segment("checkpoint_id", checkpoint_id),)
    return Operation(
        "GET",
        _path(thread_id, "state", *at),
        state,
        query=query_of("select", compact(subgraphs=subgraphs, select=select and list(select))),
        idempotent=True,
    )


def _state_of(values: Any) -> Any:
    return ThreadState[values]


@checked
def update_state(
    thread_id: Id,
    values: JsonObject | Sequence[JsonObject] | Any,
    *,
    as_node: str | None = None,
    checkpoint: InstanceOf[Checkpoint] | JsonObject | None = None,
    checkpoint_id: str | None = None,
) -> Operation[ThreadUpdateStateResponse]:
    body = compact(checkpoint_id=checkpoint_id, checkpoint=checkpoint, as_node=as_node)
    return Operation(
        "POST",
        _path(thread_id, "state"),
        reader(ThreadUpdateStateResponse),
        body={"values": values, **body},
    )


@checked
def get_history(
    thread_id: Id,
    *,
    limit: int | None = None,
    before: str | InstanceOf[Checkpoint] | JsonObject | None = None,
    metadata: JsonObject | None = None,
    checkpoint: InstanceOf[Checkpoint] | JsonObject | None = None,
    select: Sequence[str] | None = None,
) -> Operation[Rows[ThreadState]]:
    body = compact(
        limit=check_limit(SERVER_LIMIT if limit is None else limit),  # else the server sends one
        before=None if before is None else _configurable(before),
        metadata=metadata,
        checkpoint=checkpoint,
        select=select,
    )
    path = _path(thread_id, "history")
    operation = Operation("POST", path, nothing, body=body, idempotent=True)
    return paged(operation, ThreadState, following=_by_checkpoint, select=select)


def _configurable(before: str | Checkpoint | JsonObject) -> JsonObject:
    """Write `before` in the one form that the server takes, whichever form the caller has."""
    if isinstance(before, Checkpoint):
        before = before.model_dump(exclude_unset=True)
    if isinstance(before, str):
        before = {"checkpoint_id": identifier("before", before)}
    return before if "configurable" in before else {"configurable": dict(before)}


def _by_checkpoint(operation: Operation[Any], rows: Rows[ThreadState]) -> Operation[Any] | None:
    limit = operation.body["limit"]
    last = rows.items[-1].get("checkpoint") if rows.items else None
    if len(rows.items) < limit or last is None or not last.checkpoint_id:
        return None
    before = _configurable(last.checkpoint_id)
    if before == operation.body.get("before"):  # a server that repeats itself would go on for ever
        return None
    return replace(operation, body={**operation.body, "before": before})
