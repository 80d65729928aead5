"""Plugins that are installed: the entry points of the group `graphwire`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from graphwire_core.plugins._specs import PROJECT

__all__ = ["installed", "selected"]


def installed() -> tuple[EntryPoint, ...]:
    """Return the installed entry points by name; the scan is repeated when `sys.path` changes."""
    return _scan(tuple(sys.path))


@lru_cache(maxsize=4)
def _scan(_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=PROJECT), key=lambda point: point.name))


def selected(
    points: Iterable[EntryPoint], allow: frozenset[str] | None, block: frozenset[str]
) -> tuple[EntryPoint, ...]:
    """Return the entry points that the lists let through; `allow=None` lets all."""
    return tuple(
        point
        for point in points
        if (allow is None or point.name in allow) and point.name not in block
    )
