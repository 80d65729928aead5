"""Assistants, their versions, and the graphs behind them."""

from typing import Any, TypeAlias

from ._base import AwareDatetime, JsonObject, ResponseModel
from ._config import Config

__all__ = [
    "Assistant",
    "AssistantBase",
    "AssistantGraph",
    "AssistantVersion",
    "AssistantsSearchResponse",
    "GraphEdge",
    "GraphNode",
    "GraphSchema",
    "Subgraphs",
]


class AssistantBase(ResponseModel):
    """What an assistant and a version of it have in common."""

    assistant_id: str
    graph_id: str
    """Name of the graph that it runs."""
    config: Config
    context: JsonObject | None = None
    """Static context; the server mirrors it into `config.configurable` and back."""
    created_at: AwareDatetime
    metadata: JsonObject
    version: int
    """Version number, from 1."""
    name: str
    description: str | None = None


class AssistantVersion(AssistantBase):
    """One version of an assistant."""


class Assistant(AssistantBase):
    """A graph with a configuration, at its latest version."""

    updated_at: AwareDatetime


class AssistantsSearchResponse(ResponseModel):
    """A page of assistants and where the next one begins."""

    assistants: list[Assistant]
    next: str | None = None
    """Offset of the next page; `None` on the last."""


class GraphSchema(ResponseModel):
    """JSON schemas of a graph; `None` where the server could not make one."""

    graph_id: str | None = None
    """Name of the graph; `None` for a subgraph."""
    input_schema: JsonObject | None = None
    output_schema: JsonObject | None = None
    state_schema: JsonObject | None = None
    config_schema: JsonObject | None = None
    context_schema: JsonObject | None = None


Subgraphs: TypeAlias = dict[str, GraphSchema]
"""Schemas by namespace of the subgraph."""


class GraphNode(ResponseModel):
    """A node of a drawing of a graph."""

    id: str | int
    type: str | None = None
    data: Any = None
    metadata: JsonObject | None = None


class GraphEdge(ResponseModel):
    """An edge of a drawing of a graph."""

    source: str | int
    target: str | int
    data: Any = None
    """Label of the edge."""
    conditional: bool = False


class AssistantGraph(ResponseModel):
    """The nodes and edges of a graph, to draw it."""

    nodes: list[GraphNode]
    edges: list[GraphEdge]
