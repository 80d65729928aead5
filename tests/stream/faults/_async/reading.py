"""Reading a stream to whatever end it has."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from graphwire_core.errors import GraphwireError
from graphwire_stream import AsyncRunStream

__all__ = ["Outcome", "read"]


@dataclass
class Outcome:
    """What a stream gave."""

    parts: list[Any] = field(default_factory=list)
    error: GraphwireError | None = None
    """What ended it, if something did."""

    @property
    def data(self) -> list[Any]:
        return [part.data for part in self.parts]

    @property
    def message(self) -> str:
        return str(self.error)


async def read(stream: AsyncRunStream[Any], release: threading.Event | None = None) -> Outcome:
    """Read a stream to its end; `release` is set when two parts have come.

    Whatever ended it, the stream has nothing more to give, and its cursor is at the last part.
    """
    outcome = Outcome()
    try:
        async for part in stream:
            outcome.parts.append(part)
            if release is not None and len(outcome.parts) == 2:
                release.set()
    except GraphwireError as error:
        outcome.error = error
    if outcome.parts:
        assert stream.last_event_id == outcome.parts[-1].id
    assert [part async for part in stream] == []
    return outcome
