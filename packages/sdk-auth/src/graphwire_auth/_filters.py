"""Filters: what part of the stored things a rule lets the caller see.

The server reads a filter leniently: an empty one, an unknown operator or a second operator beside
the first match everything. So a filter is built with `F`, or checked here before it leaves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import product
from typing import Any, NoReturn, TypeAlias

from graphwire_auth.exceptions import FilterError

__all__ = ["F", "Filter", "FilterDict", "checked"]

Scalar: TypeAlias = str | int | float | bool
FilterDict: TypeAlias = dict[str, Any]
Term: TypeAlias = tuple[str, Any]
"""A field, and the value or the operator it must meet."""

MAX_ALTERNATIVES = 64
MAX_DEPTH = 2
MIN_GROUPS = 2
COMBINATORS = ("$or", "$and")


class F:
    """Name a metadata field: `F("owner") == ctx.user.identity`, `F("groups").contains("staff")`.

    Comparisons give filters, which combine with `&` and `|`.

    Raises:
        FilterError: The field's name, or the value, is one that the server would misread.
    """

    __slots__ = ("_name",)
    __hash__ = None  # type: ignore[assignment]  # == builds a filter, so equality means nothing

    def __init__(self, name: str) -> None:
        self._name = _field(name)

    def __eq__(self, value: Scalar) -> Filter:  # type: ignore[override]  # builds a filter
        return Filter(((self._name, _scalar(self._name, value)),))

    def __ne__(self, value: object) -> NoReturn:
        raise FilterError(f"{self._name}: the server has no 'not equal'; list what is allowed")

    def contains(self, *values: Scalar) -> Filter:
        """Match where the field is a list that holds every one of `values`."""
        wanted = values[0] if len(values) == 1 else list(values)
        return Filter(((self._name, _operator(self._name, {"$contains": wanted})),))

    def one_of(self, values: Sequence[Scalar]) -> Filter:
        """Match where the field equals one of `values`."""
        if isinstance(values, str) or not values:
            raise FilterError(f"{self._name}: one_of() needs a list of at least one value")
        return Filter(*(((self._name, _scalar(self._name, value)),) for value in values))

    def __repr__(self) -> str:
        return f"F({self._name!r})"


class Filter:
    """Alternatives, each a group of terms that must all hold; made by `F`, `&` and `|`.

    Kept in this form because the server nests at most two levels.
    """

    __slots__ = ("_groups",)

    def __init__(self, *groups: tuple[Term, ...]) -> None:
        if not groups or not all(groups):
            raise FilterError("a filter needs at least one term; return True to allow everything")
        if len(groups) > MAX_ALTERNATIVES:
            raise FilterError(f"a filter has at most {MAX_ALTERNATIVES} alternatives")
        self._groups = groups

    def __and__(self, other: Filter) -> Filter:
        if not isinstance(other, Filter):
            return NotImplemented
        return Filter(*(a + b for a, b in product(self._groups, other._groups)))

    def __or__(self, other: Filter) -> Filter:
        if not isinstance(other, Filter):
            return NotImplemented
        return Filter(*self._groups, *other._groups)

    def __bool__(self) -> NoReturn:
        raise FilterError("combine filters with & and |, not with `and`, `or`, `not`")

    def to_dict(self) -> FilterDict:
        """Write the filter as the server reads it."""
        groups = [_group(terms) for terms in self._groups]
        return groups[0] if len(groups) == 1 else {"$or": groups}

    def __repr__(self) -> str:
        return f"Filter({self.to_dict()!r})"


def checked(found: Filter | Mapping[str, Any]) -> FilterDict:
    """Return `found` as a dict that means to the server what it says.

    Raises:
        FilterError: It is empty, uses an unknown operator, or compares with something wider than
            a plain value.
    """
    if isinstance(found, Filter):
        return found.to_dict()
    return _checked(found, 0)


def _checked(found: Mapping[str, Any], depth: int) -> FilterDict:
    if not found:
        raise FilterError("an empty filter allows everything; return True if that is meant")
    if depth > MAX_DEPTH:
        raise FilterError(f"a filter nests at most {MAX_DEPTH} levels")
    for name in COMBINATORS:
        if name in found:
            # What stands beside a combinator counts as one level down, as on the server.
            rest = {key: value for key, value in found.items() if key != name}
            return {name: _alternatives(name, found[name], depth)} | (
                _checked(rest, depth + 1) if rest else {}
            )
    return {_field(name): _condition(name, value) for name, value in found.items()}


def _alternatives(name: str, groups: object, depth: int) -> list[FilterDict]:
    if not isinstance(groups, list) or len(groups) < MIN_GROUPS:
        raise FilterError(f"{name} needs a list of at least two filters")
    if not all(isinstance(group, (Mapping, Filter)) for group in groups):
        raise FilterError(f"{name}: every alternative must be a filter")
    return [
        _checked(group.to_dict() if isinstance(group, Filter) else group, depth + 1)
        for group in groups
    ]


def _condition(name: str, value: object) -> Any:
    return _operator(name, value) if isinstance(value, Mapping) else _scalar(name, value)


def _operator(name: str, value: Mapping[str, object]) -> FilterDict:
    if len(value) != 1:
        raise FilterError(f"{name}: expected one operator, got {len(value)}; the server reads one")
    operator, operand = next(iter(value.items()))
    if operator == "$eq":
        return {"$eq": _scalar(name, operand)}
    if operator != "$contains":
        raise FilterError(f"{name}: {operator!r} is not an operator; use $eq or $contains")
    if not isinstance(operand, (list, tuple)):
        return {"$contains": _scalar(name, operand)}
    if not operand:
        raise FilterError(f"{name}: $contains with no values matches every list")
    return {"$contains": [_scalar(name, item) for item in operand]}


def _field(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise FilterError(f"a filter's field must be a name, got {name!r}")
    if name.startswith("$"):
        raise FilterError(f"{name!r} is not a field; combine filters with $or and $and")
    return name


def _scalar(name: str, value: object) -> Scalar:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool) or type(value) is int:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float) and math.isfinite(value):
        return value
    hint = "; a missing value must deny, not match" if value is None else ""
    raise FilterError(
        f"{name}: expected a string, a number or a bool to compare with, "
        f"got {type(value).__name__}{hint}"
    )


def _group(terms: tuple[Term, ...]) -> FilterDict:
    if len({name for name, _ in terms}) == len(terms):
        return dict(terms)
    return {"$and": [{name: value} for name, value in terms]}
