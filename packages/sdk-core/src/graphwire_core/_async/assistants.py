"""Assistants: a graph with its configuration, versioned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Unpack, overload

from graphwire_core._arguments import Headers, Id, Params, check_choice
from graphwire_core._async.assistant_graphs import AsyncAssistantGraphs
from graphwire_core._operations import assistants as operations
from graphwire_core._operations.assistants import AssistantFilters
from graphwire_core.models import (
    Assistant,
    AssistantsSearchResponse,
    AssistantVersion,
    Config,
    OnConflictBehavior,
)
from graphwire_core.pages import AsyncPage

__all__ = ["AsyncAssistants"]

JsonObject = Mapping[str, Any]


class AsyncAssistants(AsyncAssistantGraphs):
    """Assistants of a server, as `client.assistants`."""

    async def get(
        self, assistant_id: Id, *, headers: Headers | None = None, params: Params | None = None
    ) -> Assistant:
        """Get one assistant (`GET /assistants/{assistant_id}`).

        Args:
            assistant_id: UUID of the assistant; a graph name is not accepted here.
            headers: Extra request headers; they win over the client's.
            params: Extra query parameters.

        Raises:
            NotFoundError: There is no such assistant.
            UnprocessableEntityError: The id is not a UUID.
        """
        return await self._call(operations.get(assistant_id), headers, params)

    async def create(
        self,
        graph_id: str,
        config: Config | JsonObject | None = None,
        *,
        context: Any = None,
        metadata: JsonObject | None = None,
        assistant_id: Id | None = None,
        if_exists: OnConflictBehavior | None = None,
        name: str | None = None,
        description: str | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Assistant:
        """Create an assistant of a graph (`POST /assistants`).

        `config.configurable` and `context` mirror each other; give one of them. `assistant_id` is a
        UUID (default: the server makes one), `if_exists` says what an existing one means (server
        default: `"raise"`).

        Raises:
            ConflictError: The id exists, and `if_exists` is not `"do_nothing"`.
            NotFoundError: The server has no such graph.
        """
        operation = operations.create(
            graph_id,
            config=config,
            context=context,
            metadata=metadata,
            assistant_id=assistant_id,
            if_exists=if_exists,
            name=name,
            description=description,
        )
        return await self._call(operation, headers, params)

    async def update(
        self,
        assistant_id: Id,
        *,
        graph_id: str | None = None,
        config: Config | JsonObject | None = None,
        context: Any = None,
        metadata: JsonObject | None = None,
        name: str | None = None,
        description: str | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Assistant:
        """Change an assistant; this makes a new version (`PATCH /assistants/{assistant_id}`).

        What is left out stays, and `None` is the same as leaving a keyword out. `metadata` is
        merged; `{}` clears `config` and `context`.

        Raises:
            NotFoundError: There is no such assistant.
        """
        operation = operations.update(
            assistant_id,
            graph_id=graph_id,
            config=config,
            context=context,
            metadata=metadata,
            name=name,
            description=description,
        )
        return await self._call(operation, headers, params)

    async def delete(
        self,
        assistant_id: Id,
        *,
        delete_threads: bool | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> None:
        """Delete an assistant and its versions (`DELETE /assistants/{assistant_id}`).

        Args:
            assistant_id: UUID of the assistant.
            delete_threads: Whether to delete its threads too. Server default: no.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.delete(assistant_id, delete_threads=delete_threads)
        await self._call(operation, headers, params)

    @overload
    async def search(
        self,
        *,
        response_format: Literal["array"] = "array",
        headers: Headers | None = None,
        params: Params | None = None,
        **filters: Unpack[AssistantFilters],
    ) -> AsyncPage[Assistant]: ...

    @overload
    async def search(
        self,
        *,
        response_format: Literal["object"],
        headers: Headers | None = None,
        params: Params | None = None,
        **filters: Unpack[AssistantFilters],
    ) -> AssistantsSearchResponse: ...

    async def search(
        self,
        *,
        response_format: Literal["array", "object"] = "array",
        headers: Headers | None = None,
        params: Params | None = None,
        **filters: Unpack[AssistantFilters],
    ) -> AsyncPage[Assistant] | AssistantsSearchResponse:
        """Search assistants (`POST /assistants/search`).

        Args:
            response_format: `"object"` puts the rows under `assistants`, the cursor under `next`.
            headers: Extra request headers.
            params: Extra query parameters.
            **filters: What to find, and in which order: see `AssistantFilters`.

        Returns:
            A page: a list with `next_cursor`, which `async for` reads on beyond its end.
        """
        check_choice("response_format", response_format, Literal["array", "object"])
        page = await self._page(operations.search(**filters), headers, params)
        if response_format == "array":
            return page
        return AssistantsSearchResponse(assistants=list(page), next=page.next_cursor)

    async def count(
        self,
        *,
        metadata: JsonObject | None = None,
        graph_id: str | None = None,
        name: str | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> int:
        """Count the assistants that match (`POST /assistants/count`).

        Args:
            metadata: What the metadata must contain.
            graph_id: Graph of the assistants.
            name: Part of the name.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.count(metadata=metadata, graph_id=graph_id, name=name)
        return await self._call(operation, headers, params)

    async def get_versions(
        self,
        assistant_id: Id,
        metadata: JsonObject | None = None,
        limit: int | None = None,
        offset: int | None = None,
        *,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncPage[AssistantVersion]:
        """List the versions of an assistant, newest first (`POST /assistants/{id}/versions`).

        Args:
            assistant_id: UUID of the assistant.
            metadata: What the metadata must contain.
            limit: Rows of the page, 1 to 1000. Server default: 10.
            offset: Rows to leave out at the beginning.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.get_versions(
            assistant_id, metadata=metadata, limit=limit, offset=offset
        )
        return await self._page(operation, headers, params)

    async def set_latest(
        self,
        assistant_id: Id,
        version: int,
        *,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Assistant:
        """Make an earlier version the latest (`POST /assistants/{assistant_id}/latest`).

        Args:
            assistant_id: UUID of the assistant.
            version: Number of the version.
            headers: Extra request headers.
            params: Extra query parameters.

        Raises:
            NotFoundError: There is no such assistant or version.
        """
        return await self._call(operations.set_latest(assistant_id, version), headers, params)
