"""What every server of the kit can do for a test."""

from __future__ import annotations

from typing import Protocol

from graphwire_core.testing._graphs import GraphSource

__all__ = ["RunningServer"]


class RunningServer(Protocol):
    """The real server, wherever it runs: a `DevServer` or an `InProcessServer`."""

    @property
    def url(self) -> str:
        """Where the server is."""

    @property
    def pid(self) -> int | None:
        """Id of its process; `None` when it does not run."""

    @property
    def registered(self) -> tuple[str, ...]:
        """Names of the graphs that were registered since it started."""

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ServerStartError: It does not start; the error says why.
        """

    def stop(self) -> None:
        """End the server."""

    def register(self, name: str, graph: GraphSource) -> None:
        """Add a graph, or put it in place of the one of this name.

        Raises:
            ConfigurationError: It is none that this server can load.
            GraphLoadError: It does not load; the error says why, and where.
        """

    def forget(self, name: str) -> None:
        """Remove a graph that was registered; one that it replaced is there again."""

    def clear(self) -> None:
        """End every run, and forget threads, runs, crons, store items and cached values."""

    def log_tail(self, lines: int = 30) -> str:
        """Return the last lines that the server wrote."""
