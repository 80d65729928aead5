"""Runs that wait, in-process, for other runs of their server, and when that can never end.

A run occupies a worker until it is over. When every worker is taken by a run that waits for another
one, that other one is never begun: each waits for a worker that none will give back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from graphwire_core.errors import NestedCallError
from graphwire_core.in_process._server import CallingRun
from graphwire_core.transports import Request

__all__ = ["UNFINISHED", "Awaited", "Followed", "Waits", "awaited", "refusal"]

_NEW = re.compile(r"(/threads/[^/]+)?/runs/(wait|stream)")
_KNOWN = re.compile(r"/threads/(?P<thread_id>[^/]+)/runs/(?P<run_id>[^/]+)/(join|stream)")
_FOLLOWED = re.compile(r"/threads/(?P<thread_id>[^/]+)/stream(/events)?")
_COMMAND = re.compile(r"/threads/[^/]+/commands")

UNFINISHED: Final = frozenset({"pending", "running"})

StatusOf = Callable[[CallingRun], Awaitable[str | None]]
"""Asks the server for the status of a run; `None` where there is no such run."""


class Followed(NamedTuple):
    """Whatever runs on a thread."""

    thread_id: str


Awaited: TypeAlias = CallingRun | Followed | Literal["new", "started"]
"""A known run; those of a thread; a new one; one that is started, and perhaps followed already."""


def awaited(request: Request) -> Awaited | None:
    """Say what a request waits for, `None` for nothing that needs a worker."""
    path = urlsplit(request.url).path
    known = _KNOWN.fullmatch(path)
    if known is not None and request.method == "GET":
        return CallingRun(known["thread_id"], known["run_id"])
    followed = _FOLLOWED.fullmatch(path)
    if followed is not None:
        return Followed(followed["thread_id"])
    if request.method != "POST":
        return None
    if _COMMAND.fullmatch(path):
        return "started" if b'"run.start"' in request.content else None
    return "new" if _NEW.fullmatch(path) else None


class Waits:
    """Which runs wait at this moment. Used in the server's event loop only."""

    def __init__(self) -> None:
        self._open: Counter[CallingRun] = Counter()

    def enter(self, run: CallingRun) -> None:
        """Note that a run waits."""
        self._open[run] += 1

    def __contains__(self, run: CallingRun) -> bool:
        return run in self._open

    def leave(self, run: CallingRun) -> None:
        """Note that one wait of a run is over."""
        self._open[run] -= 1
        self._open += Counter()  # what is at zero goes

    async def blocked(self, run: CallingRun, workers: int, status_of: StatusOf) -> bool:
        """Whether every worker were taken by a waiting run, if this one waited too."""
        waiting = {run, *self._open}
        if len(waiting) < workers:
            return False
        # Code that outlives its run still waits in its name, but occupies no worker.
        occupying = [one for one in waiting if await status_of(one) == "running"]
        return run in occupying and len(occupying) >= workers


def refusal(run: CallingRun, workers: int) -> NestedCallError:
    """Make the error of a run that would wait for ever."""
    number = "only worker" if workers == 1 else f"{workers} workers"
    return NestedCallError(
        f"Deadlock: run {run.run_id} would wait for another run of its own server, whose {number} "
        "it occupies"
        + (" together with runs that wait too. " if workers > 1 else ". ")
        + "Give the server more workers (`langgraph dev --n-jobs-per-worker N`, "
        "N_JOBS_PER_WORKER), call the other graph as a subgraph, or start the run without waiting "
        "(runs.create)"
    )
