"""Threads, their states, and what they occupy."""

from typing import Annotated, Any, Generic

from pydantic import Field
from typing_extensions import TypeVar

from ._base import AwareDatetime, JsonObject, RequestModel, ResponseModel
from ._config import Checkpoint, Command, Config
from ._literals import OPEN, PruneStrategy, ThreadStatus

__all__ = [
    "ChannelStorage",
    "ChannelValuesStorage",
    "ErrorPayload",
    "Interrupt",
    "StateUpdate",
    "StorageSection",
    "Thread",
    "ThreadPruneResponse",
    "ThreadState",
    "ThreadStorage",
    "ThreadSuperstep",
    "ThreadTask",
    "ThreadTtl",
    "ThreadUpdateStateResponse",
]

Values = TypeVar("Values", default=Any)


class ErrorPayload(ResponseModel):
    """A failure inside a graph."""

    error: str
    """Name of the exception, such as `"ValueError"`."""
    message: str | None = None


class Interrupt(ResponseModel):
    """A question that a graph asked and that a resume answers."""

    value: Any
    """What the graph passed to `interrupt()`."""
    id: str | None = None
    """Key of the answer in `Command(resume={id: answer})`."""
    response_schema: JsonObject | None = None
    """JSON schema of the answer, where the graph gave one."""


class ThreadTtl(ResponseModel):
    """When a thread expires."""

    strategy: Annotated[PruneStrategy | str, OPEN] | None = None
    ttl_minutes: float | None = None
    """Time to live, in minutes."""
    expires_at: AwareDatetime | None = None


class Thread(ResponseModel):
    """A conversation: the state that runs share."""

    thread_id: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    state_updated_at: AwareDatetime | None = None
    """When the state last changed."""
    metadata: JsonObject
    status: Annotated[ThreadStatus | str, OPEN]
    config: Config | None = None
    values: Any = None
    """State of the graph; `None` before the first run."""
    error: ErrorPayload | str | None = None
    """Why the last run failed, if it did."""
    interrupts: dict[str, list[Interrupt]] = Field(default_factory=dict)
    """Open questions, by id of the task that asks."""
    ttl: ThreadTtl | None = None
    """Expiry, where `include=["ttl"]` asked for it and the server has it."""
    extracted: JsonObject | None = None
    """Values under the aliases of `extract=`."""


class ThreadTask(ResponseModel):
    """A node that ran, or is about to run, at a state."""

    id: str
    name: str
    """Name of the node."""
    path: list[Any] | None = None
    error: str | JsonObject | None = None
    """`repr` of the exception that the node raised."""
    interrupts: list[Interrupt] = Field(default_factory=list)
    checkpoint: Checkpoint | None = None
    """Checkpoint of the subgraph, where the task is one and its state is not included."""
    state: "ThreadState | None" = None
    """State of the subgraph, with `subgraphs=True`."""
    result: Any = None
    """What the node returned; `None` before it is done."""


class ThreadState(ResponseModel, Generic[Values]):
    """The state of a thread at a checkpoint.

    `ThreadState[MyState]` is the same with `values` of that type; unsubscripted they are `Any`.
    """

    values: Values
    next: list[str]
    """Nodes that run next; empty when the graph is done."""
    tasks: list[ThreadTask] = Field(default_factory=list)
    metadata: JsonObject | None = None
    """`source`, `step`, `parents` and the metadata of the run; `None` before the first run."""
    created_at: AwareDatetime | None = None
    checkpoint: Checkpoint | None = None
    """This state; `None` before the first run."""
    parent_checkpoint: Checkpoint | None = None
    interrupts: list[Interrupt] = Field(default_factory=list)
    """Open questions of all tasks."""
    checkpoint_id: str | None = None
    parent_checkpoint_id: str | None = None

    def __class_getitem__(cls, values: Any) -> Any:
        return cls if values is Any else super().__class_getitem__(values)

    def __reduce__(self) -> Any:
        # A subscripted class is no attribute of this module, where pickle would look for it.
        values = type(self).__pydantic_generic_metadata__["args"]
        return _restore_state, (values, self.__getstate__())


def _restore_state(values: tuple[Any, ...], content: dict[Any, Any]) -> ThreadState[Any]:
    kind = ThreadState[values] if values else ThreadState  # type: ignore[valid-type]  # at run time
    state: ThreadState[Any] = kind.__new__(kind)
    state.__setstate__(content)
    return state


class ThreadUpdateStateResponse(ResponseModel):
    """Where an update of the state was written."""

    checkpoint: Checkpoint
    configurable: JsonObject | None = None
    checkpoint_id: str | None = None


class ThreadPruneResponse(ResponseModel):
    """What pruning removed."""

    pruned_count: int
    """Number of threads."""


class StorageSection(ResponseModel):
    """Rows of one kind and their size."""

    count: int
    bytes: int


class ChannelStorage(ResponseModel):
    """What the stored versions of one channel occupy."""

    versions: int
    bytes: int


class ChannelValuesStorage(StorageSection):
    """What the values of all channels occupy."""

    by_channel: dict[str, ChannelStorage] = Field(default_factory=dict)


class ThreadStorage(ResponseModel):
    """What a thread occupies in the checkpointer."""

    thread_id: str
    total_bytes: int
    checkpoints: StorageSection
    channel_values: ChannelValuesStorage
    pending_writes: StorageSection
    """Writes of tasks that are not part of a checkpoint yet."""


class StateUpdate(RequestModel):
    """One update of the state, as if a node had made it."""

    as_node: str
    """Node that the update comes from."""
    values: Any = None
    """Update of the state; null where a command says it all."""
    command: Command | JsonObject | None = None


class ThreadSuperstep(RequestModel):
    """Updates that together make one step of a new thread's history."""

    updates: list[StateUpdate | JsonObject]
