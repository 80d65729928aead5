"""Threads: the state that runs of a graph share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, TypeVar, overload

from graphwire_core._arguments import Headers, Id, Params
from graphwire_core._async.thread_states import AsyncThreadStates
from graphwire_core._operations import threads as operations
from graphwire_core.models import (
    OnConflictBehavior,
    PruneStrategy,
    SortOrder,
    Thread,
    ThreadPruneResponse,
    ThreadSelectField,
    ThreadSortBy,
    ThreadStatus,
    ThreadStorage,
    ThreadSuperstep,
    Ttl,
)
from graphwire_core.pages import AsyncPage

__all__ = ["AsyncThreads"]

JsonObject = Mapping[str, Any]
T = TypeVar("T")
TtlLike = int | float | timedelta | Ttl | JsonObject


class AsyncThreads(AsyncThreadStates):
    """Threads of a server, as `client.threads`."""

    async def get(
        self,
        thread_id: Id,
        *,
        include: Sequence[str] | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Thread:
        """Get one thread (`GET /threads/{thread_id}`).

        Args:
            thread_id: UUID of the thread.
            include: Further fields to return, such as `"ttl"`.
            headers: Extra request headers; they win over the client's.
            params: Extra query parameters.

        Raises:
            NotFoundError: There is no such thread.
        """
        return await self._call(operations.get(thread_id, include=include), headers, params)

    async def create(
        self,
        *,
        metadata: JsonObject | None = None,
        thread_id: Id | None = None,
        if_exists: OnConflictBehavior | None = None,
        supersteps: Sequence[ThreadSuperstep | JsonObject] | None = None,
        graph_id: str | None = None,
        ttl: TtlLike | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Thread:
        """Create a thread (`POST /threads`).

        `thread_id` is a UUID (default: the server makes one); `supersteps` are state updates to
        apply at once, under `graph_id`; `ttl` is minutes, a `timedelta` or a `Ttl`.

        Raises:
            ConflictError: The id exists, and `if_exists` is not `"do_nothing"`.
        """
        operation = operations.create(
            metadata=metadata,
            thread_id=thread_id,
            if_exists=if_exists,
            supersteps=supersteps,
            graph_id=graph_id,
            ttl=ttl,
        )
        return await self._call(operation, headers, params)

    @overload
    async def update(
        self,
        thread_id: Id,
        *,
        metadata: JsonObject,
        ttl: TtlLike | None = None,
        return_minimal: Literal[False] = False,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Thread: ...

    @overload
    async def update(
        self,
        thread_id: Id,
        *,
        metadata: JsonObject,
        ttl: TtlLike | None = None,
        return_minimal: Literal[True],
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> None: ...

    async def update(
        self,
        thread_id: Id,
        *,
        metadata: JsonObject,
        ttl: TtlLike | None = None,
        return_minimal: bool = False,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Thread | None:
        """Merge metadata into a thread (`PATCH /threads/{thread_id}`).

        Args:
            thread_id: UUID of the thread.
            metadata: Keys to set; `{}` changes nothing.
            ttl: New time to live: minutes, a `timedelta` or a `Ttl`.
            return_minimal: Whether to return nothing, which spares the transfer.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.update(
            thread_id, metadata=metadata, ttl=ttl, return_minimal=return_minimal
        )
        return await self._call(operation, headers, params)

    async def delete(
        self, thread_id: Id, *, headers: Headers | None = None, params: Params | None = None
    ) -> None:
        """Delete a thread with its state and runs (`DELETE /threads/{thread_id}`).

        Args:
            thread_id: UUID of the thread.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            NotFoundError: There is no such thread.
        """
        await self._call(operations.delete(thread_id), headers, params)

    async def search(
        self,
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
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncPage[Thread]:
        """Search threads (`POST /threads/search`).

        Filters: `metadata` and `values` (contained), `ids`, `status`. `limit` is 1 to 1000 (server
        default: 10). `select` names the only fields of each row; `extract` maps a name to a path
        such as `values.messages[-1].content`, and the results stand in each row's `extracted`.

        Returns:
            A page: a list with `next_cursor`, which `async for` reads on beyond its end.
        """
        operation = operations.search(
            metadata=metadata,
            values=values,
            ids=ids,
            status=status,
            limit=limit,
            offset=offset,
            sort_by=sort_by,
            sort_order=sort_order,
            select=select,
            extract=extract,
        )
        return await self._page(operation, headers, params)

    async def count(
        self,
        *,
        metadata: JsonObject | None = None,
        values: JsonObject | None = None,
        status: ThreadStatus | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> int:
        """Count the threads that match (`POST /threads/count`).

        Args:
            metadata: What the metadata must contain.
            values: What the state values must contain.
            status: Status of the threads.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.count(metadata=metadata, values=values, status=status)
        return await self._call(operation, headers, params)

    async def copy(
        self, thread_id: Id, *, headers: Headers | None = None, params: Params | None = None
    ) -> Thread:
        """Copy a thread with its state; returns the new one (`POST /threads/{thread_id}/copy`).

        Args:
            thread_id: UUID of the thread to copy.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        return await self._call(operations.copy(thread_id), headers, params)

    async def prune(
        self,
        thread_ids: Sequence[Id],
        *,
        strategy: PruneStrategy | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> ThreadPruneResponse:
        """Delete threads, or all but their latest state (`POST /threads/prune`).

        Args:
            thread_ids: UUIDs of the threads.
            strategy: `"delete"` (server default) or `"keep_latest"`.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.prune(thread_ids, strategy=strategy)
        return await self._call(operation, headers, params)

    async def storage(
        self, thread_id: Id, *, headers: Headers | None = None, params: Params | None = None
    ) -> ThreadStorage:
        """Report what a thread occupies, in bytes (`GET /threads/{thread_id}/storage`).

        Args:
            thread_id: UUID of the thread.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            InternalServerError: The server's checkpointer cannot tell (501).
        """
        return await self._call(operations.storage(thread_id), headers, params)
