"""What the kit does inside the server's process: start it, register graphs, clear its state.

For a server in a process of its own this file is run as a script, so that the process holds nothing
else of the kit; for one in the process of the tests it is imported. It knows the in-memory runtime,
which is made for development and tests, as the kit is.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import runpy
import signal
import socket
import sys
import threading
import time
import traceback
from typing import Any
from uuid import uuid5

__all__ = ["Inside", "Report", "load_failure", "main"]

Report = dict[str, Any]
"""Why a graph does not load: `graph`, `error`, `file`, `line`, `traceback`."""

TABLES = ("assistants", "assistant_versions")
PATIENCE = 5.0
"""Seconds that runs get to end in, before what they wrote is cleared."""
ANSWER = 60.0
"""Seconds that the server's event loop gets for one request of the tests."""


class Inside:
    """The state of the server, as the tests change it; every method runs in the server's loop."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, list[Any]]] = {}
        self._replaced: dict[str, tuple[Any, Any]] = {}

    def begin(self) -> None:
        """Forget what an earlier server of this process left, before the next one starts."""
        from langgraph_api import graph as graphs
        from langgraph_runtime_inmem.database import GLOBAL_STORE

        for name in tuple(graphs.GRAPHS):
            _put_back(name, None, None)
        graphs.SYSTEM_ASSISTANT_IDS.clear()
        GLOBAL_STORE.clear()  # type: ignore[no-untyped-call]  # of the runtime
        for table in TABLES:
            GLOBAL_STORE[table] = []

    async def remember(self, *names: str) -> None:
        """Keep how the assistants of graphs are now, to bring them back; of all without names."""
        from langgraph_api.graph import GRAPHS, NAMESPACE_GRAPH
        from langgraph_runtime_inmem.database import GLOBAL_STORE

        for name in names or tuple(GRAPHS):
            own = uuid5(NAMESPACE_GRAPH, name)
            self._rows[name] = {
                table: [
                    copy.deepcopy(row) for row in GLOBAL_STORE[table] if row["assistant_id"] == own
                ]
                for table in TABLES
            }

    async def register(self, name: str, graph: Any) -> None:
        """Register a graph, or where to load it from, in place of one of the same name."""
        from langgraph.graph import StateGraph
        from langgraph_api import graph as graphs
        from langgraph_api._factory_utils import FACTORY_KWARGS

        before = graphs.GRAPHS.get(name), FACTORY_KWARGS.pop(name, None)
        try:
            if isinstance(graph, str):
                await _loaded(name, graph)
            else:
                compiled = graph.compile() if isinstance(graph, StateGraph) else graph
                await graphs.register_graph(name, compiled, None)
        except BaseException:
            _put_back(name, *before)
            raise
        if before[0] is not None:
            self._replaced.setdefault(name, before)
        else:
            await self.remember(name)

    async def forget(self, name: str) -> None:
        """Undo a registration: the graph is gone, or the one that was there before is back."""
        from langgraph_api import graph as graphs
        from langgraph_runtime_inmem.database import GLOBAL_STORE

        if name in self._replaced:
            _put_back(name, *self._replaced.pop(name))
            return
        _put_back(name, None, None)
        graphs.GRAPH_STREAM_TRANSFORMERS.pop(name, None)
        own = uuid5(graphs.NAMESPACE_GRAPH, name)
        graphs.SYSTEM_ASSISTANT_IDS.discard(str(own))
        self._rows.pop(name, None)
        for table in TABLES:
            GLOBAL_STORE[table] = [row for row in GLOBAL_STORE[table] if row["assistant_id"] != own]

    async def clear(self) -> None:
        """End every run, then forget threads, runs, crons, store items and cached values."""
        from langgraph_runtime_inmem.checkpoint import Checkpointer
        from langgraph_runtime_inmem.database import GLOBAL_RETRY_COUNTER, GLOBAL_STORE

        await _end_runs()
        # Its own way to clear removes files of the current folder, which may be somebody's.
        GLOBAL_STORE.clear()  # type: ignore[no-untyped-call]  # of the runtime
        GLOBAL_RETRY_COUNTER._counters.clear()  # noqa: SLF001  # it has no public way
        for table in TABLES:
            rows = [row for kept in self._rows.values() for row in kept[table]]
            GLOBAL_STORE[table] = copy.deepcopy(rows)
        checkpointer = Checkpointer()  # type: ignore[no-untyped-call]  # of the runtime
        for written in (checkpointer.storage, checkpointer.writes, checkpointer.blobs):
            written.clear()
        await _clear_items()
        cache = getattr(sys.modules.get("langgraph_api.cache"), "_CACHE", None)
        if cache is not None:
            cache.clear()


async def _loaded(name: str, source: str) -> None:
    """Have the server load and register a graph, as it does when it starts."""
    from langgraph_api import graph as graphs

    configured = os.environ.get("LANGSERVE_GRAPHS", "{}")
    os.environ["LANGSERVE_GRAPHS"] = json.dumps({name: source})
    try:
        await graphs.collect_graphs_from_env(True)
    finally:
        os.environ["LANGSERVE_GRAPHS"] = configured


def _put_back(name: str, graph: Any, hook: Any) -> None:
    """Have the server know a graph as it was: `None` for not at all; and how it is made."""
    from langgraph_api._factory_utils import FACTORY_KWARGS
    from langgraph_api.graph import GRAPHS

    for known, before in ((GRAPHS, graph), (FACTORY_KWARGS, hook)):
        known.pop(name, None)
        if before is not None:
            known[name] = before


async def _end_runs() -> None:
    from langgraph_runtime_inmem.database import GLOBAL_STORE, connect
    from langgraph_runtime_inmem.ops import Runs
    from langgraph_runtime_inmem.queue import WORKERS

    async with connect() as connection:
        for run in list(GLOBAL_STORE["runs"]):
            if run["status"] in {"pending", "running"}:
                # One by one: cancelling by status does not reach a run that is being worked on.
                await Runs.cancel(connection, [run["run_id"]], thread_id=run["thread_id"])
    deadline = time.monotonic() + PATIENCE
    while WORKERS and time.monotonic() < deadline:  # noqa: ASYNC110  # it says nothing
        await asyncio.sleep(0.01)


async def _clear_items() -> None:
    from langgraph_api import store as stores
    from langgraph_runtime_inmem import store as in_memory

    if not stores.CUSTOM_STORE:
        in_memory.STORE._data.clear()  # noqa: SLF001  # it has no public way to forget all
        in_memory.STORE._vectors.clear()  # noqa: SLF001
        return
    custom = await stores.get_store()
    while items := await custom.asearch((), limit=100):
        for item in items:
            await custom.adelete(item.namespace, item.key)


def load_failure(error: Any) -> Report:
    """Say why a graph does not load, from the server's own `GraphLoadError`."""
    cause: BaseException = error.cause
    own = _own_frames(traceback.extract_tb(cause.__traceback__))
    report: Report = {
        "graph": error.spec.id,
        "error": f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else ''}",
        "file": error.location,
        "line": None,
        "traceback": "".join(
            [*traceback.format_list(own), *traceback.format_exception_only(cause)]
        ),
    }
    if isinstance(cause, SyntaxError):
        report.update(file=cause.filename, line=cause.lineno)
    elif own:
        last = next((one for one in reversed(own) if _is_own(one.filename)), own[-1])
        report.update(file=last.filename, line=last.lineno)
    return report


def _own_frames(frames: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    """Leave out how the server got to the graph's file: all up to the first import."""
    imports = [frame.filename.startswith("<frozen importlib") for frame in frames]
    if not any(imports):
        return []
    first = imports.index(True)
    while first < len(frames) and imports[first]:
        first += 1
    return frames[first:]


def _is_own(file: str) -> bool:
    """Say whether a file is the user's: neither installed nor of Python itself."""
    folders = ("site-packages", "dist-packages", f"lib{os.sep}python3")
    return not file.startswith("<") and not any(folder in file for folder in folders)


def _attend(channel: socket.socket) -> None:
    """Do what the tests ask for, until they are gone; then the server goes too."""
    inside = Inside()
    with channel.makefile("rb") as requests:
        for line in requests:
            call, *arguments = json.loads(line)
            answer: Report = {}
            try:
                # Not imported here: the server may be about to, in its own thread.
                loop = sys.modules["langgraph_api.asyncio"].get_event_loop()
                coroutine = getattr(inside, call)(*arguments)
                asyncio.run_coroutine_threadsafe(coroutine, loop).result(ANSWER)
            except Exception as error:  # noqa: BLE001  # the tests raise it
                known = hasattr(error, "spec") and hasattr(error, "cause")
                answer = load_failure(error) if known else {"error": repr(error)}
            channel.sendall(json.dumps(answer).encode() + b"\n")
    os.kill(os.getpid(), signal.SIGTERM)


def main(arguments: list[str]) -> None:
    """Run the `langgraph` command, with a thread beside it that attends to the tests.

    `arguments` are the descriptor of the socket to the tests, then those of the command.
    """
    channel = socket.socket(fileno=int(arguments[0]))
    threading.Thread(target=_attend, args=(channel,), daemon=True).start()
    sys.argv = ["langgraph", *arguments[1:]]
    sys.path.insert(0, os.getcwd())  # as `python -m langgraph_cli` has it
    try:
        runpy.run_module("langgraph_cli", run_name="__main__", alter_sys=True)
    finally:
        lifespan = sys.modules.get("langgraph_runtime_inmem.lifespan")
        error = lifespan.get_last_error() if lifespan is not None else None
        if error is not None and hasattr(error, "cause"):
            channel.sendall(json.dumps(load_failure(error)).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
