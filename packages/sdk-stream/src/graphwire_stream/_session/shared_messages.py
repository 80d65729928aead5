"""The messages of a reading, put together once for all who read them from the beginning."""

from __future__ import annotations

from typing import Literal

from graphwire_stream._session.item import Item
from graphwire_stream.messages import MessageAccumulator, MessageUpdate

__all__ = ["SharedMessages"]


class SharedMessages:
    """Puts messages together from events, as far as they are read.

    Readers that began together take the same events in the same order. Whoever comes to one first
    adds it to its message; the others find out what it did. So they share the messages, which may
    be further than one of them has read. A reader that began later, with `shared=False`, has
    messages of its own.
    """

    def __init__(self, *, shared: bool = True) -> None:
        self._shared = shared
        self._accumulator = MessageAccumulator(keep=False)

    def update(self, item: Item) -> MessageUpdate | None:
        """Return what an event did to a message; `None` where it is of none."""
        known: MessageUpdate | Literal[False] | None = item.update
        if known is not None and self._shared:
            return known or None
        update = None
        if item.piece is not None:
            update = self._accumulator.feed_text(item.namespace, item.index, item.piece)
        if update is None:
            update = self._accumulator.feed_protocol(item.namespace, item.data)
        if self._shared:
            item.update = update or False
        return update
