"""The public names of the installed official SDK, read from its source without importing it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "langgraph_sdk"
NOT_API = {"logger"}


def names() -> set[str]:
    """Return every public definition as `module.Name` or `module.Class.member`.

    Members are methods and properties, and of a public class fields and what its constructor sets.
    """
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    found = {f"{PACKAGE}.__version__"}
    for path in root.rglob("*.py"):
        parts = (PACKAGE, *path.relative_to(root).with_suffix("").parts)
        module = ".".join(part for part in parts if part != "__init__")
        found.update(f"{module}.{name}" for name in _definitions(ast.parse(path.read_text()).body))
    return found


def set_by_constructor(kind: type) -> set[str]:
    """Return what the constructor of a class sets on the instance."""
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    methods = [one for one in definition.body if isinstance(one, ast.FunctionDef)]
    return {name for one in methods if one.name == "__init__" for name in _attributes(one)}


def _definitions(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if _public(name):
                yield name
            case ast.ClassDef(name=name):
                if _public(name):
                    yield name
                yield from (f"{name}.{member}" for member in _members(node))
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if _public(name):
                    yield name
            case ast.If(body=inner, orelse=other) | ast.Try(body=inner, orelse=other):
                yield from _definitions(inner)
                yield from _definitions(other)


def _members(node: ast.ClassDef) -> Iterator[str]:
    for member in node.body:
        match member:
            case ast.FunctionDef(name="__init__") if _public(node.name):
                yield from _attributes(member)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if _public(name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)) if _public(name) and _public(node.name):
                yield name
            case ast.ClassDef(name=name) if _public(name):
                yield name
                yield from (f"{name}.{deeper}" for deeper in _members(member))


def _attributes(method: ast.FunctionDef) -> Iterator[str]:
    """Name what a constructor sets on the instance."""
    for node in ast.walk(method):
        match node:
            case (
                ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)])
                | ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name))
            ) if _public(name):
                yield name


def _public(name: str) -> bool:
    return not name.startswith("_") and name not in NOT_API
