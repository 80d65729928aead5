"""Data of the events about a run's course: lifecycle, questions, tasks, checkpoints."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Tag

from graphwire_core.models import ResponseModel
from graphwire_core.models._literals import OPEN
from graphwire_stream.parts import TaskPayload, TaskResultPayload

__all__ = [
    "AgentStatus",
    "CheckpointData",
    "CheckpointRef",
    "CheckpointSource",
    "InputRequestedData",
    "LifecycleCause",
    "LifecycleCauseType",
    "LifecycleData",
    "TasksData",
]

AgentStatus = Literal["started", "running", "completed", "failed", "interrupted"]
"""Where a graph is in its course. A run that was cancelled ends as `"interrupted"` too."""

LifecycleCauseType = Literal["toolCall", "send", "edge"]
"""What made a subgraph run: a call of a tool, a `Send`, or an edge of the graph."""

CheckpointSource = Literal["input", "loop", "update", "fork"]
"""What wrote a checkpoint."""


class LifecycleCause(ResponseModel):
    """Why a subgraph runs."""

    type: Annotated[LifecycleCauseType | str, OPEN]
    tool_call_id: str | None = None
    """The call that runs it (`"toolCall"`)."""
    from_node: str | None = None
    """The node before it (`"send"`, `"edge"`)."""


class CheckpointRef(ResponseModel):
    """Which checkpoint an event belongs to."""

    id: str
    ns: str | None = None
    """Namespace of the subgraph, `""` for the root graph."""


class LifecycleData(ResponseModel):
    """A graph begins or ends.

    The root graph begins with `"running"`, a subgraph with `"started"`; both end with one of
    `"completed"`, `"failed"` and `"interrupted"`.
    """

    event: Annotated[AgentStatus | str, OPEN]
    graph_name: str | None = None
    cause: LifecycleCause | None = None
    error: str | None = None
    """Why it failed."""
    checkpoint: CheckpointRef | None = None
    namespace: tuple[str, ...] | None = None
    """The subgraph that starts; the same as that of the event."""
    trigger_call_id: str | None = None
    """The task that the subgraph is: what follows `:` in the last segment of its namespace."""


class InputRequestedData(ResponseModel):
    """The graph asks a question and waits for its answer."""

    interrupt_id: str
    """What the answer names, with the namespace of the event."""
    payload: Any
    """What the graph passed to `interrupt()`."""


class CheckpointData(ResponseModel):
    """A checkpoint was written."""

    id: str
    """Where a later run can fork: `configurable.checkpoint_id`."""
    parent_id: str | None = None
    step: int
    """-1 for the first input, 0 for the first step."""
    source: Annotated[CheckpointSource | str, OPEN]


def _task(data: Any) -> str:
    known = isinstance(data, dict | TaskPayload) and data.get("triggers") is not None
    return "<start>" if known else "<result>"


TasksData: TypeAlias = Annotated[
    Annotated[TaskPayload, Tag("<start>")] | Annotated[TaskResultPayload, Tag("<result>")],
    Discriminator(_task),
]
"""What a `tasks` event tells: a node begins, or is done."""
