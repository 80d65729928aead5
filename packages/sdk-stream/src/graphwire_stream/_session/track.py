"""One run of the thread: what its lifecycle and input events have said so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from graphwire_core.errors import RunFailedError
from graphwire_core.models import ResponseModel
from graphwire_stream._session.identity import Identity, Seen
from graphwire_stream._session.interest import Namespace
from graphwire_stream.protocol import Event, InputRequestedEvent, LifecycleEvent

__all__ = ["Interrupt", "RunStatus", "Scope", "Track"]

RunStatus = Literal["pending", "running", "completed", "failed", "interrupted"]
"""State of a run as its events tell it; a cancelled run is `"interrupted"` too."""


class Interrupt(ResponseModel):
    """A question that a run has stopped at."""

    interrupt_id: str
    """Id to respond with."""
    value: Any
    """What the graph passed to `interrupt()`."""
    namespace: Namespace = ()
    """Where in the graph it was asked; empty for the root graph."""


@dataclass(slots=True)
class Scope:
    """A subgraph of a run."""

    status: str = "started"
    """`"started"`, `"running"`, `"completed"`, `"failed"` or `"interrupted"`."""
    error: str | None = None
    """What it failed with."""


@dataclass(slots=True)
class Track:
    """A run that this session follows."""

    run_id: str | None = None
    """`None` while the server has not named it."""
    status: RunStatus = "pending"
    error: str | None = None
    """What the run failed with."""
    error_type: str | None = None
    """Name of the exception that it failed with, where the server says so."""
    over: bool = False
    """Whether the server, asked over REST, said that the run is over."""
    gone: bool = False
    """Whether the server, asked over REST, did not know it: it was rolled back, or deleted."""
    interrupts: list[Interrupt] = field(default_factory=list)
    scopes: dict[Namespace, Scope] = field(default_factory=dict)
    _seen: Seen = field(default_factory=Seen)

    @property
    def has_stopped(self) -> bool:
        """Whether it is over, or has asked a question, as far as was read."""
        return self.status not in {"pending", "running"}

    def observe(self, identity: Identity, event: Event) -> None:
        """Note a lifecycle or input event, the first time it comes."""
        if not self._seen.add(identity):
            return
        if isinstance(event, InputRequestedEvent):
            self._note(event)
        elif isinstance(event, LifecycleEvent) and event.namespace:
            scope = self.scopes.setdefault(event.namespace, Scope())
            scope.status = event.data.event
            scope.error = event.data.error
        elif isinstance(event, LifecycleEvent):
            self._move(event)

    def adopt(self, ahead: Track) -> None:
        """Take over what was noted of the same run before it was known to be this one."""
        self.status, self.error, self.error_type = ahead.status, ahead.error, ahead.error_type
        self.interrupts, self.scopes, self._seen = ahead.interrupts, ahead.scopes, ahead._seen

    def failure(self, thread_id: str) -> RunFailedError | None:
        """Return the error of a run that has failed, or is gone."""
        where = {"run_id": self.run_id, "thread_id": thread_id}
        if self.gone:
            message = "The run is gone: it was rolled back, or deleted"
            return RunFailedError(message, type="Deleted", **where)
        if self.status != "failed":
            return None
        return RunFailedError(self.error or "The run failed", type=self.error_type, **where)

    def learn(self, status: str) -> None:
        """Note how the run ended, in the words of REST, where its events do not say."""
        if self.status in {"pending", "running"}:
            words: dict[str, RunStatus] = {"success": "completed", "interrupted": "interrupted"}
            self.status = words.get(status, "failed")
            self.error = None if status in words else f"The run ended with status {status!r}"

    def _note(self, event: InputRequestedEvent) -> None:
        known = {interrupt.interrupt_id for interrupt in self.interrupts}
        if event.data.interrupt_id not in known:
            interrupt = Interrupt(
                interrupt_id=event.data.interrupt_id,
                value=event.data.payload,
                namespace=event.namespace,
            )
            self.interrupts.append(interrupt)

    def _move(self, event: LifecycleEvent) -> None:
        status = event.data.event
        if status in {"completed", "failed"}:
            self.interrupts.clear()
        if status in {"running", "completed", "failed", "interrupted"}:
            self.status = status  # type: ignore[assignment]
            self.error = event.data.error
