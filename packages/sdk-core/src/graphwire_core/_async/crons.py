"""Cron jobs: runs on a schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from graphwire_core._arguments import Headers, Id, Params
from graphwire_core._async._resource import AsyncResource
from graphwire_core._operations import crons as operations
from graphwire_core._operations.cron_options import CronOptions, NewCronOptions
from graphwire_core.models import (
    Cron,
    CronSelectField,
    CronSortBy,
    OnCompletionBehavior,
    SortOrder,
)
from graphwire_core.pages import AsyncPage

__all__ = ["AsyncCrons"]

JsonObject = Mapping[str, Any]


class AsyncCrons(AsyncResource):
    """Cron jobs of a server, as `client.crons`."""

    async def create_for_thread(
        self,
        thread_id: Id,
        assistant_id: Id,
        *,
        schedule: str,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[NewCronOptions],
    ) -> Cron:
        """Run an assistant on one thread on a schedule (`POST /threads/{thread_id}/runs/crons`).

        Args:
            thread_id: UUID of the thread.
            assistant_id: UUID of the assistant, or a graph name.
            schedule: Cron expression, in the `timezone` option's time (server default: UTC).
            headers: Extra request headers.
            params: Extra query parameters.
            **options: What and how to run: see `NewCronOptions`.

        Raises:
            UnprocessableEntityError: The schedule or the timezone is not valid.
        """
        operation = operations.create_for_thread(
            thread_id, assistant_id, schedule=schedule, **options
        )
        return await self._call(operation, headers, params)

    async def create(
        self,
        assistant_id: Id,
        *,
        schedule: str,
        on_run_completed: OnCompletionBehavior | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[NewCronOptions],
    ) -> Cron:
        """Run an assistant on a schedule, each time on a new thread (`POST /runs/crons`).

        Args:
            assistant_id: UUID of the assistant, or a graph name.
            schedule: Cron expression, in the `timezone` option's time (server default: UTC).
            on_run_completed: Whether to keep the thread of a run. Server default: `"delete"`.
            headers: Extra request headers.
            params: Extra query parameters.
            **options: What and how to run: see `NewCronOptions`.
        """
        operation = operations.create(
            assistant_id, schedule=schedule, on_run_completed=on_run_completed, **options
        )
        return await self._call(operation, headers, params)

    async def get(
        self, cron_id: Id, *, headers: Headers | None = None, params: Params | None = None
    ) -> Cron:
        """Get one cron job (`GET /runs/crons/{cron_id}`).

        Args:
            cron_id: UUID of the job.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            NotFoundError: There is no such job.
        """
        return await self._call(operations.get(cron_id), headers, params)

    async def delete(
        self, cron_id: Id, *, headers: Headers | None = None, params: Params | None = None
    ) -> None:
        """Delete a cron job (`DELETE /runs/crons/{cron_id}`).

        Args:
            cron_id: UUID of the job.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            NotFoundError: There is no such job.
        """
        await self._call(operations.delete(cron_id), headers, params)

    async def update(
        self,
        cron_id: Id,
        *,
        schedule: str | None = None,
        on_run_completed: OnCompletionBehavior | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[CronOptions],
    ) -> Cron:
        """Change a cron job; what is left out stays (`PATCH /runs/crons/{cron_id}`).

        `end_time=None` is sent as null and lets the job run without end; every other `None` is the
        same as leaving the keyword out.

        Args:
            cron_id: UUID of the job.
            schedule: New cron expression.
            on_run_completed: Whether to keep the thread of a run.
            headers: Extra request headers.
            params: Extra query parameters.
            **options: What else to change: see `CronOptions`.
        """
        operation = operations.update(
            cron_id, schedule=schedule, on_run_completed=on_run_completed, **options
        )
        return await self._call(operation, headers, params)

    async def search(
        self,
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
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncPage[Cron]:
        """Search cron jobs (`POST /runs/crons/search`).

        Filters: `assistant_id` (a UUID), `thread_id`, `enabled`, `metadata` (contained). `limit` is
        1 to 1000 (server default: 10), `select` names the only fields of each row.

        Returns:
            A page: a list with `next_cursor`, which `async for` reads on beyond its end.
        """
        operation = operations.search(
            assistant_id=assistant_id,
            thread_id=thread_id,
            enabled=enabled,
            metadata=metadata,
            limit=limit,
            offset=offset,
            sort_by=sort_by,
            sort_order=sort_order,
            select=select,
        )
        return await self._page(operation, headers, params)

    async def count(
        self,
        *,
        assistant_id: Id | None = None,
        thread_id: Id | None = None,
        metadata: JsonObject | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> int:
        """Count the cron jobs that match (`POST /runs/crons/count`).

        Args:
            assistant_id: UUID of their assistant.
            thread_id: UUID of their thread.
            metadata: What the metadata must contain.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.count(
            assistant_id=assistant_id, thread_id=thread_id, metadata=metadata
        )
        return await self._call(operation, headers, params)
