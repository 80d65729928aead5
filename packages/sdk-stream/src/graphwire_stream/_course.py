"""How far a stream is, and where it goes on after a cut: the pure half of resumption.

An id of this server is `<milliseconds>-<n>`, and events of one millisecond share it. So a stream
resumes before the last id it has seen, and tells what comes again by id, name and data: that also
finds the event that the server sends twice where its stored events meet the live ones.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from graphwire_core._operation import Operation
from graphwire_core.errors import StreamProtocolError
from graphwire_core.models import RunCreateMetadata
from graphwire_stream._operations import join_run
from graphwire_stream._sse import ServerSentEvent

__all__ = ["Course", "check_origin"]

BEGINNING: Final = "0"
"""Cursor before the first event of a resumable run."""

_REMEMBERED: Final = 4096
"""Ids that are remembered, to tell repeated events from late ones."""

_Identity = tuple[str, str, int]
"""Id, name and hash of the data of an event."""

_ENDINGS = frozenset({"end", "error"})
_ID = re.compile(r"(\d+)-(\d+)")


class Course:
    """What a stream has seen of its events, on this connection and those before."""

    def __init__(self, operation: Operation[Any]) -> None:
        self._operation = operation
        self._seen: OrderedDict[_Identity, None] = OrderedDict()
        self._resumed = False
        self._before: str | None = operation.headers.get("last-event-id")
        self._last: str | None = self._before
        self.ended = False
        """Whether an event said that the run is over."""

    @property
    def resumable(self) -> bool:
        """Whether the events carry ids, so that the server can go on after one."""
        return self._last is not None

    def reconnected(self) -> None:
        """Begin another connection, on which events may come again."""
        self._resumed = True

    def accept(self, event: ServerSentEvent) -> bool:
        """Note an event; return whether it is new."""
        if event.has_id and event.id and not self._is_new(event, event.id):
            return False
        self.ended = self.ended or event.event in _ENDINGS
        return True

    def resume(self, run: RunCreateMetadata | None) -> Operation[None] | None:
        """Return the operation that goes on where the stream was cut, with the same filters.

        `None` where there is none: the events carry no ids, or the run has no thread to find it by.
        """
        if not self.resumable or run is None or run.thread_id is None:
            return None
        headers = {**self._operation.headers}
        headers.pop("content-length", None)
        headers.pop("last-event-id", None)
        headers["last-event-id"] = self._before or BEGINNING
        again = replace(join_run(run.thread_id, run.run_id), headers=headers)
        joined = self._operation.method == "GET"
        return replace(again, query=self._operation.query) if joined else again

    def _is_new(self, event: ServerSentEvent, id: str) -> bool:
        identity = (id, event.event, hash(event.data))
        if self._resumed and (identity in self._seen or self._is_long_ago(id)):
            return False
        if id != self._last:
            self._before, self._last = self._last, id
        self._seen[identity] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def _is_long_ago(self, id: str) -> bool:
        """Whether an event was before all that are remembered."""
        oldest = _place(next(iter(self._seen))[0]) if self._seen else None
        place = _place(id)
        return place is not None and oldest is not None and place < oldest


def _place(id: str) -> tuple[int, int] | None:
    """Return an id as what it is ordered by; `None` for one of another server's form."""
    found = _ID.fullmatch(id)
    return (int(found[1]), int(found[2])) if found else None


def check_origin(base_url: str, location: str | None) -> None:
    """Refuse a `Location` that would lead the stream, and its credentials, somewhere else.

    Raises:
        StreamProtocolError: It is of another origin than the client's URL.
    """
    if location is None:
        return
    here, there = urlsplit(base_url), urlsplit(urljoin(f"{base_url}/", location))
    if _origin(here.scheme, here.hostname, here.port) != _origin(
        there.scheme, there.hostname, there.port
    ):
        raise StreamProtocolError(f"Refusing a Location of another origin: {location[:200]!r}")


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str, int]:
    return scheme, host or "", port or (443 if scheme == "https" else 80)
