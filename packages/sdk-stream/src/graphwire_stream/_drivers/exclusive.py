"""What one thread at a time does among those that share a stream; tasks take turns anyway."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

__all__ = ["async_exclusive", "exclusive"]

P = ParamSpec("P")
R = TypeVar("R")


def async_exclusive(method: Callable[P, R]) -> Callable[P, R]:
    """Leave a method as it is: it waits for nothing, so no other task is in it."""
    return method


def exclusive(method: Callable[P, R]) -> Callable[P, R]:
    """Let one thread at a time into such methods of all readers of a thread stream."""

    @wraps(method)
    def alone(*args: P.args, **kwargs: P.kwargs) -> R:
        reader: Any = args[0]
        with reader.following.driver.lock:
            return method(*args, **kwargs)

    return alone
