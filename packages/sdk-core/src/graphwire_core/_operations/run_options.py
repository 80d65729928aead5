"""The keywords that start a run, and the body they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from pydantic import InstanceOf, with_config
from typing_extensions import TypedDict

from graphwire_core._arguments import Id, identifier
from graphwire_core._checked import ARGUMENTS
from graphwire_core._deprecation import deprecated
from graphwire_core._operation import compact
from graphwire_core.models import (
    All,
    Checkpoint,
    Command,
    Config,
    DisconnectMode,
    Durability,
    IfNotExists,
    LangSmithTracing,
    MultitaskStrategy,
    OnCompletionBehavior,
    StreamMode,
)

__all__ = ["AttachedRunOptions", "RunOptions", "run_body"]

JsonObject: TypeAlias = Mapping[str, Any]


@with_config(ARGUMENTS)
class RunOptions(TypedDict, total=False):
    """Keywords of every call that starts a run. `None` is the same as leaving a keyword out."""

    input: Any
    """Input of the graph: a mapping, a model, a dataclass, or any JSON value."""
    command: InstanceOf[Command] | JsonObject | None
    """Resume, update or go to, instead of `input`. An explicit `resume=None` is sent."""
    metadata: JsonObject | None
    """Metadata of the run."""
    config: InstanceOf[Config] | JsonObject | None
    """Tags, recursion limit and configurable values. Not together with `context`."""
    context: Any
    """Static context of the graph: a mapping, a model or a dataclass."""
    checkpoint: InstanceOf[Checkpoint] | JsonObject | None
    """Checkpoint to start from."""
    checkpoint_id: str | None
    """Id of the checkpoint to start from; `checkpoint` says it with its namespace."""
    checkpoint_during: bool | None
    """Deprecated: use `durability`."""
    interrupt_before: All | Sequence[str] | None
    """Nodes to stop before, or `"*"`."""
    interrupt_after: All | Sequence[str] | None
    """Nodes to stop after, or `"*"`."""
    webhook: str | None
    """URL that the server calls when the run is over."""
    multitask_strategy: MultitaskStrategy | None
    """What to do when the thread is busy. Server default: `"enqueue"`."""
    if_not_exists: IfNotExists | None
    """Whether to create a missing thread. Server default: `"reject"`."""
    on_completion: OnCompletionBehavior | None
    """Whether to keep the thread of a stateless run. Server default: `"delete"`."""
    after_seconds: int | float | None
    """Seconds to wait before the run starts."""
    durability: Durability | None
    """When checkpoints are written. Server default: `"async"`."""
    strict_resume: bool | None
    """Refuse a resume that matches no interrupt, on servers that know the option."""
    langsmith_tracing: InstanceOf[LangSmithTracing] | JsonObject | None
    """LangSmith project and example of the run's trace."""
    feedback_keys: Sequence[str] | None
    """Feedback keys to make public URLs for."""
    stream_mode: StreamMode | Sequence[StreamMode] | None
    """Which events the run emits. Server default: `["values"]`."""
    stream_subgraphs: bool | None
    """Whether events of subgraphs are emitted. Server default: false."""
    stream_resumable: bool | None
    """Whether the server keeps the events, so that a cut stream goes on. Server default: false."""


@with_config(ARGUMENTS)
class AttachedRunOptions(RunOptions, total=False):
    """Keywords of the calls that stay connected to the run that they start."""

    on_disconnect: DisconnectMode | None
    """What becomes of the run when this connection goes. Server default: `"continue"`."""


def run_body(assistant_id: Id, options: Mapping[str, Any]) -> dict[str, Any]:
    """Make the body of a run; `options` are already checked."""
    body = compact(**options)
    if "checkpoint_during" in body:
        deprecated("checkpoint_during is deprecated; use durability")
    if "langsmith_tracing" in body:
        body["langsmith_tracer"] = body.pop("langsmith_tracing")
    command = body.get("command")
    if isinstance(command, Mapping):  # a null `resume` is an answer, other nulls say nothing
        body["command"] = {k: v for k, v in command.items() if v is not None or k == "resume"}
    return {"assistant_id": identifier("assistant_id", assistant_id), **body}
