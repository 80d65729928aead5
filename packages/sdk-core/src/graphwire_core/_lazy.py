"""Names of a package that are imported when they are first used (PEP 562).

Importing the package and creating a client costs what a client needs, and no resource, model or
stream that nobody has asked for yet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any

__all__ = ["lazily", "maker"]


def lazily(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package.

    Args:
        package: Its name.
        modules: The module that each name comes from; a module that ends in its name is itself
            what is meant.
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(modules[name])
        value = module if module.__name__ == f"{package}.{name}" else getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return get, names


def maker(module: str, name: str) -> Callable[..., Any]:
    """Return what calls a class or function of a module, and imports it then."""

    def make(*arguments: Any) -> Any:
        return attrgetter(name)(import_module(module))(*arguments)

    return make
