"""What a function of the caller's returned, in the one place where the colours differ."""

from __future__ import annotations

from collections.abc import Awaitable
from inspect import isawaitable, iscoroutine
from typing import Any

from graphwire_core.errors import ConfigurationError

__all__ = ["aresolve", "resolve"]


async def aresolve(value: Awaitable[Any] | Any) -> Any:
    """Await an awaitable; return anything else as it is."""
    return await value if isawaitable(value) else value


def resolve(value: Awaitable[Any] | Any) -> Any:
    """Return a value as it is; a sync client cannot await one."""
    if iscoroutine(value):
        value.close()
    if isawaitable(value):
        raise ConfigurationError("auth: an async function needs an async client")
    return value
