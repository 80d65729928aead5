"""What the resources of a client offer: methods and keywords, read from the classes themselves."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Unpack, get_args, get_origin, get_type_hints

import graphwire_core
import graphwire_stream

PUBLIC = {
    name: getattr(package, name)
    for package in (graphwire_core, graphwire_stream)
    for name in package.__all__
}
"""What annotations of a client name: its modules import a resource when it is used."""


def resources(client: type[Any]) -> dict[str, type[Any]]:
    """Return the resource classes of a client class by the attribute they stand under."""
    return {
        name: get_type_hints(found.func, localns=PUBLIC)["return"]
        for name in dir(client)
        if isinstance(found := inspect.getattr_static(client, name), cached_property)
    }


def methods(resource: type[Any]) -> dict[str, Callable[..., Any]]:
    """Return the public methods of a class by name."""
    found = inspect.getmembers(resource, inspect.isfunction)
    return {name: method for name, method in found if not name.startswith("_")}


def keywords(method: Callable[..., Any]) -> set[str]:
    """Return every name that can be passed by keyword, those of `Unpack[TypedDict]` included."""
    parameters = inspect.signature(method).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    named = {one.name for one in parameters if one.kind in kinds and one.name != "self"}
    return named | options(method)


def options(method: Callable[..., Any]) -> set[str]:
    """Return the keywords that a method takes through `**options: Unpack[TypedDict]`."""
    for parameter in inspect.signature(method).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            # Alone: the other hints may be of modules that are imported when they are needed.
            hint = _hint(method, parameter.name)
            assert get_origin(hint) is Unpack, f"{method.__qualname__} takes any keyword"
            [keys] = get_args(hint)
            return set(keys.__required_keys__ | keys.__optional_keys__)
    return set()


def _hint(method: Callable[..., Any], name: str) -> Any:
    function = inspect.unwrap(method)
    holder = SimpleNamespace(__annotations__={name: function.__annotations__[name]})
    names = vars(sys.modules[function.__module__])
    return get_type_hints(holder, names, PUBLIC)[name]


def positional(method: Callable[..., Any]) -> list[str]:
    """Return the names that can be passed by position, in their order."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(method).parameters.values()
    return [one.name for one in parameters if one.kind in kinds and one.name != "self"]
