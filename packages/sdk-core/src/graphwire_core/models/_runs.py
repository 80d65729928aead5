"""Runs, and what creates a batch of them."""

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from ._base import AwareDatetime, JsonObject, RequestModel, ResponseModel
from ._config import Checkpoint, Command, Config, LangSmithTracing
from ._literals import (
    OPEN,
    All,
    DisconnectMode,
    Durability,
    IfNotExists,
    MultitaskStrategy,
    OnCompletionBehavior,
    RunStatus,
    StreamMode,
)

__all__ = ["Run", "RunCreate", "RunCreateMetadata"]


class Run(ResponseModel):
    """One execution of a graph."""

    run_id: str
    thread_id: str
    """Thread that it runs on; a stateless run has one of its own."""
    assistant_id: str
    created_at: AwareDatetime
    """When it starts, which is later than now with `after_seconds`."""
    updated_at: AwareDatetime
    status: Annotated[RunStatus | str, OPEN]
    metadata: JsonObject
    kwargs: JsonObject | None = None
    """What the run was created with: input, config, stream modes and so on."""
    multitask_strategy: Annotated[MultitaskStrategy | str, OPEN] | None = None
    cancel_reason: str | None = None
    langsmith_session_name: str | None = None
    """LangSmith project that it is traced to."""


class RunCreateMetadata(ResponseModel):
    """Which run a request created, known before its first result."""

    run_id: str
    thread_id: str | None = None
    """`None` for a stateless run whose thread the server does not tell."""


class RunCreate(RequestModel):
    """A run of a batch; the keywords are those of `runs.create`.

    A field that is `None` is not sent, so that the server's default holds.
    """

    assistant_id: str
    """Id of the assistant, or name of the graph."""
    thread_id: str | None = None
    """Accepted, but servers so far give every run of a batch a thread of its own."""
    input: Any = None
    command: Command | JsonObject | None = None
    metadata: JsonObject | None = None
    config: Config | JsonObject | None = None
    context: Any = None
    checkpoint: Checkpoint | JsonObject | None = None
    checkpoint_id: str | None = None
    interrupt_before: All | list[str] | None = None
    """Nodes to stop before."""
    interrupt_after: All | list[str] | None = None
    """Nodes to stop after."""
    webhook: str | None = None
    """URL that gets the finished run."""
    stream_mode: StreamMode | list[StreamMode] | None = None
    stream_subgraphs: bool | None = None
    stream_resumable: bool | None = None
    feedback_keys: list[str] | None = None
    multitask_strategy: MultitaskStrategy | None = None
    if_not_exists: IfNotExists | None = None
    on_disconnect: DisconnectMode | None = None
    on_completion: OnCompletionBehavior | None = None
    after_seconds: int | float | None = None
    """Seconds to wait before the run starts."""
    durability: Durability | None = None
    langsmith_tracing: LangSmithTracing | JsonObject | None = Field(
        default=None, serialization_alias="langsmith_tracer"
    )

    @model_serializer(mode="wrap")
    def _serialize(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        body: dict[str, Any] = handler(self)
        return {key: value for key, value in body.items() if value is not None}
