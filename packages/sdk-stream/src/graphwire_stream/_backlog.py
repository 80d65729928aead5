"""The messages of a stream, which most readers never ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from graphwire_stream._sse import ServerSentEvent
from graphwire_stream.messages import Message, MessageAccumulator, MessageUpdate

__all__ = ["Backlog"]

_LARGEST: Final = 1 << 20
"""Bytes of memory for events that wait; more are put together unasked."""

_MESSAGES: Final = "messages"
"""How the names of events begin that messages are made of."""

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
        self._finished = False
        # Data of events, by the name that those in a row have. Kept as events, they would all be
        # walked by the collector of garbage, again and again, as their number grows.
        self._waiting: list[tuple[str, list[bytes]]] = []
        self._name = ""
        self._last: list[bytes] = []
        self._size = 0

    def feed(self, name: str, data: Any) -> Sequence[MessageUpdate]:
        """Take the decoded data of an event; return what it did to messages."""
        if not name.startswith(_MESSAGES):
            return ()
        self._catch_up()
        return self._accumulator.feed(name, data)

    def keep(self, name: str, data: bytes) -> None:
        """Keep the data of an event for when somebody asks."""
        if name != self._name:
            if not name.startswith(_MESSAGES):
                return
            self._name, self._last = name, []
            self._waiting.append((name, self._last))
        self._last.append(data)
        self._size += len(data) + _EACH
        if self._size > _LARGEST:
            self._catch_up()

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
        for name, waiting in self._waiting:
            for data in waiting:
                event = ServerSentEvent(name, data, None, has_id=False)
                self._accumulator.feed(name, self._decode(event))
        self._waiting, self._name, self._last, self._size = [], "", [], 0
