"""Which value of a request body has no JSON form; looked for only after encoding failed."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

from graphwire_core._arguments import describe

__all__ = ["Fault", "find_fault"]

Fault = tuple[str, str, str]
"""Path of a value that cannot be encoded, what was expected there, what came."""

Plain = Callable[[Any], Any]
"""Turns a value that `json` does not know into one that it does, or raises."""

_PATH = 200  # characters of a path that an error shows
_DEEP = 100  # levels from which Python's recursion limit may be the reason of a failure


def find_fault(body: Any, argument: str, plain: Plain) -> Fault | None:
    """Find the first value that cannot be encoded.

    Where every value could be, the body is nested too deep, and the fault is its deepest path. The
    search keeps its own stack, so that no depth is too deep for it.
    """
    limit = sys.getrecursionlimit()
    walk: list[Iterator[tuple[str, Any]]] = [iter([(argument, body)])]
    path: list[str] = []
    parents: list[int] = []
    deepest: list[str] = []
    while walk:
        step = next(walk[-1], None)
        if step is None:
            walk.pop()
            del path[len(walk) - 1 :], parents[len(walk) - 1 :]
            continue
        name, value = step
        found = _fault(value, parents) or _fault_of_keys(value)
        if found is not None:
            return (_shown([*path, name]), *found)
        try:
            members = _members(value, plain)
        except Exception:  # noqa: BLE001  # whatever a foreign model_dump raises, this is the fault
            return _shown([*path, name]), "a value with a JSON form", describe(value)
        if members is None:
            continue
        path.append(name)
        parents.append(id(value))
        walk.append(members)
        if len(path) > limit:
            return _shown(path), "less nesting", f"more than {limit} levels"
        if len(path) > len(deepest):
            deepest = path.copy()
    levels = len(deepest)
    return (_shown(deepest), "less nesting", f"{levels} levels") if levels > _DEEP else None


def _fault(value: Any, parents: list[int]) -> tuple[str, str] | None:
    if isinstance(value, str):
        if not _is_text(value):
            return "valid Unicode text", "text with a lone surrogate"
    elif isinstance(value, int):
        if not _is_printable(value):
            return "an integer that Python can print", f"one of {value.bit_length()} bits"
    elif isinstance(value, float):
        if not math.isfinite(value):
            return "a finite number", str(value)
    elif id(value) in parents:
        return "a finite tree", "a cycle"
    return None


def _fault_of_keys(value: Any) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return None
    for key in value:
        if not isinstance(key, str | int | float | bool | None):
            return "keys that are text", describe(key)
        found = _fault(key, [])
        if found is not None:
            expected, got = found
            return f"keys, each {expected}", got
    return None


def _members(value: Any, plain: Plain) -> Iterator[tuple[str, Any]] | None:
    """Return the members of a value, each with its part of the path; `None` for a leaf."""
    if isinstance(value, dict):
        return ((f".{key}", member) for key, member in value.items())
    if isinstance(value, list | tuple):
        return ((f"[{index}]", member) for index, member in enumerate(value))
    if value is None or isinstance(value, str | int | float):
        return None
    return iter([("", plain(value))])


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_printable(value: int) -> bool:
    try:
        int.__repr__(value)
    except ValueError:
        return False
    return True


def _shown(path: list[str]) -> str:
    text = "".join(path).lstrip(".").encode(errors="replace").decode()
    return text if len(text) <= _PATH else f"{text[: _PATH // 2]}...{text[-_PATH // 2 :]}"
