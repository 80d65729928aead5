"""Where a graph can be loaded from by another process, found out from what a test passes."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from graphwire_core._arguments import describe
from graphwire_core.errors import ConfigurationError

__all__ = ["GraphSource", "check_name", "location_of", "locations_of"]

GraphSource: TypeAlias = str | Callable[..., Any] | Any
"""A graph of a test: `"path/to/file.py:name"`, `"package.module:name"`, a graph, or a function that
makes one. A server in another process takes a graph or a function of a module's top level only."""


def check_name(name: object) -> None:
    """Refuse what is no name of a graph.

    Raises:
        ConfigurationError: It is empty, or no text.
    """
    if not isinstance(name, str) or not name.strip():
        raise ConfigurationError(f"graph: expected a name, got {describe(name)}")


def locations_of(graphs: Mapping[str, GraphSource]) -> dict[str, str]:
    """Return where each of some graphs can be loaded from."""
    return {name: location_of(name, graph) for name, graph in graphs.items()}


def location_of(name: str, graph: GraphSource) -> str:
    """Return `"file:name"` with the file's absolute path, or `"module:name"` as it was given.

    Raises:
        ConfigurationError: There is no such file, or the graph is not on the top level of a module.
    """
    check_name(name)
    if isinstance(graph, str):
        return _absolute(name, graph)
    found = _function_of(graph) if inspect.isroutine(graph) else _variable_of(graph)
    if found is None:
        raise ConfigurationError(
            f"graph {name!r}: a server in another process cannot take {describe(graph)}: expected "
            "'file.py:name', or a graph or a function of a module's top level "
            "(a server in this process takes any)"
        )
    return ":".join(found)


def _absolute(name: str, graph: str) -> str:
    place, _, variable = graph.rpartition(":")
    if not place or not variable.isidentifier():
        raise ConfigurationError(
            f"graph {name!r}: expected 'file.py:name' or 'package.module:name', got {graph!r}"
        )
    if "/" not in place and not place.endswith(".py"):
        return graph
    file = Path(place).resolve()
    if not file.is_file():
        raise ConfigurationError(f"graph {name!r}: there is no file {file}")
    return f"{file}:{variable}"


def _function_of(function: Any) -> tuple[str, str] | None:
    name: str = function.__name__
    module = sys.modules.get(function.__module__)
    file = getattr(module, "__file__", None)
    if file is None or getattr(module, name, None) is not function:
        return None
    return str(Path(file).resolve()), name


def _variable_of(graph: object) -> tuple[str, str] | None:
    """Return the file and the variable that an object is defined as, in what is imported."""
    for module in tuple(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file is None or getattr(module, "__name__", "") == "__main__":
            continue
        for variable, value in tuple(vars(module).items()):
            if value is graph and _assigns(file, variable):
                return str(Path(file).resolve()), variable
    return None


def _assigns(file: str, variable: str) -> bool:
    """Say whether a module makes a variable itself; one that imports it is another's user."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    stored = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return any(one.id == variable and isinstance(one.ctx, ast.Store) for one in stored)
