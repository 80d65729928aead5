"""Warnings at the line of the caller's own that led to them, so that Python shows them there."""

from __future__ import annotations

import sys
import warnings

__all__ = ["warn_caller"]

_INSIDE = frozenset({"graphwire", "graphwire_core", "graphwire_stream", "pydantic"})


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn at the line that called into this SDK.

    How many frames lie between differs with the call, its colour and pydantic's version.
    """
    frame, level = sys._getframe(1), 2  # noqa: SLF001  # the only way to count frames
    while frame.f_back is not None and _package(frame.f_globals) in _INSIDE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def _package(namespace: dict[str, object]) -> str:
    return str(namespace.get("__name__")).partition(".")[0]
