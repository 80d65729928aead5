"""Operations on cron jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, Unpack

from graphwire_core._arguments import (
    Id,
    check_limit,
    check_offset,
    identifier,
    optional_id,
    path_segment,
)
from graphwire_core._checked import checked
from graphwire_core._deprecation import deprecated
from graphwire_core._operation import Operation, compact
from graphwire_core._operations.cron_options import CronOptions, NewCronOptions, cron_body
from graphwire_core._paging import Rows, paged
from graphwire_core._reading import nothing, reader
from graphwire_core.models import (
    Cron,
    CronSelectField,
    CronSortBy,
    OnCompletionBehavior,
    SortOrder,
)

JsonObject: TypeAlias = Mapping[str, Any]


def _path(cron_id: Id) -> str:
    return f"/runs/crons/{path_segment('cron_id', cron_id)}"


@checked
def create_for_thread(
    thread_id: Id, assistant_id: Id, *, schedule: str, **options: Unpack[NewCronOptions]
) -> Operation[Cron]:
    path = f"/threads/{path_segment('thread_id', thread_id)}/runs/crons"
    return Operation("POST", path, reader(Cron), body=_new(assistant_id, schedule, options))


@checked
def create(
    assistant_id: Id,
    *,
    schedule: str,
    on_run_completed: OnCompletionBehavior | None = None,
    **options: Unpack[NewCronOptions],
) -> Operation[Cron]:
    body = _new(assistant_id, schedule, options) | compact(on_run_completed=on_run_completed)
    return Operation("POST", "/runs/crons", reader(Cron), body=body)


def _new(assistant_id: Id, schedule: str, options: Mapping[str, Any]) -> dict[str, Any]:
    if options.get("checkpoint_during") is not None:
        deprecated("checkpoint_during is deprecated; use durability")
    given = {key: value for key, value in options.items() if value is not None}
    return cron_body(
        given, schedule=schedule, assistant_id=identifier("assistant_id", assistant_id)
    )


@checked
def get(cron_id: Id) -> Operation[Cron]:
    return Operation("GET", _path(cron_id), reader(Cron), idempotent=True)


@checked
def delete(cron_id: Id) -> Operation[None]:
    return Operation("DELETE", _path(cron_id), nothing, idempotent=True)


@checked
def update(
    cron_id: Id,
    *,
    schedule: str | None = None,
    on_run_completed: OnCompletionBehavior | None = None,
    **options: Unpack[CronOptions],
) -> Operation[Cron]:
    body = cron_body(options, schedule=schedule, on_run_completed=on_run_completed)
    if not body:
        raise TypeError("update() needs at least one field to change")
    return Operation("PATCH", _path(cron_id), reader(Cron), body=body)


@checked
def search(
    *,
    assistant_id: Id | None = None,
    thread_id: Id | None = None,
    enabled: bool | None = None,
    metadata: JsonObject | None = None,
    limit: int | None = None,
    offset: int | None = None,
    sort_by: CronSortBy | None = None,
    sort_order: SortOrder | None = None,
    select: Sequence[CronSelectField] | None = None,
) -> Operation[Rows[Cron]]:
    body = _filters(assistant_id, thread_id, metadata) | compact(
        enabled=enabled,
        limit=check_limit(limit),
        offset=check_offset(offset),
        sort_by=sort_by,
        sort_order=sort_order,
        select=select,
    )
    operation = Operation("POST", "/runs/crons/search", nothing, body=body, idempotent=True)
    return paged(operation, Cron, select=select)


@checked
def count(
    *,
    assistant_id: Id | None = None,
    thread_id: Id | None = None,
    metadata: JsonObject | None = None,
) -> Operation[int]:
    body = _filters(assistant_id, thread_id, metadata)
    return Operation("POST", "/runs/crons/count", reader(int), body=body, idempotent=True)


def _filters(
    assistant_id: Id | None, thread_id: Id | None, metadata: JsonObject | None
) -> dict[str, Any]:
    return compact(
        assistant_id=optional_id("assistant_id", assistant_id),
        thread_id=optional_id("thread_id", thread_id),
        metadata=metadata,
    )
