"""What callers and server both send: configuration, checkpoints, and the commands of a run."""

from collections.abc import Sequence
from typing import Any

from ._base import UNSET, ExchangedModel, JsonObject, RequestModel

__all__ = ["Checkpoint", "Command", "Config", "LangSmithTracing", "Send"]


class Config(ExchangedModel):
    """Configuration of an assistant, a thread or a run."""

    tags: list[str] | None = None
    """Tags of the run, for tracing."""
    recursion_limit: int | None = None
    """Most steps that a run may take."""
    configurable: JsonObject | None = None
    """The graph's own settings."""


class Checkpoint(ExchangedModel):
    """A reference to a state of a thread; the server sends the keys that it knows."""

    thread_id: str | None = None
    checkpoint_ns: str | None = None
    """Namespace of the subgraph, `""` for the root graph."""
    checkpoint_id: str | None = None
    checkpoint_map: JsonObject | None = None
    """Checkpoint ids of the graphs around a subgraph, by namespace."""


class Send(RequestModel):
    """A node to run next, and the input that it gets."""

    node: str
    input: Any
    """Input of the node, any JSON value."""


class Command(RequestModel):
    """Instructions to a run: resume it, change its state, say where it goes on.

    Only the fields that were set are sent, `None` as null. Servers take a bare null for no answer:
    to answer an interrupt with null, name it, as in `Command(resume={interrupt.id: None})`.
    """

    goto: Send | JsonObject | str | Sequence[Send | JsonObject | str] | None = None
    """Names of nodes, or `Send`s, to run next."""
    update: Any = None
    """Update of the state: a dict, or pairs of channel and value."""
    resume: Any = None
    """Answer to the interrupt, or a dict of answers by interrupt id."""


class LangSmithTracing(RequestModel):
    """Where a run is traced to."""

    project_name: str = UNSET
    """LangSmith project, instead of the deployment's own."""
    example_id: str = UNSET
    """Dataset example that the run belongs to."""
