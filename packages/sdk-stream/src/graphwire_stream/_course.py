"""How far a stream is, and where it goes on after a cut: the pure half of resumption.

An id of this server is `<milliseconds>-<n>`, and events of one millisecond share it. So a stream
resumes before the last id it has seen, and tells what comes again by id, name and data: that also
finds the event that the server sends twice where its stored events meet the live ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Final
from urllib.parse import urljoin, urlsplit

from graphwire_core._operation import Operation
from graphwire_core.errors import StreamProtocolError
from graphwire_core.models import RunCreateMetadata
from graphwire_stream._operations import BEGINNING, join_run
from graphwire_stream._plan import Plan
from graphwire_stream._sse import ServerSentEvent
from graphwire_stream.resumption import digest

__all__ = ["Course", "check_origin"]

_REMEMBERED: Final = 4096
"""Ids that are remembered, to tell repeated events from late ones."""

_Place = tuple[int, int]
"""What the ids of this server are ordered by."""

_OWN_PATH = re.compile(r"/\w")  # a second slash, perhaps after blanks, would begin another host

_ENDINGS = frozenset({"end", "error"})
_ID = re.compile("([0-9]+)-([0-9]+)")


class Course:
    """What a stream has seen of its events, on this connection and those before."""

    def __init__(self, plan: Plan) -> None:
        start = plan.start
        self._plan = plan
        # Ids by the hash of id, name and data: no objects that the collector of garbage would walk.
        self._seen: dict[int, str] = {}
        # The last place of an event that is remembered no more.
        self._forgotten = _place(start.after) if start and start.after else None
        self._resumed = start is not None
        self._before = start.after if start else plan.last_event_id
        self._last = start.last_event_id if start else plan.last_event_id
        self._awaited = self._last if self._before != self._last else None
        self.ended = False
        """Whether an event said that the run is over."""
        self.lost = False
        """Whether events are missing before the newest one: the last one did not come again."""

    @property
    def resumable(self) -> bool:
        """Whether the events carry ids, so that the server can go on after one."""
        return self._last is not None or self._plan.resumable

    @property
    def is_behind(self) -> bool:
        """Whether the server has not yet sent again what it was resumed before."""
        return self._awaited is not None

    def reconnected(self) -> None:
        """Begin another connection, on which events may come again."""
        self._resumed = True
        self._awaited = self._last if self._before != self._last else None

    def accept(self, events: Iterable[ServerSentEvent]) -> list[ServerSentEvent]:
        """Note events; return those that are new."""
        fresh = []
        seen = self._seen
        for event in events:
            name, data, event_id, has_id = event
            if has_id and event_id:
                identity = hash((event_id, name, data))
                if self._resumed and self._is_repeated(event, event_id, identity):
                    continue
                if event_id != self._last:
                    self._before, self._last = self._last, event_id
                seen[identity] = event_id
            if name in _ENDINGS:
                self.ended = True
            fresh.append(event)
        if len(seen) > 2 * _REMEMBERED:
            self._forget()
        return fresh

    def resume(self, run: RunCreateMetadata | None) -> Operation[None] | None:
        """Return the operation that goes on where the stream was cut, with the same filters.

        Without ids it goes on with what comes next. `None` where there is none: the run has no
        thread to find it by.
        """
        operation = self._plan.operation
        headers = {**operation.headers}
        headers.pop("content-length", None)
        headers.pop("last-event-id", None)
        if self._plan.of_thread:  # what was before it began is not this stream's
            after = self._before or self._last
            return replace(operation, headers=headers | ({"last-event-id": after} if after else {}))
        if run is None or run.thread_id is None:
            return None
        if self.resumable:
            headers["last-event-id"] = self._before or BEGINNING
        again = replace(join_run(run.thread_id, run.run_id), headers=headers)
        joined = operation.method == "GET"
        return replace(again, query=operation.query) if joined else again

    def _is_repeated(self, event: ServerSentEvent, id: str, identity: int) -> bool:
        """Whether an event came before, on this connection or another."""
        if self._awaited == id:
            self._awaited = None
        if identity in self._seen or self._is_long_ago(id) or self._was_given(event):
            return True
        if self._awaited is not None:
            self._awaited, self.lost = None, True
        return False

    def _was_given(self, event: ServerSentEvent) -> bool:
        """Whether an event was handed out before the cursor that the stream began at."""
        start = self._plan.start
        return start is not None and event.id == start.last_event_id and digest(event) in start.seen

    def _forget(self) -> None:
        """Forget the older half of the ids, and keep the last place of all that were forgotten."""
        older = list(islice(self._seen, len(self._seen) - _REMEMBERED))
        place = _latest({self._seen.pop(identity) for identity in older})
        if place is not None and (self._forgotten is None or place > self._forgotten):
            self._forgotten = place

    def _is_long_ago(self, id: str) -> bool:
        """Whether an event is no later than one that is remembered no more."""
        place = _place(id) if self._forgotten is not None else None
        return place is not None and self._forgotten is not None and place <= self._forgotten


def _place(id: str) -> _Place | None:
    """Return an id as what it is ordered by; `None` for one of another server's form."""
    found = _ID.fullmatch(id)
    return (int(found[1]), int(found[2])) if found else None


def _latest(ids: set[str]) -> _Place | None:
    """Return the last place of ids, `None` where none is of this server's form."""
    if len({(len(one), one.find("-")) for one in ids}) == 1:
        # Numbers of as many digits sort as text, which takes a quarter of the time.
        last = _place(max(ids))
        if last is not None:
            return last
    return max(filter(None, map(_place, ids)), default=None)


def check_origin(base_url: str, location: str | None) -> None:
    """Refuse a `Location` that would lead the stream, and its credentials, somewhere else.

    Raises:
        StreamProtocolError: It is of another origin than the client's URL.
    """
    if location is None or _OWN_PATH.match(location):  # as a rule; to split URLs takes long
        return
    here, there = urlsplit(base_url), urlsplit(urljoin(f"{base_url}/", location))
    if _origin(here.scheme, here.hostname, here.port) != _origin(
        there.scheme, there.hostname, there.port
    ):
        raise StreamProtocolError(f"Refusing a Location of another origin: {location[:200]!r}")


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str, int]:
    return scheme, host or "", port or (443 if scheme == "https" else 80)
