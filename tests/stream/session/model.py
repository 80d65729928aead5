"""A model of the server's side of thread streams: what it stores, and what a connection gets.

It mints `event_id` and `seq` as the real server does: per connection, counting what a filter hides
and what only live connections get; synthetic ids for the life of a run; the whole history first.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphwire_stream._session import Interest

Namespace = tuple[str, ...]
Told = tuple[str, Namespace, Any]
"""Method, namespace and data of an event: all that must be the same on every connection."""

ENDINGS = {"completed", "failed", "interrupted"}


@dataclass
class Entry:
    """Something that a run did."""

    run_id: str
    milliseconds: int
    method: str
    namespace: Namespace
    data: Any
    live_only: bool = False


@dataclass
class ModelConnection:
    """One connection: its filter, its counters, and the frames on their way."""

    channels: frozenset[str]
    separator: str
    frames: deque[dict[str, Any]] = field(default_factory=deque)
    seq: int = 0
    suffixes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    begun: set[str] = field(default_factory=set)

    def take_in(self, entry: Entry) -> None:
        if entry.run_id not in self.begun:
            self.begun.add(entry.run_id)
            self._synthetic(entry, (), {"event": "running"})
        if entry.method == "lifecycle" and entry.data["event"] in ENDINGS:
            self._synthetic(entry, entry.namespace, entry.data)
            return
        if entry.method == "input.requested":
            place = self.separator.join(entry.namespace)
            name = f"synth:{entry.run_id}:input|{place}|{entry.data['interrupt_id']}"
            self._send(entry.method, entry.namespace, entry.data, name)
            return
        base = f"{entry.milliseconds}-0"
        count = self.suffixes[base]
        self.suffixes[base] += 1
        self._send(entry.method, entry.namespace, entry.data, f"{base}.{count}" if count else base)

    def _synthetic(self, entry: Entry, namespace: Namespace, data: dict[str, Any]) -> None:
        place = self.separator.join(namespace)
        name = f"synth:{entry.run_id}:lc|{place}|{data['event']}"
        said = {key: data[key] for key in ("event", "error") if key in data}
        self._send("lifecycle", namespace, {**said, "graph_name": "g"}, name)

    def _send(self, method: str, namespace: Namespace, data: Any, name: str) -> None:
        self.seq += 1
        channel = f"custom:{data['name']}" if method == "custom" and "name" in data else method
        channel = "input" if method == "input.requested" else channel
        if Interest(self.channels).wants(channel, namespace):
            self.frames.append(
                {
                    "type": "event",
                    "event_id": name,
                    "seq": self.seq,
                    "method": method,
                    "params": {"namespace": list(namespace), "timestamp": 1, "data": data},
                }
            )


class Model:
    """The server: its tape, and its open connection."""

    def __init__(self) -> None:
        self.tape: list[Entry] = []
        self.connection: ModelConnection | None = None
        self.clock = 1000
        self.finished: set[str] = set()

    def connect(self, channels: Iterable[str], *, websocket: bool) -> None:
        self.connection = ModelConnection(frozenset(channels), "\0" if websocket else "\ufffd")
        for entry in self.tape:
            if not entry.live_only:
                self.connection.take_in(entry)

    def write(self, entry: Entry) -> None:
        self.tape.append(entry)
        if entry.method == "lifecycle" and not entry.namespace and entry.data["event"] in ENDINGS:
            self.finished.add(entry.run_id)
        if self.connection is not None:
            self.connection.take_in(entry)

    def ending(self, run_id: str) -> str:
        """Return how a run ended."""
        own = [entry for entry in self.tape if entry.run_id == run_id and not entry.namespace]
        endings = [str(entry.data["event"]) for entry in own if entry.method == "lifecycle"]
        return next(event for event in endings if event in ENDINGS)

    def expected(self, run_id: str, interest: Interest) -> list[Told]:
        """Return what a consumer must read of a run, all of it and in this order."""
        own = [entry for entry in self.tape if entry.run_id == run_id and not entry.live_only]
        told: list[Told] = []
        if own:
            told.append(("lifecycle", (), {"event": "running", "graph_name": "g"}))
        told += [(entry.method, entry.namespace, entry.data) for entry in own]
        return [one for one in told if interest.wants(one[0], one[1])]
