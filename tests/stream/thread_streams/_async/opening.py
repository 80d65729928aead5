"""How the tests open thread streams, and read them."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Any, TypeAlias

from graphwire_stream import AsyncThreadStream

AsyncOpening: TypeAlias = Callable[..., AsyncThreadStream]
"""`client.threads.stream`, over one transport and with a limit to every wait."""

HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}]}
THROUGH: dict[str, Any] = {**HELLO, "skip_interrupt": True}


async def all_of(projection: AsyncIterable[Any]) -> list[Any]:
    """Read a projection to its end."""
    return [one async for one in projection]


async def first_of(projection: AsyncIterable[Any]) -> Any:
    """Read the first of a projection, and leave it."""
    async for one in projection:
        return one
    raise AssertionError("The projection is empty")
