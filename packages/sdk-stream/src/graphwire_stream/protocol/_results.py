"""What commands give."""

from typing import Annotated

from graphwire_core.models import JsonObject, ResponseModel
from graphwire_core.models._literals import OPEN
from graphwire_stream.protocol._progress import AgentStatus

__all__ = ["AgentTree", "AgentTreeNode", "CommandResult", "RunStarted", "Subscribed"]


class CommandResult(ResponseModel):
    """What a command gave: nothing, for most."""


class RunStarted(CommandResult):
    """A run was created."""

    run_id: str


class Subscribed(CommandResult):
    """A subscription is in effect on its connection."""

    subscription_id: str
    replayed_events: int = 0
    """Events of the current run that were sent before this answer."""


class AgentTreeNode(ResponseModel):
    """A graph of a run, and the subgraphs that it ran."""

    namespace: tuple[str, ...]
    """Path of the graph, outermost first; empty for the root graph."""
    status: Annotated[AgentStatus | str, OPEN]
    graph_name: str
    children: tuple["AgentTreeNode", ...] = ()
    metadata: JsonObject | None = None


class AgentTree(CommandResult):
    """The graphs of the current run, as far as the connection has seen them."""

    tree: AgentTreeNode
    """The root graph."""
