"""Server-sent events: bytes in, events out.

This module owns the framing alone. It decodes no JSON, keeps no clock and never reconnects: a
driver feeds it what a response delivers, one decoder for each connection.

The rules are those of the WHATWG HTML standard (section 9.2, "Server-sent events"), with these
differences, which the servers of this API ask for:

- A block with an event name and no data is an event with empty data; browsers drop it. Servers
  have ended streams with a bare `event: end`.
- A block cut off by a clean end of the body is an event too (`SSEDecoder.flush`).
- An event without a name is named `""`, not `"message"`.
- `retry` counts from the end of its block, like `id`, and in a block without data too.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final, NamedTuple

from graphwire_core.errors import InvalidArgumentError, StreamProtocolError

__all__ = ["SSEDecoder", "ServerSentEvent"]

_LF: Final = 10
_CR: Final = 13
_COLON: Final = 58
_BOM: Final = b"\xef\xbb\xbf"
# How far the quick path looks for the ends of `event:` and `id:` lines. Bounded, so that a stream
# with other line ends cannot make it search the whole chunk once for every block.
_NAME_LINE: Final = 512
_ID_LINE: Final = 256
_SHAPES: Final = 64  # how many to remember; names with the namespace of a task are endless
# int() refuses very long digit strings, and nobody waits for 10 ** 15 milliseconds.
_RETRY_DIGITS: Final = 15
_MAX_EVENT_SIZE: Final = 256 * 1024 * 1024
_new_tuple = tuple.__new__  # takes half the time that calling a NamedTuple does


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


class _Shape(NamedTuple):
    """How a usual block begins; as a rule the next block begins in the same way."""

    head: bytes
    """All of it up to the data."""
    event: str
    id_mark: bytes
    """End of the data line and beginning of the `id` line."""
    blank: bytes
    """End of the last line and the blank line."""
    crlf: int
    """1 where lines end in CRLF, 0 for LF."""


_FIRST_SHAPE: Final = _Shape(b"event: metadata\r\ndata: ", "metadata", b"\r\nid: ", b"\r\n\r\n", 1)


class SSEDecoder:
    """Decode one event stream, whatever the chunks its bytes arrive in.

    After a dropped connection leave out `flush` and start a new decoder at `last_event_id`: what
    was pending is discarded with its `id`, so that resuming delivers it again.
    `max_event_size` bounds the bytes of one block, line ends and fields included (256 MiB unless
    told, `None`: no bound).

    Raises:
        InvalidArgumentError: `max_event_size` is not a positive number.
    """

    last_event_id: str | None
    """Id after the last complete block: `None` until known, `""` after an empty `id` field."""
    retry: int | None
    """Milliseconds of the last valid `retry` field."""
    comments: int
    """How many comment lines were seen. Servers send them as heartbeats."""

    def __init__(
        self, *, last_event_id: str | None = None, max_event_size: int | None = _MAX_EVENT_SIZE
    ) -> None:
        if max_event_size is not None and max_event_size <= 0:
            raise InvalidArgumentError(
                "max_event_size", "a positive number of bytes or None", repr(max_event_size)
            )
        self.last_event_id = last_event_id
        self.retry = None
        self.comments = 0
        self._limit = max_event_size
        self._failed = False
        self._start: bytes | None = b""  # what may still become a BOM, None once that is settled
        self._shape = _FIRST_SHAPE
        self._shapes: dict[bytes, _Shape] = {}
        self._in_comment = False
        self._buffer = BytesIO()  # beginning of a block that is not complete yet
        self._pending = 0  # bytes in the buffer
        self._last = 0  # the last of them

    @property
    def pending(self) -> int:
        """Number of bytes received of an event that is not complete yet."""
        return self._pending

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes of the body and return the events that they complete.

        Raises:
            StreamProtocolError: An event exceeds `max_event_size`. Events that precede it are
                returned first; the error then comes with the next call.
        """
        if self._failed:
            self._check()
        if self._start is not None:
            chunk = self._without_bom(self._start, chunk)
        events: list[ServerSentEvent] = []
        size = len(chunk)
        pos = 0
        breaks: _Breaks | None = None
        plain = self._limit is None or size <= self._limit
        while pos < size:
            if plain and not self._pending and not self._in_comment:
                pos = self._usual_blocks(chunk, pos, events)
                if pos == size:
                    break
            breaks = breaks or _Breaks(chunk)
            pos = self._step(breaks, pos, events)
        if not events:
            self._check()
        return events

    def flush(self) -> list[ServerSentEvent]:
        """Return the event that was pending when the body ended cleanly, if there was one.

        Raises:
            StreamProtocolError: An event before it exceeds `max_event_size`.
        """
        self._check()
        self.comments += self._in_comment
        self._in_comment = False
        events: list[ServerSentEvent] = []
        self._finish_block(self._take(b""), events)
        return events

    def _without_bom(self, start: bytes, chunk: bytes) -> bytes:
        head = start + chunk if start else chunk
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._start = head
            return b""
        self._start = None
        return head.removeprefix(_BOM)

    def _usual_blocks(self, data: bytes, pos: int, events: list[ServerSentEvent]) -> int:
        """Decode blocks from `pos` on that look as this API's servers write them.

        These are `event: `, `data: ` and perhaps `id: `, one line each, all ending alike, in LF or
        CRLF. Returns where the first block begins that is different or not complete.
        """
        find, at, size = data.find, data.startswith, len(data)
        cursor = self.last_event_id
        head, name, id_mark, blank, crlf = self._shape
        while pos < size:
            if not at(head, pos):
                shape = self._other_shape(data, pos)
                if shape is None:
                    break
                head, name, id_mark, blank, crlf = self._shape = shape
            start = pos + len(head)
            end = find(b"\n", start) - crlf
            if end < start:
                break
            value = data[start:end]
            if _CR in value:
                break
            if has_id := at(id_mark, end):
                id_start = end + len(id_mark)
                end = find(blank, id_start, id_start + _ID_LINE)
                if end < 0:
                    break
                text = data[id_start:end].decode("utf-8", "replace")
                if not text or not text.isprintable():
                    break  # an empty id, a NUL in it, or another line before the blank one
                cursor = text
            elif not at(blank, end):
                break
            events.append(_new_tuple(ServerSentEvent, (name, value, cursor or None, has_id)))
            pos = end + len(blank)
        self.last_event_id = cursor
        return pos

    def _other_shape(self, data: bytes, pos: int) -> _Shape | None:
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

    def _step(self, breaks: _Breaks, pos: int, events: list[ServerSentEvent]) -> int:
        """Take one comment, blank line or block, or the rest of the chunk; return where it ends."""
        if not self._pending:
            first = breaks.data[pos]
            if self._in_comment or first == _COLON:
                return self._comment(breaks, pos)
            if first in (_LF, _CR):
                return _next_line(breaks.data, pos)
        return self._block(breaks, pos, events)

    def _comment(self, breaks: _Breaks, pos: int) -> int:
        """Drop a comment line that precedes a block.

        It is not kept for the block: a heartbeat counts when it arrives, and heartbeats must not
        pile up where a server sends no blank line after them.
        """
        end = breaks.line_end(pos)
        self._in_comment = end < 0
        if end < 0:
            return len(breaks.data)
        self.comments += 1
        return _next_line(breaks.data, end)

    def _block(self, breaks: _Breaks, pos: int, events: list[ServerSentEvent]) -> int:
        data = breaks.data
        whole = self._pending and _is_blank_line(self._last, data[pos])
        end = pos if whole else breaks.block_end(pos)
        received = (end + 1 if end >= 0 else len(data)) - pos
        if self._limit is not None and self._pending + received > self._limit:
            self._failed = True
            self._take(b"")
            return len(data)
        if end < 0:
            self._keep(data, pos)
            return len(data)
        next_block = _next_line(data, end)
        if not self._pending:
            self._finish_block(data[pos:next_block], events)
        else:
            # Whole now, the block is likely one of the usual ones: that saves copies of its data.
            block = self._take(memoryview(data)[pos:next_block])
            if not self._usual_blocks(block, 0, events):
                self._finish_block(block, events)
        return next_block

    def _keep(self, data: bytes, pos: int) -> None:
        self._buffer.write(memoryview(data)[pos:] if pos else data)
        self._pending += len(data) - pos
        self._last = data[-1]

    def _take(self, rest: bytes | memoryview) -> bytes:
        buffer = self._buffer
        buffer.write(rest)
        self._buffer = BytesIO()
        self._pending = 0
        return buffer.getvalue()

    def _finish_block(self, block: bytes, events: list[ServerSentEvent]) -> None:
        """Interpret a block of any form, line by line."""
        name = ""
        values: list[bytes] = []
        new_id: str | None = None
        for line in block.splitlines():
            field, value = _split_field(line)
            if field == b"data":
                values.append(value)
            elif field == b"event":
                name = value.decode("utf-8", "replace")
            elif field == b"id" and b"\0" not in value:
                new_id = value.decode("utf-8", "replace")
            elif field == b"retry" and value.isdigit() and len(value) <= _RETRY_DIGITS:
                self.retry = int(value)
            elif line.startswith(b":"):
                self.comments += 1
        if new_id is not None:
            self.last_event_id = new_id
        if name or values:
            cursor = self.last_event_id or None
            events.append(ServerSentEvent(name, b"\n".join(values), cursor, bool(new_id)))

    def _check(self) -> None:
        if self._failed:
            raise StreamProtocolError(
                f"an event of the stream exceeds max_event_size ({self._limit} bytes); "
                f"the last event id before it is {self.last_event_id!r}"
            )


class _Breaks:
    """Line ends of one chunk, searched for once however many blocks the chunk holds.

    Positions asked for must not go back.
    """

    __slots__ = ("_cr", "_lf", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._lf = self._cr = -1

    def line_end(self, pos: int) -> int:
        """Return the index of the first LF or CR at or after `pos`, -1 if there is none."""
        size = len(self.data)
        if self._lf < pos:
            self._lf = self.data.find(b"\n", pos) % (size + 1)  # the end where there is none
        if self._cr < pos:
            self._cr = self.data.find(b"\r", pos) % (size + 1)
        end = min(self._lf, self._cr)
        return end if end < size else -1

    def block_end(self, pos: int) -> int:
        """Return the index of the LF or CR that makes the first blank line, -1 if there is none."""
        data = self.data
        last = len(data) - 1
        end = self.line_end(pos)
        while 0 <= end < last:
            if _is_blank_line(data[end], data[end + 1]):
                return end + 1
            end = self.line_end(end + 1)
        return -1


def _is_blank_line(before: int, byte: int) -> bool:
    """Tell whether `byte` ends an empty line, `before` being the byte that precedes it."""
    return (byte == _CR and before in (_CR, _LF)) or byte == before == _LF


def _next_line(data: bytes, pos: int) -> int:
    """Return where the line after the line end at `pos` begins.

    The LF of a CRLF may come with the next chunk. It is a blank line then, which does no harm: this
    is asked only where a blank line means nothing.
    """
    return pos + 1 + (data[pos] == _CR and data.startswith(b"\n", pos + 1))


def _learn_shape(head: bytes) -> _Shape | None:
    """Return how blocks that begin with `head` look, `None` if it is not a usual beginning."""
    if not (head.startswith(b"event: ") and head.endswith(b"\ndata: ")):
        return None
    crlf = head[-8] == _CR
    name = head[7 : -7 - crlf]
    if _CR in name:
        return None
    eol = b"\r\n" if crlf else b"\n"
    return _Shape(head, name.decode("utf-8", "replace"), eol + b"id: ", eol + eol, int(crlf))


def _split_field(line: bytes) -> tuple[bytes, bytes]:
    """Split a line at its first colon and drop one space after it, copying the value once."""
    colon = line.find(b":")
    if colon < 0:
        return line, b""
    return line[:colon], line[colon + 1 + line.startswith(b" ", colon + 1) :]
