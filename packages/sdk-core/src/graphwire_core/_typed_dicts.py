"""A caller's `typing.TypedDict`, as pydantic takes it on every Python version."""

from __future__ import annotations

import sys
import typing
from functools import cache
from types import UnionType
from typing import (
    Annotated,
    Any,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from typing_extensions import TypedDict

__all__ = ["readable"]


def readable(kind: Any) -> Any:
    """Return a type that pydantic reads as it would read `kind` from Python 3.12 on.

    Before, it refuses the `TypedDict` of `typing`, which is what most states of graphs are. Such a
    class is made again as one of `typing_extensions`, wherever it stands in `kind`; one that names
    itself stays as it is.
    """
    if sys.version_info >= (3, 12):
        return kind
    try:
        return _remade(kind)
    except RecursionError:
        return kind


def _remade(kind: Any) -> Any:
    if isinstance(kind, type) and type(kind).__module__ == "typing" and typing.is_typeddict(kind):
        return _again(kind)
    origin, members = get_origin(kind), get_args(kind)
    if origin is None or origin is typing.Literal or not members:
        return kind
    remade = tuple(map(_remade, members))
    if remade == members:
        return kind
    if origin is Annotated:
        return Annotated[(remade[0], *kind.__metadata__)]
    if origin is UnionType:
        return Union[remade]  # noqa: UP007  # of a tuple
    return origin[remade[0] if len(remade) == 1 else remade]


@cache
def _again(kind: Any) -> Any:
    fields: dict[str, Any] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        # Where annotations are text, the class itself has not seen what they say.
        said = get_origin(hint) in {Required, NotRequired}
        whole = Required if name in kind.__required_keys__ else NotRequired
        presence, bare = (get_origin(hint), get_args(hint)[0]) if said else (whole, hint)
        fields[name] = presence[_remade(bare)]
    return TypedDict(kind.__name__, fields)  # type: ignore[operator]  # made at run time
