"""Blocks of an event stream as the servers of this API write them, decoded without a look at lines.

Such a block is `event: `, `data: ` and perhaps `id: `, one line each, all ending alike, in LF or
CRLF. Any other is the decoder's to read line by line. This module keeps nothing of a stream but
how its blocks look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

__all__ = ["ServerSentEvent", "Shape", "UsualBlocks", "ending"]

_CR: Final = 13
# How far is looked for the ends of `event:` and `id:` lines. Bounded, so that a stream with other
# line ends cannot make it search the whole chunk once for every block.
_NAME_LINE: Final = 512
_ID_LINE: Final = 256
_SHAPES: Final = 64  # how many to remember; names with the namespace of a task are endless
_MANY: Final = 16  # blocks that are decoded at once; for fewer, or large ones, it takes longer
_new_tuple: Any = tuple.__new__  # takes half the time that calling a NamedTuple does


class ServerSentEvent(NamedTuple):
    """One dispatched event, with its data as the bytes that were sent."""

    event: str
    """Name of the event, `""` when the server gave none."""
    data: bytes
    """Values of the `data` lines joined with newlines; `b""` when there were none."""
    id: str | None
    """Last event id of the stream so far, this event's or an earlier one's; `None` if there is none
    or it was reset."""
    has_id: bool
    """Whether `id` was sent with this very event; only then does it identify the event."""


class Shape(NamedTuple):
    """How a usual block looks; as a rule the next one looks the same."""

    head: bytes
    """All of it up to the data."""
    event: str
    id_mark: bytes
    """End of the data line and beginning of the `id` line."""
    blank: bytes
    """End of the last line and the blank line."""
    crlf: int
    """1 where lines end in CRLF, 0 for LF."""


_FIRST_SHAPE: Final = Shape(b"event: metadata\r\ndata: ", "metadata", b"\r\nid: ", b"\r\n\r\n", 1)


class UsualBlocks:
    """Reads usual blocks, and remembers how they look."""

    def __init__(self) -> None:
        self._shape = _FIRST_SHAPE
        self._shapes: dict[bytes, Shape] = {}

    def read(
        self, data: bytes, pos: int, cursor: str | None, events: list[ServerSentEvent]
    ) -> tuple[int, Shape | None]:
        """Decode the usual blocks from `pos` on, where `cursor` is the last id.

        Returns where the first block begins that is different or not complete; and how it looks if
        it is usual so far, and cut off in its data.
        """
        find, at, size, cursor = data.find, data.startswith, len(data), cursor or None
        shape = self._shape
        head, name, id_mark, blank, crlf = shape
        at_once = True
        while pos < size:
            if not at(head, pos):
                other = self._other_shape(data, pos)
                if other is None:
                    break
                head, name, id_mark, blank, crlf = self._shape = shape = other
            start = pos + len(head)
            line_end = find(b"\n", start)
            if line_end < 0:
                return pos, shape if find(b"\r", start) < 0 else None
            end = line_end - crlf
            value = data[start:end]
            if _CR in value:
                break
            event_id, following = ending(data, end, id_mark, blank)
            if not following:
                break
            cursor = event_id or cursor
            event = (name, value, cursor, event_id is not None)
            events.append(_new_tuple(ServerSentEvent, event))
            pos, size_of_one = following, following - pos
            if at_once and size_of_one * _MANY < size - pos and at(head, pos):
                pos = _alike(data, pos, shape, events)
                cursor = events[-1].id
                # What was split in vain is not split again and again, for a few blocks each time.
                at_once = pos - following > (size - following) // 4
        return pos, None

    def _other_shape(self, data: bytes, pos: int) -> Shape | None:
        """Return the shape of a block that begins unlike the one before it, `None` if unusual."""
        line_end = data.find(b"\n", pos, pos + _NAME_LINE)
        if line_end < 0:
            return None
        head = data[pos : line_end + 7]
        shape = self._shapes.get(head)
        if shape is None:
            shape = _learn_shape(head)
            if shape is not None:
                if len(self._shapes) == _SHAPES:
                    self._shapes.clear()
                self._shapes[head] = shape
        return shape


def ending(data: bytes, end: int, id_mark: bytes, blank: bytes) -> tuple[str | None, int]:
    """Return the id of a block whose data ends at `end`, and where the next block begins.

    That is 0 where the block goes on in another way, or is not complete.
    """
    if not data.startswith(id_mark, end):
        return None, end + len(blank) if data.startswith(blank, end) else 0
    start = end + len(id_mark)
    end = data.find(blank, start, start + _ID_LINE)
    event_id = data[start:end].decode("utf-8", "replace") if end > start else ""
    # An empty id resets it; one that cannot be printed has a NUL, or another line in it.
    return event_id, end + len(blank) if event_id and event_id.isprintable() else 0


def _learn_shape(head: bytes) -> Shape | None:
    """Return how blocks that begin with `head` look, `None` if it is not a usual beginning."""
    if not (head.startswith(b"event: ") and head.endswith(b"\ndata: ")):
        return None
    crlf = head[-8] == _CR
    name = head[7 : -7 - crlf]
    if _CR in name:
        return None
    eol = b"\r\n" if crlf else b"\n"
    return Shape(head, name.decode("utf-8", "replace"), eol + b"id: ", eol + eol, int(crlf))


def _alike(data: bytes, pos: int, shape: Shape, events: list[ServerSentEvent]) -> int:
    """Decode the blocks from `pos` on that look like the last event; return where they end.

    That is before the last block of the chunk, which may not be complete, and before any that looks
    different. Nothing is done here for each event alone: that would take three times as long.
    """
    between = shape.blank + shape.head
    blocks = data[pos + len(shape.head) :].split(between)
    blocks.pop()
    while len(blocks) >= _MANY:
        parted = _parted(blocks, shape.id_mark, events[-1])
        if parted is not None:
            found = zip(repeat(shape.event), *parted, repeat(events[-1].has_id), strict=False)
            events.extend(map(_new_tuple, repeat(ServerSentEvent), found))
            return pos + sum(map(len, blocks)) + len(between) * len(blocks)
        del blocks[len(blocks) // 2 :]  # one of them is different
    return pos


def _parted(
    blocks: Sequence[bytes], id_mark: bytes, last: ServerSentEvent
) -> tuple[Sequence[bytes], Iterable[str | None]] | None:
    """Part blocks without head and end into data and ids; `None` where one is unlike the last."""
    values: Sequence[bytes] = blocks
    ids: Iterable[str | None] = repeat(last.id)
    if last.has_id:
        values, marks, tails = zip(*[block.rpartition(id_mark) for block in blocks], strict=True)
        text = b"\n".join(tails).decode("utf-8", "replace")
        ids = text.split("\n")
        printable = text.replace("\n", "").isprintable()
        if not (all(marks) and all(ids) and printable and len(ids) == len(blocks)):
            return None
    joined = b"".join(values)
    return None if b"\n" in joined or _CR in joined else (values, ids)
