"""Events of a stream, as they are written on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphwire_core._json import encode_json

__all__ = ["HEARTBEAT", "STREAM", "Event", "Step"]

STREAM = {"content-type": "text/event-stream"}
"""Headers of an answer that is a stream."""

HEARTBEAT = b": heartbeat\n\n"
"""What the server writes when it has nothing to say."""


class Step:
    """What may stand in a script."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Event(Step):
    """One event of a stream."""

    event: str
    """Its name, such as `"values"`, with the namespace of a subgraph after `|`."""
    data: Any = None
    """Anything with a JSON form."""
    id: str | None = None
    """What a reader resumes after. A `StreamServer` gives one to each event that has none."""

    def encode(self) -> bytes:
        """Write the event.

        Raises:
            InvalidArgumentError: Its data has no JSON form.
        """
        lines = [f"event: {self.event}".encode()]
        lines.append(b"data: " + encode_json(self.data, argument="data"))
        if self.id is not None:
            lines.append(f"id: {self.id}".encode())
        return b"\r\n".join(lines) + b"\r\n\r\n"
