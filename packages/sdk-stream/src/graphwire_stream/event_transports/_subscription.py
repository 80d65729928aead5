"""The subscription of a WebSocket: what is sent, and which messages are answers to it."""

from __future__ import annotations

from typing import Any, Final

from graphwire_core._json import encode_json
from graphwire_core._operation import Operation
from graphwire_stream.event_transports._endings import refused
from graphwire_stream.event_transports._types import EventFilter

__all__ = ["Subscription"]

_ID: Final = 1
"""Id of the command, the only one on its connection."""


class Subscription:
    """The one command that is sent over a WebSocket."""

    def __init__(self, wanted: EventFilter, operation: Operation[None]) -> None:
        self._operation = operation
        self.command = encode_json(
            {"id": _ID, "method": "subscription.subscribe", "params": wanted.body()}
        )
        """The message to send."""
        self.answered = False
        """Whether the server has accepted."""

    def passes(self, frame: dict[str, Any]) -> bool:
        """Tell whether a frame is for the session: all are but answers.

        Raises:
            GraphwireError: It says that the subscription is refused.
        """
        kind = frame.get("type")
        if kind == "success":
            self.answered = True
            return False
        if kind == "error" and frame.get("id") == _ID:
            raise refused(frame, self._operation)
        return True
