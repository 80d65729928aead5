"""What a stream is to do, as data: built by a resource before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from graphwire_core._arguments import describe
from graphwire_core._operation import Operation
from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import RunCreateMetadata
from graphwire_stream._events import converter
from graphwire_stream._idle import IdleWindow
from graphwire_stream.resumption import OnGap, RunCursor

__all__ = ["Plan"]

_OF_MESSAGES = {"messages", "messages-tuple"}


@dataclass(frozen=True, slots=True)
class Plan:
    """One stream: how it is opened, read and resumed."""

    operation: Operation[Any]
    version: Literal["v1", "v2"] = "v1"
    run: RunCreateMetadata | None = None
    """The run, where the caller knows it."""
    start: RunCursor | None = None
    """Where the stream goes on."""
    on_run_created: Callable[[RunCreateMetadata], object] | None = None
    raise_on_error: bool = False
    of_thread: bool = False
    """Whether the stream follows a thread, which is never over."""
    on_gap: OnGap = "continue"
    idle_timeout: float | None = None

    def __post_init__(self) -> None:
        converter(self.version)
        IdleWindow(self.idle_timeout)
        if self.on_gap not in get_args(OnGap):
            raise InvalidArgumentError("on_gap", "'continue' or 'raise'", describe(self.on_gap))

    @property
    def last_event_id(self) -> str | None:
        """Id that the caller wants to begin after."""
        return self.operation.headers.get("last-event-id")

    @property
    def resumable(self) -> bool:
        """Whether the run is known to be resumable before its first event."""
        body = self.operation.body
        asked = isinstance(body, dict) and body.get("stream_resumable") is True
        return asked or self.start is not None

    @property
    def modes(self) -> list[str] | None:
        """Stream modes that were asked for; `None` for all that the run emits."""
        if isinstance(self.operation.body, dict):
            asked = self.operation.body.get("stream_mode", "values")
            return [asked] if isinstance(asked, str) else list(asked)
        asked = dict(self.operation.query).get("stream_mode")
        return _several(asked) if asked else None

    def check_messages(self) -> None:
        """Refuse to wait for messages that the server was not asked for.

        Raises:
            InvalidArgumentError: No mode brings messages.
        """
        modes = self.modes
        if modes is not None and _OF_MESSAGES.isdisjoint(modes):
            expected = "'messages' or 'messages-tuple' among the modes, for the text of messages"
            raise InvalidArgumentError("stream_mode", expected, describe(modes))


def _several(asked: str) -> list[str]:
    """Read the stream modes of a query."""
    try:
        modes = json.loads(asked)
    except ValueError:
        return [asked]
    return [str(mode) for mode in modes] if isinstance(modes, list) else [asked]
