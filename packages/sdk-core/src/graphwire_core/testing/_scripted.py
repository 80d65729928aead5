"""Scripted threads and runs: what they answer, over as many connections as a reader needs.

Pure: a run is played into pieces of bytes and steps that somebody else performs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import unquote

from graphwire_core.models import Interrupt as InterruptModel
from graphwire_core.models import Run, ServerHealth, Thread, ThreadState
from graphwire_core.testing._calls import RecordedCall
from graphwire_core.testing._events import HEARTBEAT, STREAM, Event
from graphwire_core.testing._models import make, make_id
from graphwire_core.testing._script import Delay, Drop, Fail, Heartbeat, Hold, Interrupt, Step

__all__ = ["Action", "Answer", "Playing", "ScriptedRun", "ScriptedThreads", "Wanted"]

Action: TypeAlias = bytes | Delay | Hold | Drop
"""What is to be done for a reader: bytes to send, or a step that is no bytes."""

_ID = re.compile(r"(\d+)-(\d+)")
_RUN = re.compile(r"/threads/(?P<thread>[^/]+)/runs/(?P<run>[^/]+)(?P<rest>/stream|/join|/cancel|)")
_RUNS = re.compile(r"(?:/threads/(?P<thread>[^/]+))?/runs(?P<rest>/stream|/wait|)")
_THREAD = re.compile(r"/threads/(?P<thread>[^/]+)(?P<rest>/state|)")


@dataclass
class ScriptedThread:
    """A thread of the scripted server: its state, and how far its script is."""

    thread_id: str
    metadata: dict[str, Any] = field(default_factory=dict)
    values: Any = None
    status: str = "idle"
    asked: Interrupt | None = None
    position: int = 0
    """The step that its next run begins with."""

    def as_thread(self) -> Thread:
        """Return what the server says about it."""
        return make(
            Thread,
            thread_id=self.thread_id,
            metadata=self.metadata,
            values=self.values,
            status=self.status,
            interrupts={"task-1": self._asks()} if self.asked else {},
        )

    def as_state(self) -> ThreadState[Any]:
        """Return its latest state."""
        following = ["node"] if self.asked else []
        values = {} if self.values is None else self.values
        return make(ThreadState, values=values, next=following, interrupts=self._asks())

    def _asks(self) -> list[InterruptModel]:
        asked = self.asked
        return [make(InterruptModel, value=asked.value, id=asked.id)] if asked else []


class ScriptedRun:
    """A run that plays a script from where its thread is."""

    def __init__(
        self, script: Sequence[Step], thread: ScriptedThread, request: Mapping[str, Any]
    ) -> None:
        self.run_id = make_id()
        self.thread = thread
        self.status = "running"
        self._script = script
        self._assistant = str(request.get("assistant_id", "agent"))
        self._resumable = bool(request.get("stream_resumable"))
        modes = request.get("stream_mode") or "values"
        self._modes = [modes] if isinstance(modes, str) else list(modes)
        self._history: list[tuple[tuple[int, int], bytes]] = []
        self._begun = False
        self._failure: dict[str, str] | None = None
        thread.status, thread.asked = "busy", None

    def as_run(self) -> Run:
        """Return what the server says about it."""
        return make(
            Run,
            run_id=self.run_id,
            thread_id=self.thread.thread_id,
            assistant_id=self._assistant,
            status=self.status,
        )

    @property
    def outcome(self) -> Any:
        """What a caller gets who waited for it: its values, with what it asked or why it failed."""
        if self._failure is not None:
            return {"__error__": self._failure}
        asked = self.thread.asked
        if asked is None:
            return self.thread.values
        known = self.thread.values if isinstance(self.thread.values, dict) else {}
        return {**known, **_asks(asked)}

    def cancel(self) -> None:
        """End the run; who reads it sees the end."""
        self._end("interrupted", "idle")

    def play(self, after: str | None = None) -> Iterator[Action]:
        """Play to one reader: what it has missed, then the script from where it is.

        Args:
            after: Id of the last event that it has. Default: only what comes next.
        """
        if after is not None:
            place = _place(after)
            yield from [event for seen, event in self._history if seen > place]
        if not self._begun:
            self._begun = True
            yield self._said(Event("metadata", {"run_id": self.run_id, "attempt": 1}))
        while self.status == "running":
            if self.thread.position == len(self._script):
                self._end("success", "idle")
                return
            step = self._script[self.thread.position]
            self.thread.position += 1  # before it is performed: a drop is not repeated
            yield from self._actions(step)

    def _actions(self, step: Step) -> Iterator[Action]:
        if isinstance(step, Event):
            if step.event == "values":
                self.thread.values = step.data
            yield self._said(step)
        elif isinstance(step, Heartbeat):
            yield HEARTBEAT
        elif isinstance(step, Interrupt):
            self.thread.asked = step
            if "values" in self._modes:
                yield self._said(Event("values", self.outcome))
            if "updates" in self._modes:
                yield self._said(Event("updates", _asks(step)))
            self._end("interrupted", "interrupted")
        elif isinstance(step, Fail):
            self._failure = {"error": step.error, "message": step.message}
            yield self._said(Event("error", self._failure))
            self._end("error", "error")
        elif isinstance(step, Delay | Hold | Drop):
            yield step

    def _said(self, event: Event) -> bytes:
        """Write an event; those of a resumable run have ids, and are kept."""
        if not self._resumable:
            return replace(event, id=None).encode()
        number = (self._history[-1][0][0] if self._history else 0) + 1
        named = replace(event, id=event.id or f"{number}-0")
        written = named.encode()
        self._history.append((_place(named.id or ""), written))
        return written

    def _end(self, status: str, thread: str) -> None:
        if self.status == "running":
            self.status, self.thread.status = status, thread
        if self.thread.asked is None:
            self.thread.position = 0  # the next run plays it all again


@dataclass(frozen=True)
class Playing:
    """An answer that is a run's stream."""

    run: ScriptedRun
    after: str | None = None
    """Id of the last event that the reader has."""

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the stream, which name the run."""
        where = f"/threads/{self.run.thread.thread_id}/runs/{self.run.run_id}"
        return {**STREAM, "content-location": where, "location": f"{where}/stream"}


@dataclass(frozen=True)
class Wanted:
    """An answer that is the values that a run ends with."""

    run: ScriptedRun


Answer: TypeAlias = Playing | Wanted | tuple[int, Any]
"""What a call gets: a stream, the end of a run, or a status and a body."""


class ScriptedThreads:
    """Threads and runs of one script, as a server answers for them."""

    def __init__(self, script: Sequence[Step]) -> None:
        self._script = script
        self._threads: dict[str, ScriptedThread] = {}
        self._runs: dict[str, ScriptedRun] = {}

    def answer(self, call: RecordedCall) -> Answer:
        """Answer a call; what is not known is a 404."""
        try:
            body = call.json
        except ValueError:
            return 422, {"detail": "Invalid JSON"}
        body = body if isinstance(body, dict) else {}
        if call.path == "/ok":
            return 200, make(ServerHealth)
        if (call.method, call.path) == ("POST", "/threads"):
            return 200, self._thread(body.get("thread_id"), body.get("metadata")).as_thread()
        if (found := _RUNS.fullmatch(call.path)) and call.method == "POST":
            return self._begin(found, body)
        if found := _RUN.fullmatch(call.path):
            return self._follow(found, call)
        if (found := _THREAD.fullmatch(call.path)) and call.method == "GET":
            thread = self._threads.get(unquote(found["thread"]))
            if thread is None:
                return 404, {"detail": "Thread not found"}
            return 200, thread.as_state() if found["rest"] else thread.as_thread()
        return _unknown(call)

    def _thread(self, name: object, metadata: Any = None) -> ScriptedThread:
        thread = ScriptedThread(str(name or make_id()), metadata or {})
        return self._threads.setdefault(thread.thread_id, thread)

    def _begin(self, found: re.Match[str], body: dict[str, Any]) -> Answer:
        thread = self._thread(unquote(found["thread"]) if found["thread"] else None)
        run = ScriptedRun(self._script, thread, body)
        self._runs[run.run_id] = run
        if found["rest"] == "/stream":
            return Playing(run)
        return Wanted(run) if found["rest"] == "/wait" else (200, run.as_run())

    def _follow(self, found: re.Match[str], call: RecordedCall) -> Answer:
        run = self._runs.get(unquote(found["run"]))
        if run is None or run.thread.thread_id != unquote(found["thread"]):
            return 404, {"detail": "Run not found"}
        asked = (call.method, found["rest"])
        if asked == ("GET", "/stream"):
            return Playing(run, call.headers.get("last-event-id"))
        if asked == ("GET", "/join"):
            return Wanted(run)
        if asked == ("POST", "/cancel"):
            run.cancel()
            return 204, None
        return (200, run.as_run()) if asked == ("GET", "") else _unknown(call)


def _asks(step: Interrupt) -> dict[str, Any]:
    return {"__interrupt__": [{"value": step.value, "id": step.id}]}


def _unknown(call: RecordedCall) -> tuple[int, Any]:
    return 404, {"detail": f"The scripted server knows nothing of {call}"}


def _place(id: str) -> tuple[int, int]:
    """Return what ids are ordered by; one of another form comes before all."""
    found = _ID.fullmatch(id)
    return (int(found[1]), int(found[2])) if found else (-1, 0)
