"""What the kit raises of its own, and what it needs to be installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from graphwire_core.errors import GraphwireError, MissingPackageError

__all__ = [
    "CassetteError",
    "GraphLoadError",
    "NoRouteError",
    "ServerStartError",
    "load_error",
    "require",
]


class _Whole(GraphwireError):
    """An error that is shown whole: what matters most of a log is its end."""

    def __str__(self) -> str:
        return self.message


class ServerStartError(_Whole):
    """The server did not start, or is gone; the message ends with the end of its log."""


class GraphLoadError(_Whole):
    """A graph does not load; the message says why, where, and has the graph's own traceback."""


class NoRouteError(GraphwireError):
    """A mock was asked for what it has no route for; the message lists the routes."""


class CassetteError(GraphwireError):
    """A cassette cannot be read, or holds no answer for a request."""


def load_error(report: Mapping[str, Any]) -> GraphLoadError:
    """Write down why a graph does not load."""
    where = str(report["file"])
    if report["line"] is not None:
        where += f", line {report['line']}"
    return GraphLoadError(
        f"graph {report['graph']!r} does not load: {report['error']} ({where}). Its log:\n"
        f"{str(report['traceback']).rstrip()}"
    )


def require(*packages: str) -> None:
    """Refuse to go on without packages that the extra `testing` brings.

    Raises:
        MissingPackageError: One of them is not installed.
    """
    for name in packages:
        if find_spec(name) is None:
            raise MissingPackageError(
                f"graphwire_core.testing needs {name} here, which is not installed: "
                "pip install 'graphwire-core[testing]'"
            )
