"""Runs that exist: finding, cancelling and deleting them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from graphwire_core._arguments import Headers, Id, Params
from graphwire_core._async._resource import AsyncResource
from graphwire_core._async._waiting import outcome_of
from graphwire_core._operations import runs as operations
from graphwire_core.models import (
    BulkCancelRunsStatus,
    CancelAction,
    Run,
    RunCreateMetadata,
    RunSelectField,
    RunStatus,
)
from graphwire_core.pages import AsyncPage

__all__ = ["AsyncRunControl"]

JsonObject = Mapping[str, Any]
CreatedRuns = list[Run]  # inside the class, `list` is the method
T = TypeVar("T")


class AsyncRunControl(AsyncResource):
    """The part of `client.runs` that is about runs that exist."""

    async def list(
        self,
        thread_id: Id,
        *,
        limit: int | None = None,
        offset: int | None = None,
        status: RunStatus | None = None,
        select: Sequence[RunSelectField] | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncPage[Run]:
        """List the runs of a thread, newest first (`GET /threads/{thread_id}/runs`).

        Args:
            thread_id: UUID of the thread.
            limit: Rows of the page, 1 to 1000. Server default: 10.
            offset: Rows to leave out at the beginning.
            status: Only runs with this status.
            select: The only fields of each row.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.list_(
            thread_id, limit=limit, offset=offset, status=status, select=select
        )
        return await self._page(operation, headers, params)

    async def get(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Run:
        """Get one run (`GET /threads/{thread_id}/runs/{run_id}`).

        Args:
            thread_id: UUID of the thread.
            run_id: UUID of the run.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            NotFoundError: There is no such run on this thread.
        """
        return await self._call(operations.get(thread_id, run_id), headers, params)

    async def cancel(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        wait: bool | None = None,
        action: CancelAction | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> None:
        """Cancel a run (`POST /threads/{thread_id}/runs/{run_id}/cancel`).

        Args:
            thread_id: UUID of the thread.
            run_id: UUID of the run.
            wait: Whether to return only when the run is over. Server default: no.
            action: `"interrupt"` (server default) keeps what was written, `"rollback"` does not.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            NotFoundError: There is no such run, or it is over.
        """
        operation = operations.cancel(thread_id, run_id, wait=wait, action=action)
        if not wait:
            await self._call(operation, headers, params)
            return
        run = RunCreateMetadata(run_id=str(run_id), thread_id=str(thread_id))
        await outcome_of(self._sender, operation.customized(headers, params), run=run)

    async def cancel_many(
        self,
        *,
        thread_id: Id | None = None,
        run_ids: Sequence[Id] | None = None,
        status: BulkCancelRunsStatus | None = None,
        action: CancelAction | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> None:
        """Cancel runs by status, or runs of one thread by id (`POST /runs/cancel`).

        Args:
            thread_id: UUID of the thread; goes with `run_ids`.
            run_ids: UUIDs of its runs.
            status: `"pending"`, `"running"` or `"all"`, of every thread.
            action: `"interrupt"` (server default) or `"rollback"`.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            NotFoundError: Nothing matched.
        """
        operation = operations.cancel_many(
            thread_id=thread_id, run_ids=run_ids, status=status, action=action
        )
        await self._call(operation, headers, params)

    async def delete(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> None:
        """Delete a run (`DELETE /threads/{thread_id}/runs/{run_id}`).

        Args:
            thread_id: UUID of the thread.
            run_id: UUID of the run.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        await self._call(operations.delete(thread_id, run_id), headers, params)
