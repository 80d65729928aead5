"""Where a stream is, to go on from there: also later, and in another process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError
from graphwire_stream._sse import ServerSentEvent

__all__ = ["Gap", "OnGap", "RunCursor"]

_FORMAT: Final = 1

_OF_ONE_ID: Final = 256
"""Events of one id that are told apart; more do not fit into a millisecond."""

OnGap: TypeAlias = Literal["continue", "raise"]
"""What a stream does where events may be missing: go on and say so in `gaps`, or raise."""


class Gap(NamedTuple):
    """A place where events may be missing."""

    parts: int
    """How many parts were handed out before it."""
    reason: str


class RunCursor(BaseModel):
    """A place in the stream of a run; `str(cursor)` is JSON, `runs.resume` takes either.

    It holds no credentials. To go on under another address of the same server, change `server`:
    `cursor.model_copy(update={"server": url})`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = _FORMAT
    """Of this model."""
    server: str
    """URL of the server."""
    thread_id: str
    run_id: str
    version: Literal["v1", "v2"] = "v1"
    """Of the parts."""
    stream_mode: list[str] | None = None
    """The events that were asked for; `None` for all that the run emits."""
    last_event_id: str | None = None
    """Id of the last part that was handed out; `None` before the first."""
    after: str | None = None
    """Id of the part before: events of one millisecond share an id, so that is where to go on."""
    seen: list[str] = Field(default_factory=list)
    """Which events of the last id were handed out, as digests."""

    def __str__(self) -> str:
        return self.model_dump_json()

    @classmethod
    def read(cls, value: object, *, server: str) -> RunCursor:
        """Read a cursor of this server.

        Raises:
            InvalidArgumentError: It is broken, of another version or of another server.
        """
        cursor = value if isinstance(value, RunCursor) else cls._parsed(value)
        if address(cursor.server) != address(server):
            raise InvalidArgumentError("cursor", f"one of {server}", f"one of {cursor.server}")
        return cursor

    @classmethod
    def _parsed(cls, value: object) -> RunCursor:
        expected = "a RunCursor, or the text of one"
        if not isinstance(value, str):
            raise InvalidArgumentError("cursor", expected, describe(value))
        try:
            fields: Any = json.loads(value)
        except ValueError:
            raise InvalidArgumentError("cursor", expected, describe(value)) from None
        written = fields.get("format") if isinstance(fields, dict) else None
        if isinstance(written, int) and written != _FORMAT:
            got = f"one of format {written}, written by another version of this SDK"
            raise InvalidArgumentError("cursor", f"one of format {_FORMAT}", got)
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "text"
            got = f"a broken one: {where}: {first['msg']}"
            raise InvalidArgumentError("cursor", expected, got) from None


class Position:
    """How far the parts were handed out, which is behind what was received."""

    def __init__(self, last_event_id: str | None, cursor: RunCursor | None = None) -> None:
        """Begin at a cursor, else after an event that the caller named, else at the beginning."""
        self.parts = 0
        self.last = cursor.last_event_id if cursor else last_event_id
        self._after = cursor.after if cursor else last_event_id
        self._seen: Sequence[str] = cursor.seen if cursor else ()
        self._given: list[ServerSentEvent] = []

    def passed(self, event: ServerSentEvent) -> None:
        """Note that an event with an id was handed out; without one it is just a part more."""
        self.parts += 1
        if event.id != self.last:
            self._after, self.last, self._seen, self._given = self.last, event.id, (), [event]
        else:
            self._given.append(event)
            del self._given[:-_OF_ONE_ID]

    def cursor(self, **where: Any) -> RunCursor:
        """Return the place as a cursor; `where` are the fields that say of what."""
        seen = [*self._seen, *map(digest, self._given)]
        return RunCursor(last_event_id=self.last, after=self._after, seen=seen, **where)


def digest(event: ServerSentEvent) -> str:
    """Return what tells an event from the others of its id, in any process."""
    text = blake2b(event.event.encode(errors="replace"), digest_size=8)
    text.update(b"\0" + event.data)
    return text.hexdigest()


def address(url: str) -> tuple[str, str, int | None, str]:
    """Return what a server is reached by: two URLs of it may be written differently."""
    parts = urlsplit(url)
    try:
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:  # no URL of a client
        port = None
    return parts.scheme, parts.hostname or "", port, parts.path.rstrip("/")
