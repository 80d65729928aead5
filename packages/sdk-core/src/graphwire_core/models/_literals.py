"""Closed sets of words that the API knows, and how responses stay open to new ones."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

from pydantic import BaseModel, GetPydanticSchema
from pydantic_core import core_schema

__all__ = [
    "OPEN",
    "All",
    "AssistantSelectField",
    "AssistantSortBy",
    "BulkCancelRunsStatus",
    "CancelAction",
    "Context",
    "CronSelectField",
    "CronSortBy",
    "DataclassLike",
    "DisconnectMode",
    "Durability",
    "IfNotExists",
    "Input",
    "Json",
    "MultitaskStrategy",
    "OnCompletionBehavior",
    "OnConflictBehavior",
    "PrimitiveData",
    "PruneStrategy",
    "QueryParamTypes",
    "RunSelectField",
    "RunStatus",
    "SortOrder",
    "StreamMode",
    "StreamVersion",
    "ThreadSelectField",
    "ThreadSortBy",
    "ThreadStateSelectField",
    "ThreadStatus",
    "ThreadStreamMode",
]

OPEN = GetPydanticSchema(lambda _source, _handler: core_schema.str_schema())
"""Marks a response's word, `Annotated[RunStatus | str, OPEN]`: any string is valid, and no time
is spent on looking it up."""

RunStatus = Literal["pending", "running", "error", "success", "timeout", "interrupted"]
"""State of a run. A run that stopped at an interrupt is a `"success"`; a cancelled one is
`"interrupted"`."""

ThreadStatus = Literal["idle", "busy", "interrupted", "error"]
"""State of a thread; `"interrupted"` means that it waits for a resume."""

ThreadStreamMode = Literal["run_modes", "lifecycle", "state_update"]
"""What a thread stream carries: the events of its runs, their beginnings and ends, or updates
of the state."""

StreamMode = Literal[
    "values",
    "messages",
    "updates",
    "events",
    "tasks",
    "checkpoints",
    "debug",
    "custom",
    "messages-tuple",
    "tools",
    "lifecycle",
]
"""What a run stream carries."""

DisconnectMode = Literal["cancel", "continue"]
"""What happens to a run when its client disconnects."""

MultitaskStrategy = Literal["reject", "interrupt", "rollback", "enqueue"]
"""What happens to a new run on a thread that is busy."""

OnConflictBehavior = Literal["raise", "do_nothing"]
"""What happens when a resource with this id exists."""

OnCompletionBehavior = Literal["delete", "keep"]
"""What happens to the thread of a stateless run when the run is done."""

Durability = Literal["sync", "async", "exit"]
"""When checkpoints are written: before the next step, alongside it, or at the end of the run."""

All = Literal["*"]
"""Every node."""

IfNotExists = Literal["create", "reject"]
"""What happens when the thread of a run does not exist."""

PruneStrategy = Literal["delete", "keep_latest"]
"""What pruning and expiry remove: the whole thread, or all but its latest checkpoint."""

CancelAction = Literal["interrupt", "rollback"]
"""Whether cancelling a run keeps or removes what it did."""

BulkCancelRunsStatus = Literal["pending", "running", "all"]
"""Which runs a bulk cancellation is about."""

AssistantSortBy = Literal["assistant_id", "graph_id", "name", "created_at", "updated_at"]
"""Fields that assistants are sorted by."""

ThreadSortBy = Literal["thread_id", "status", "created_at", "updated_at", "state_updated_at"]
"""Fields that threads are sorted by."""

CronSortBy = Literal[
    "cron_id",
    "assistant_id",
    "thread_id",
    "created_at",
    "updated_at",
    "next_run_date",
    "end_time",
]
"""Fields that crons are sorted by."""

SortOrder = Literal["asc", "desc"]
"""Direction of a sort."""

AssistantSelectField = Literal[
    "assistant_id",
    "graph_id",
    "name",
    "description",
    "config",
    "context",
    "created_at",
    "updated_at",
    "metadata",
    "version",
]
"""Fields of an assistant that a search can be limited to."""

ThreadSelectField = Literal[
    "thread_id",
    "created_at",
    "updated_at",
    "state_updated_at",
    "metadata",
    "config",
    "context",
    "status",
    "values",
    "interrupts",
]
"""Fields of a thread that a search can be limited to (`"context"`: older servers only)."""

StateField = Literal[
    "values",
    "next",
    "tasks",
    "checkpoint",
    "metadata",
    "created_at",
    "parent_checkpoint",
    "interrupts",
]
ThreadStateSelectField: TypeAlias = StateField | str
"""Fields of a state, or `"values.<key>"`."""

RunSelectField = Literal[
    "run_id",
    "thread_id",
    "assistant_id",
    "created_at",
    "updated_at",
    "status",
    "metadata",
    "kwargs",
    "multitask_strategy",
    "cancel_reason",
]
"""Fields of a run that a list can be limited to (`"cancel_reason"`: not on every server)."""

CronSelectField = Literal[
    "cron_id",
    "assistant_id",
    "thread_id",
    "end_time",
    "schedule",
    "timezone",
    "created_at",
    "updated_at",
    "user_id",
    "payload",
    "next_run_date",
    "metadata",
    "now",
    "on_run_completed",
    "enabled",
]
"""Fields of a cron that a search can be limited to (`"now"`: not on every server)."""

StreamVersion = Literal["v1", "v2"]
"""Form of a run stream's parts: `(event, data, id)`, or typed parts."""

Json: TypeAlias = dict[str, Any] | None
"""A JSON object or null."""

PrimitiveData: TypeAlias = str | int | float | bool | None
"""One value of a query string."""

QueryParamTypes: TypeAlias = (
    Mapping[str, PrimitiveData | Sequence[PrimitiveData]]
    | list[tuple[str, PrimitiveData]]
    | tuple[tuple[str, PrimitiveData], ...]
    | str
    | bytes
)
"""What `params=` takes."""


class DataclassLike(Protocol):
    """Any dataclass instance."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Context: TypeAlias = Mapping[str, object] | BaseModel | DataclassLike
"""Static context of a run: a dict, TypedDict, pydantic model or dataclass."""

Input: TypeAlias = Context | Sequence[object] | str | int | float | bool | None
"""Input of a graph: what `Context` takes, or any JSON value."""
