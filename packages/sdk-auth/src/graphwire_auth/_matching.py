"""What a filter lets through, decided as the server decides it.

Used where no server does it for us: in other ASGI applications and in tests of rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphwire_auth._filters import Filter, checked

__all__ = ["matches"]


def matches(found: Filter | Mapping[str, Any], metadata: Mapping[str, Any]) -> bool:
    """Say whether something with this `metadata` is visible under the filter.

    Raises:
        FilterError: The filter is not a valid one.
    """
    return _matches(checked(found), metadata)


def _matches(found: Mapping[str, Any], metadata: Mapping[str, Any]) -> bool:
    return all(_holds(name, wanted, metadata) for name, wanted in found.items())


def _holds(name: str, wanted: Any, metadata: Mapping[str, Any]) -> bool:
    if name == "$or":
        return any(_matches(group, metadata) for group in wanted)
    if name == "$and":
        return all(_matches(group, metadata) for group in wanted)
    if name not in metadata:
        return False
    actual = metadata[name]
    if isinstance(wanted, Mapping) and "$contains" in wanted:
        operand = wanted["$contains"]
        needed = operand if isinstance(operand, list) else [operand]
        return isinstance(actual, list) and all(_in(item, actual) for item in needed)
    return _same(wanted["$eq"] if isinstance(wanted, Mapping) else wanted, actual)


def _in(item: Any, actual: list[Any]) -> bool:
    return any(_same(item, each) for each in actual)


def _same(wanted: Any, actual: Any) -> bool:
    # JSON keeps true and 1 apart; Python does not.
    return isinstance(wanted, bool) is isinstance(actual, bool) and bool(wanted == actual)
