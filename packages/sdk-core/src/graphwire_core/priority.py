"""Which runs a deployment takes first: the function that decides, and what it is told and says.

Beta, as in the server: langgraph-api 0.16 accepts `"priority"` in `langgraph.json` and does nothing
with it. Registered handlers are called by servers that have the feature.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphwire_core._arguments import describe
from graphwire_core.errors import ConfigurationError, InvalidArgumentError

__all__ = ["AssignPriority", "Priority", "PriorityContext", "PrioritySettings"]


class PriorityContext(BaseModel):
    """What is known when the first run of a thread is to be placed."""

    model_config = ConfigDict(frozen=True, from_attributes=True, extra="allow")

    user: Any
    """The caller, as the server carries it; without authentication its `identity` is empty."""
    permissions: tuple[str, ...]
    """What the caller may do; empty without authentication."""
    thread_id: str | None
    """The thread; `None` where the run makes it without being given an id."""
    thread_metadata: dict[str, Any]
    assistant_id: str
    graph_id: str
    assistant_metadata: dict[str, Any]
    run_metadata: dict[str, Any]
    cron_id: str | None
    """The cron job that started the run, if one did."""


class PrioritySettings(BaseModel):
    """Where the runs of a thread stand in the queue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    priority: int | None = Field(None, ge=-5, le=5, strict=True)
    """From -5 (first) to 5 (last). Server default: 0."""
    fairness_group: str | None = Field(None, max_length=256)
    """Group that shares the workers with other groups; stored in clear, so no personal data."""


AssignPriority: TypeAlias = Callable[
    [PriorityContext], Awaitable[PrioritySettings | Mapping[str, Any] | None]
]
"""Decides the settings of a thread; `None` for the server's defaults."""

A = TypeVar("A", bound=AssignPriority)


class Priority:
    """Decides which runs go first. `langgraph.json` names it: `"priority": {"path": "…:priority"}`.

    ```python
    priority = Priority()

    @priority.assign
    async def assign(context: PriorityContext) -> PrioritySettings | None:
        return PrioritySettings(priority=2) if context.cron_id else None
    ```
    """

    def __new__(cls) -> Self:
        """Make the object; inside a LangGraph server, one that the server takes for its own."""
        theirs = getattr(sys.modules.get("langgraph_sdk"), "Priority", None)
        if "langgraph_api" not in sys.modules or theirs is None or issubclass(cls, theirs):
            return object.__new__(cls)
        # Its own __init__ only warns that the feature is beta.
        both = type(cls.__name__, (cls, theirs), {"__module__": cls.__module__})
        made: Self = object.__new__(both)
        return made

    def __init__(self) -> None:
        self._function: AssignPriority | None = None

    def assign(self, fn: A) -> A:
        """Register the function that decides; async, with one parameter.

        Raises:
            ConfigurationError: There is one already, or it has another form.
        """
        if self._function is not None:
            raise ConfigurationError("priority.assign: a function is registered already")
        is_async = inspect.iscoroutinefunction(fn)
        if not is_async:
            raise ConfigurationError(
                f"priority.assign: expected an async function, got {describe(fn)}"
            )
        try:
            inspect.signature(fn).bind(None)
        except TypeError:
            raise ConfigurationError(
                f"priority.assign: expected one parameter (context), got {fn.__name__}"
                f"{inspect.signature(fn)}"
            ) from None
        self._function = fn
        return fn

    async def decide(self, context: PriorityContext) -> PrioritySettings | None:
        """Ask the registered function; `None` where there is none, or where it says so.

        Raises:
            InvalidArgumentError: What it returned is no `PrioritySettings`.
        """
        found = None if self._function is None else await self._function(context)
        if found is None or isinstance(found, PrioritySettings):
            return found
        try:
            return PrioritySettings.model_validate(found)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "settings"
            raise InvalidArgumentError(where, first["msg"], describe(found)) from None

    @property
    def _assign_handler(self) -> Callable[[Any], Awaitable[dict[str, Any] | None]] | None:
        """What a server looks for: from its context to a mapping."""
        return None if self._function is None else self._answer

    async def _answer(self, context: Any) -> dict[str, Any] | None:
        settings = await self.decide(PriorityContext.model_validate(context))
        return None if settings is None else settings.model_dump(exclude_none=True)
