"""What the parts of run streams carry: the data of each event, validated."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from graphwire_core.models import (
    Checkpoint,
    ErrorPayload,
    Interrupt,
    JsonObject,
    ResponseModel,
    ThreadState,
)

__all__ = [
    "CheckpointPayload",
    "CheckpointTaskPayload",
    "DebugCheckpointPayload",
    "DebugData",
    "DebugPayload",
    "DebugTaskPayload",
    "DebugTaskResultPayload",
    "DebugUnknownPayload",
    "EventPayload",
    "RunMetadataPayload",
    "StateUpdatePayload",
    "TaskData",
    "TaskPayload",
    "TaskResultPayload",
]


class RunMetadataPayload(ResponseModel):
    """Which run the stream is about."""

    run_id: str
    attempt: int | None = None
    """1 for the first attempt at the run."""
    status: str | None = None
    """`"run_done"` where a thread stream tells the end of a run."""


class TaskPayload(ResponseModel):
    """A node begins."""

    id: str
    name: str
    input: Any
    triggers: list[str]
    """What made the node run."""
    metadata: JsonObject | None = None


class TaskResultPayload(ResponseModel):
    """A node is done, has failed or asks."""

    id: str
    name: str
    error: ErrorPayload | str | None = None
    interrupts: list[Interrupt] = Field(default_factory=list)
    result: Any = None


class CheckpointTaskPayload(ResponseModel):
    """A node that ran, or is about to run, at a checkpoint."""

    id: str
    name: str
    error: Any = None
    result: Any = None
    interrupts: list[Interrupt] = Field(default_factory=list)
    checkpoint: Checkpoint | None = None
    """Checkpoint of the subgraph, in debug events."""
    state: Any = None
    """Config or state of the subgraph, where the node is one."""


class CheckpointPayload(ResponseModel):
    """A checkpoint was written."""

    config: JsonObject | None = None
    """How to get at the checkpoint, among other settings of the run."""
    metadata: JsonObject
    """`source`, `step` and `parents`."""
    values: Any
    """State of the graph."""
    next: list[str]
    """Nodes that run next."""
    parent_config: JsonObject | None = None
    tasks: list[CheckpointTaskPayload]
    checkpoint: Checkpoint | None = None
    """The checkpoint itself, in debug events."""
    parent_checkpoint: Checkpoint | None = None


class _DebugPayload(ResponseModel):
    step: int
    """Step of the graph."""
    timestamp: str


class DebugCheckpointPayload(_DebugPayload):
    """A checkpoint was written."""

    type: Literal["checkpoint"]
    payload: CheckpointPayload


class DebugTaskPayload(_DebugPayload):
    """A node begins."""

    type: Literal["task"]
    payload: TaskPayload


class DebugTaskResultPayload(_DebugPayload):
    """A node is done, has failed or asks."""

    type: Literal["task_result"]
    payload: TaskResultPayload


class DebugUnknownPayload(_DebugPayload):
    """Something newer than this version of the SDK."""

    type: str
    payload: Any = None


class EventPayload(ResponseModel):
    """A LangChain event of a node, model or tool."""

    event: str
    """What happened, such as `"on_chat_model_stream"`."""
    name: str | None = None
    run_id: str | None = None
    """Run of the node, model or tool, not of the graph."""
    parent_ids: list[str] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    metadata: JsonObject | None = None
    data: Any = None


class StateUpdatePayload(ResponseModel):
    """The state of a thread was updated from outside of a run."""

    state: ThreadState
    thread_id: str


def _known(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict | ResponseModel) else None


def _task_tag(data: Any) -> str:
    return "<result>" if _known(data, "triggers") is None else "<start>"


def _debug_tag(data: Any) -> str:
    kind = _known(data, "type")
    return f"<{kind}>" if kind in ("checkpoint", "task", "task_result") else "<other>"


DebugPayload: TypeAlias = (
    DebugCheckpointPayload | DebugTaskPayload | DebugTaskResultPayload | DebugUnknownPayload
)
"""What a debug event tells."""

DebugData = Annotated[
    Annotated[DebugCheckpointPayload, Tag("<checkpoint>")]
    | Annotated[DebugTaskPayload, Tag("<task>")]
    | Annotated[DebugTaskResultPayload, Tag("<task_result>")]
    | Annotated[DebugUnknownPayload, Tag("<other>")],
    Discriminator(_debug_tag),
]
TaskData = Annotated[
    Annotated[TaskPayload, Tag("<start>")] | Annotated[TaskResultPayload, Tag("<result>")],
    Discriminator(_task_tag),
]
