"""Warnings about keywords that will go away."""

from __future__ import annotations

from graphwire_core._callers import warn_caller

__all__ = ["deprecated"]


def deprecated(message: str) -> None:
    """Warn at the line that called into this SDK."""
    warn_caller(message, DeprecationWarning)
