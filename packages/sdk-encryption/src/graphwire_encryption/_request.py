"""Which context the current request has, as its context handler derived it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["current_request", "enter_request"]

_metadata: ContextVar[Mapping[str, Any] | None] = ContextVar(
    "graphwire_encryption_request", default=None
)


def enter_request(metadata: Mapping[str, Any]) -> None:
    """Note the context of the request that this task serves."""
    _metadata.set(metadata)


def current_request() -> Mapping[str, Any] | None:
    """Return the context of this task's request; `None` in a run and wherever there is no user."""
    return _metadata.get()
