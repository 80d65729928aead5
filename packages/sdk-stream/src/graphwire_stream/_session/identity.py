"""Which event is which: the same event is found again on another connection.

`seq` counts per connection. An `event_id` is `<stored entry>[.<n>]`, where `n` also counts events
that only live connections get, or `synth:<run>:…`, whose separators differ between SSE and
WebSocket. So an event is identified by its stored entry, its method and namespace, and its place
among those that share them; the server repeats all of it in the same order on every connection.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from graphwire_stream._session.interest import Namespace
from graphwire_stream._session.item import Item

__all__ = ["Identifier", "Identity", "Seen", "run_of"]

Identity = tuple[int | None, str, str, Namespace, int]
"""Milliseconds of the stored entry, entry, method (`custom` with content), namespace, place."""

Kind = tuple[str, Namespace]
"""Method and namespace of an event."""

_IDS: Final = 20_000
"""Events of a connection among which a repetition is found: twice the server's own buffer."""
_ENTRIES: Final = 64
"""Stored entries whose events are still being counted."""
_REMEMBERED: Final = 4096
"""Events that are remembered by name; all that is older counts as seen."""


class Identifier:
    """Names the events of one connection.

    Nearly all are the first of a stored entry that is newer than any before it. Such a one is no
    repetition; it is noted, and looked at again only when an event comes that is not newer.
    """

    def __init__(self) -> None:
        self._newest = -1
        self._kind: Kind = ("", ())
        self._noted = _Firsts()
        self._ids: OrderedDict[tuple[str, str, Namespace], None] = OrderedDict()
        self._places: OrderedDict[str, dict[Kind, int]] = OrderedDict()

    def identify(self, item: Item) -> Identity | None:
        """Return the identity of an event; `None` when this connection has brought it already."""
        name = item.event_id or repr(item.frame.get("params"))
        head = name.partition("-")[0]
        milliseconds = int(head) if head.isdigit() and head.isascii() else None
        if milliseconds is not None and milliseconds > self._newest:
            self._newest = milliseconds
            if "." not in name and item.method != "custom":
                if self._kind != (item.method, item.namespace):
                    self._kind = (item.method, item.namespace)
                self._noted.add(name, self._kind)
                return (milliseconds, name, *self._kind, 0)
        return self._repeatable(item, name, milliseconds)

    def _repeatable(self, item: Item, name: str, milliseconds: int | None) -> Identity | None:
        """Identify what is not newer than all before it."""
        method, namespace = item.method, item.namespace
        key = (name, method, namespace)
        if key in self._ids:
            return None
        if milliseconds is not None and self._noted.has(name, (method, namespace)):
            return None
        self._ids[key] = None
        if len(self._ids) > _IDS:
            self._ids.popitem(last=False)
        synthetic = name.startswith("synth:")
        entry = name.replace("\ufffd", "\0") if synthetic else name.partition(".")[0]
        if method == "custom":  # some custom events are live only: their place says nothing
            method = f"custom {hash(repr(item.data))}"
        return (milliseconds, entry, method, namespace, self._place(entry, (method, namespace)))

    def _place(self, entry: str, kind: Kind) -> int:
        places = self._places.get(entry)
        if places is None:
            places = self._places[entry] = dict.fromkeys(self._noted.latest(entry), 0)
            if len(self._places) > _ENTRIES:
                self._places.popitem(last=False)
        place = places[kind] = places.get(kind, -1) + 1
        return place


class Seen:
    """The identities that one reader has met, in bounded memory.

    The server sends stored events in order, so that all that is older than what is remembered has
    been seen, and what is newer than any has not.
    """

    def __init__(self) -> None:
        self._recent = _Recent()
        self._timeless: OrderedDict[Identity, None] = OrderedDict()
        self._newest = -1
        self._floor = -1

    def add_newer(self, identities: Sequence[Identity]) -> bool:
        """Note events, each newer than the one before; `False`, and not, if one may be known."""
        first, last = identities[0][0], identities[-1][0]
        if first is None or last is None or first <= self._newest:
            return False
        self._newest = last
        recent = self._recent.keys
        recent.extend(identities)
        if len(recent) > 5 * _REMEMBERED // 4:
            self._forget()
        return True

    def add(self, identity: Identity) -> bool:
        """Note an identity; return whether it is new."""
        milliseconds = identity[0]
        if milliseconds is None:
            return self._add_timeless(identity)
        if milliseconds > self._newest:
            self._newest = milliseconds
        elif milliseconds <= self._floor or identity in self._recent:
            return False
        recent = self._recent.keys
        recent.append(identity)
        if len(recent) > 5 * _REMEMBERED // 4:
            self._forget()
        return True

    def _add_timeless(self, identity: Identity) -> bool:
        if identity in self._timeless:
            return False
        self._timeless[identity] = None
        if len(self._timeless) > _REMEMBERED:
            self._timeless.popitem(last=False)
        return True

    def _forget(self) -> None:
        """Forget the oldest, but none of the latest millisecond: more of it may come."""
        recent = self._recent.keys
        latest = bisect_left(recent, self._newest, key=lambda one: one[0] or 0)
        number = min(len(recent) - _REMEMBERED, latest)
        if number > 0:
            dropped = max(one[0] or 0 for one in recent[:number])
            self._floor = max(self._floor, min(dropped, self._newest - 1))
            self._recent.forget(number)


class _Firsts:
    """The first events of stored entries, in the order they came, by name.

    They are indexed when one is looked up: on most connections none ever is. A name and a reference
    is all that is kept of each, for there are many.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._kinds: list[Kind] = []
        self._index: dict[str, Kind] = {}
        self._indexed = 0

    def add(self, name: str, kind: Kind) -> None:
        """Note an event; forget the oldest, many at a time."""
        self._names.append(name)
        self._kinds.append(kind)
        if len(self._names) > 5 * _IDS // 4:
            del self._names[: _IDS // 4]
            del self._kinds[: _IDS // 4]
            self._index.clear()
            self._indexed = 0

    def has(self, name: str, kind: Kind) -> bool:
        """Whether an event was noted."""
        at = self._indexed
        if at < len(self._names):
            self._index.update(zip(self._names[at:], self._kinds[at:], strict=True))
            self._indexed = len(self._names)
        return self._index.get(name) == kind

    def latest(self, entry: str) -> list[Kind]:
        """Return what was noted of an entry, if it is one of the latest."""
        names, kinds = self._names[-_ENTRIES:], self._kinds[-_ENTRIES:]
        return [kind for name, kind in zip(names, kinds, strict=True) if name == entry]


class _Recent:
    """Identities in the order they came. They are indexed when one is looked up."""

    def __init__(self) -> None:
        self.keys: list[Identity] = []
        self._index: set[Identity] = set()
        self._indexed = 0

    def __contains__(self, key: Identity) -> bool:
        if self._indexed < len(self.keys):
            self._index.update(self.keys[self._indexed :])
            self._indexed = len(self.keys)
        return key in self._index

    def forget(self, number: int) -> None:
        """Drop the oldest."""
        del self.keys[:number]
        self._index.clear()
        self._indexed = 0


def run_of(event_id: str | None) -> str | None:
    """Return the run that a synthetic event belongs to, `None` for a stored one."""
    if event_id is None:
        return None
    kind, _, rest = event_id.partition(":")
    return rest.partition(":")[0] or None if kind == "synth" else None
