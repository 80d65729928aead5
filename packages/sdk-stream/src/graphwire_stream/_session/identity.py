"""Which event is which: the same event is found again on another connection.

`seq` counts per connection. An `event_id` is `<stored entry>[.<n>]`, where `n` also counts events
that only live connections get, or `synth:<run>:…`, whose separators differ between SSE and
WebSocket. So an event is identified by its stored entry, its method and namespace, and its place
among those that share them; the server repeats all of it in the same order on every connection.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from graphwire_stream._session.item import Item

__all__ = ["Identifier", "Identity", "Seen", "run_of"]

Identity = tuple[int | None, str, str, tuple[str, ...], int]
"""Milliseconds of the stored entry, entry, method (`custom` with content), namespace, place."""

_IDS: Final = 20_000
"""Events of a connection among which a repetition is found: twice the server's own buffer."""
_ENTRIES: Final = 64
"""Stored entries whose events are still being counted."""
_REMEMBERED: Final = 4096
"""Events that are remembered by name; all that is older counts as seen."""


class Identifier:
    """Names the events of one connection."""

    def __init__(self) -> None:
        self._ids: OrderedDict[tuple[str, str, tuple[str, ...]], None] = OrderedDict()
        self._places: OrderedDict[str, dict[tuple[str, tuple[str, ...]], int]] = OrderedDict()

    def identify(self, item: Item) -> Identity | None:
        """Return the identity of an event; `None` when this connection has brought it already."""
        name = item.event_id or repr(item.frame.get("params"))
        key = (name, item.method, item.namespace)
        if key in self._ids:
            return None
        self._ids[key] = None
        if len(self._ids) > _IDS:
            self._ids.popitem(last=False)
        entry, milliseconds = _entry(name)
        method = item.method
        if method == "custom":  # some custom events are live only: their place says nothing
            method = f"custom {hash(repr(item.data))}"
        place = self._place(entry, (method, item.namespace))
        return (milliseconds, entry, method, item.namespace, place)

    def _place(self, entry: str, key: tuple[str, tuple[str, ...]]) -> int:
        places = self._places.get(entry)
        if places is None:
            places = self._places[entry] = {}
            if len(self._places) > _ENTRIES:
                self._places.popitem(last=False)
        place = places[key] = places.get(key, -1) + 1
        return place


class Seen:
    """The identities that one reader has met, in bounded memory.

    The server sends stored events in order, so that all that is older than what is remembered has
    been seen.
    """

    def __init__(self) -> None:
        self._recent: OrderedDict[Identity, None] = OrderedDict()
        self._floor = -1

    def add(self, identity: Identity) -> bool:
        """Note an identity; return whether it is new."""
        milliseconds = identity[0]
        if identity in self._recent:
            return False
        if milliseconds is not None and milliseconds <= self._floor:
            return False
        self._recent[identity] = None
        if len(self._recent) > _REMEMBERED:
            self._forget(milliseconds)
        return True

    def _forget(self, now: int | None) -> None:
        """Forget the oldest millisecond, all of its events at once, but never the latest one."""
        oldest = next(iter(self._recent))[0]
        if oldest is not None and oldest == now:
            return
        if oldest is None:  # of no moment: keep it, and look at it again much later
            self._recent.move_to_end(next(iter(self._recent)))
            if len(self._recent) > 2 * _REMEMBERED:
                self._recent.popitem(last=False)
            return
        self._floor = max(self._floor, oldest)
        while self._recent and next(iter(self._recent))[0] == oldest:
            self._recent.popitem(last=False)


def run_of(event_id: str | None) -> str | None:
    """Return the run that a synthetic event belongs to, `None` for a stored one."""
    if event_id is None:
        return None
    kind, _, rest = event_id.partition(":")
    return rest.partition(":")[0] or None if kind == "synth" else None


def _entry(event_id: str) -> tuple[str, int | None]:
    if event_id.startswith("synth:"):
        return event_id.replace("\ufffd", "\0"), None
    entry = event_id.partition(".")[0]
    head = entry.partition("-")[0]
    return entry, int(head) if head.isascii() and head.isdigit() else None
