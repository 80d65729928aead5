"""Threads: the state that runs of a graph share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar, overload

from graphwire_core._arguments import Headers, Id, Params
from graphwire_core._async._resource import AsyncResource
from graphwire_core._operations import threads as operations
from graphwire_core.models import (
    Checkpoint,
    ThreadState,
    ThreadUpdateStateResponse,
    Ttl,
)
from graphwire_core.pages import AsyncPage

__all__ = ["AsyncThreadStates"]

JsonObject = Mapping[str, Any]
T = TypeVar("T")
TtlLike = int | float | timedelta | Ttl | JsonObject


class AsyncThreadStates(AsyncResource):
    """The part of `client.threads` that reads and writes states."""

    @overload
    async def get_state(
        self,
        thread_id: Id,
        checkpoint: Checkpoint | JsonObject | None = None,
        checkpoint_id: str | None = None,
        *,
        subgraphs: bool | None = None,
        select: Sequence[str] | None = None,
        values: None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> ThreadState: ...

    @overload
    async def get_state(
        self,
        thread_id: Id,
        checkpoint: Checkpoint | JsonObject | None = None,
        checkpoint_id: str | None = None,
        *,
        subgraphs: bool | None = None,
        select: Sequence[str] | None = None,
        values: type[T],
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> ThreadState[T]: ...

    async def get_state(
        self,
        thread_id: Id,
        checkpoint: Checkpoint | JsonObject | None = None,
        checkpoint_id: str | None = None,
        *,
        subgraphs: bool | None = None,
        select: Sequence[str] | None = None,
        values: type[Any] | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> ThreadState[Any]:
        """Get the state of a thread, now or at a checkpoint (`GET /threads/{thread_id}/state`).

        Args:
            thread_id: UUID of the thread.
            checkpoint: Checkpoint to read; it wins over `checkpoint_id`.
            checkpoint_id: Id of the checkpoint to read.
            subgraphs: Whether tasks hold the state of their subgraph. Server default: no.
            select: Parts to return, such as `"values.messages"`, on servers that know the option.
            values: Type to validate the values as. Default: as they came.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.get_state(
            thread_id,
            checkpoint=checkpoint,
            checkpoint_id=checkpoint_id,
            subgraphs=subgraphs,
            select=select,
            values=values,
        )
        return await self._call(operation, headers, params)

    async def update_state(
        self,
        thread_id: Id,
        values: JsonObject | Sequence[JsonObject] | None,
        *,
        as_node: str | None = None,
        checkpoint: Checkpoint | JsonObject | None = None,
        checkpoint_id: str | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> ThreadUpdateStateResponse:
        """Write into the state of a thread (`POST /threads/{thread_id}/state`).

        Args:
            thread_id: UUID of the thread.
            values: Update as a node would return it; `None` is sent as null, which changes nothing
                but where the graph goes on.
            as_node: Node in whose name to write. Default: the one that ran last.
            checkpoint: Checkpoint to write onto. Default: the latest.
            checkpoint_id: Id of the checkpoint to write onto.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.update_state(
            thread_id,
            values,
            as_node=as_node,
            checkpoint=checkpoint,
            checkpoint_id=checkpoint_id,
        )
        return await self._call(operation, headers, params)

    async def get_history(
        self,
        thread_id: Id,
        *,
        limit: int | None = None,
        before: str | Checkpoint | JsonObject | None = None,
        metadata: JsonObject | None = None,
        checkpoint: Checkpoint | JsonObject | None = None,
        select: Sequence[str] | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncPage[ThreadState]:
        """List past states, newest first (`POST /threads/{thread_id}/history`).

        Args:
            thread_id: UUID of the thread.
            limit: Rows of the page, 1 to 1000. Default: 10, as every list has.
            before: Only states before this checkpoint: its id, the checkpoint, or a config.
            metadata: What the metadata of a checkpoint must contain.
            checkpoint: Namespace to list, as a checkpoint in it.
            select: Parts to return, on servers that know the option.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.get_history(
            thread_id,
            limit=limit,
            before=before,
            metadata=metadata,
            checkpoint=checkpoint,
            select=select,
        )
        return await self._page(operation, headers, params)
