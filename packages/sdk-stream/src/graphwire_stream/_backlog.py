"""The messages of a stream, which most readers never ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from graphwire_stream._sse import ServerSentEvent
from graphwire_stream.messages import Message, MessageAccumulator, MessageUpdate

__all__ = ["Backlog"]

_LARGEST: Final = 1 << 20
"""Bytes of memory for events that wait; more are put together unasked."""

_EACH: Final = 50
"""Bytes of memory that an event takes besides its data."""


class Backlog:
    """Puts messages together from the moment that somebody asks; until then it keeps their events.

    To put a token in its place takes longer than to decode it. A stream that is read part by part
    does without.
    """

    def __init__(self, decode: Callable[[ServerSentEvent], Any]) -> None:
        self._decode = decode
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._accumulator = MessageAccumulator()
        # Names and data of events. Kept as events, they would all be walked by the collector of
        # garbage, again and again, as their number grows.
        self._names: list[str] = []
        self._waiting: list[bytes] = []
        self._size = 0
        self._finished = False

    def feed(self, event: ServerSentEvent, data: Any, *, asked: bool) -> Sequence[MessageUpdate]:
        """Take an event and its data; return what it did to messages, where that is asked for."""
        name = event.event
        if not name.startswith("messages"):
            return ()
        if asked:
            self._catch_up()
            return self._accumulator.feed(name, data)
        self._names.append(name)
        self._waiting.append(event.data)
        self._size += len(event.data) + _EACH
        if self._size > _LARGEST:
            self._catch_up()
        return ()

    def finish(self) -> None:
        """Note that the run is over: see `MessageAccumulator.finish`."""
        self._finished = True
        if not self._waiting:
            self._accumulator.finish()

    def messages(self) -> list[Message]:
        """Return the messages so far."""
        self._catch_up()
        if self._finished:
            self._accumulator.finish()
        return self._accumulator.messages

    def _catch_up(self) -> None:
        for name, data in zip(self._names, self._waiting, strict=True):
            event = ServerSentEvent(name, data, None, has_id=False)
            self._accumulator.feed(name, self._decode(event))
        self._names.clear()
        self._waiting.clear()
        self._size = 0
