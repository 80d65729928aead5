"""The graph of an assistant: its drawing and its schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphwire_core._arguments import Headers, Id, Params
from graphwire_core._async._resource import AsyncResource
from graphwire_core._operations import assistants as operations
from graphwire_core.models import (
    AssistantGraph,
    GraphSchema,
    Subgraphs,
)

__all__ = ["AsyncAssistantGraphs"]

JsonObject = Mapping[str, Any]


class AsyncAssistantGraphs(AsyncResource):
    """The part of `client.assistants` that describes graphs."""

    async def get_graph(
        self,
        assistant_id: Id,
        *,
        xray: int | bool | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AssistantGraph:
        """Get the nodes and edges of the graph (`GET /assistants/{assistant_id}/graph`).

        Args:
            assistant_id: UUID of the assistant, or a graph name.
            xray: Whether to draw subgraphs too, or how many levels of them. Server default: no.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        return await self._call(operations.get_graph(assistant_id, xray=xray), headers, params)

    async def get_schemas(
        self, assistant_id: Id, *, headers: Headers | None = None, params: Params | None = None
    ) -> GraphSchema:
        """Get the JSON schemas of input, output, state, config and context.

        `GET /assistants/{assistant_id}/schemas`. A schema that the server cannot build is `None`.

        Args:
            assistant_id: UUID of the assistant; a graph name is not accepted here.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        return await self._call(operations.get_schemas(assistant_id), headers, params)

    async def get_subgraphs(
        self,
        assistant_id: Id,
        namespace: str | None = None,
        recurse: bool | None = None,  # noqa: FBT001  # positional in the ecosystem's SDK too
        *,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Subgraphs:
        """Get the schemas of subgraphs by name (`GET /assistants/{assistant_id}/subgraphs`).

        Args:
            assistant_id: UUID of the assistant; a graph name is not accepted here.
            namespace: Only the subgraph of this namespace.
            recurse: Whether to list subgraphs of subgraphs. Server default: no.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.get_subgraphs(assistant_id, namespace=namespace, recurse=recurse)
        return await self._call(operation, headers, params)
