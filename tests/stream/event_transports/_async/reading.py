"""Reading from a connection, no longer than a test may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tests.transports.wire import PATIENCE

from graphwire_core.errors import GraphwireError
from graphwire_stream.event_transports import AsyncEventConnection, EventFilter

WANTED = EventFilter(("values", "lifecycle"))


class AsyncConnect(Protocol):
    """What the fixture `connect` is."""

    async def __call__(
        self, url: str, kind: str = "websocket", wanted: EventFilter = WANTED, **options: Any
    ) -> AsyncEventConnection:
        """Connect to the events of a thread."""


async def numbers(connection: AsyncEventConnection, count: int) -> list[int]:
    """Return the numbers of the next events, `count` at least."""
    found: list[int] = []
    while len(found) < count:
        found += [number_of(frame) for frame in await arrived(connection)]
    return found


async def arrived(connection: AsyncEventConnection) -> list[Mapping[str, Any]]:
    """Return what comes next, with or without frames; silence is a failure."""
    frames = await connection.receive(PATIENCE)
    assert frames is not None, "nothing came"
    return list(frames)


async def failure(connection: AsyncEventConnection) -> BaseException:
    """Return what is raised when the frames are read."""
    try:
        for _ in range(1000):
            await arrived(connection)
    except GraphwireError as error:
        return error
    raise AssertionError("nothing was raised")


def number_of(frame: Mapping[str, Any]) -> int:
    """Return the number that an event was written with."""
    number: int = frame["params"]["data"]["number"]
    return number
