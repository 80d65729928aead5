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
from typing import Final

from graphwire_core.errors import InvalidArgumentError, StreamProtocolError
from graphwire_stream._blocks import ServerSentEvent, Shape, UsualBlocks, ending

__all__ = ["SSEDecoder", "ServerSentEvent"]

_LF: Final = 10
_CR: Final = 13
_COLON: Final = 58
_BOM: Final = b"\xef\xbb\xbf"
# int() refuses very long digit strings, and nobody waits for 10 ** 15 milliseconds.
_RETRY_DIGITS: Final = 15
_MAX_EVENT_SIZE: Final = 256 * 1024 * 1024


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
        self._in_comment = False
        self._usual = UsualBlocks()
        self._pending = 0  # bytes of a block that is not complete yet
        self._last = 0  # the last of them
        self._buffer = BytesIO()  # all of them, or just the data where the block
        self._cut: Shape | None = None  # is a usual one, cut off in its data

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
        pos = self._more_data(self._cut, chunk, events) if self._cut and chunk else 0
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
        self._complete()
        self._finish_block(self._take(b""), events)
        return events

    def _without_bom(self, start: bytes, chunk: bytes) -> bytes:
        head = start + chunk if start else chunk
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._start = head
            return b""
        self._start = None
        return head.removeprefix(_BOM)

    def _usual_blocks(self, chunk: bytes, pos: int, events: list[ServerSentEvent]) -> int:
        """Decode blocks that need no look at their lines, and keep the data of one that is cut."""
        end, cut = self._usual.read(chunk, pos, self.last_event_id, events)
        if end > pos:
            self.last_event_id = events[-1].id or self.last_event_id
        if cut is None:
            return end
        self._cut = cut
        self._keep(chunk, end, end + len(cut.head))
        return len(chunk)

    def _more_data(self, cut: Shape, chunk: bytes, events: list[ServerSentEvent]) -> int:
        """Take more of a usual block's data, or its end; return where the next block begins.

        That is 0, with the block as any other, where the block turns out to be unusual, or its end
        is cut off too.
        """
        line_end = chunk.find(b"\n")
        cr = chunk.find(b"\r", 0, line_end if line_end >= 0 else len(chunk))
        whole = self._pending + len(chunk)
        if self._limit is None or whole <= self._limit:
            if line_end < 0 and cr < 0:
                self._keep(chunk, 0, 0)
                return len(chunk)
            end = line_end - cut.crlf
            if end >= 0 and cr == (end if cut.crlf else -1):
                event_id, following = ending(chunk, end, cut.id_mark, cut.blank)
                if following:
                    self.last_event_id = event_id or self.last_event_id
                    value = self._take(memoryview(chunk)[:end])
                    cursor = self.last_event_id or None
                    events.append(ServerSentEvent(cut.event, value, cursor, bool(event_id)))
                    return following
        self._complete()
        return 0

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
            self._keep(data, pos, pos)
            return len(data)
        next_block = _next_line(data, end)
        block = self._take(memoryview(data)[pos:next_block])
        if not self._usual_blocks(block, 0, events):
            self._finish_block(block, events)
        return next_block

    def _keep(self, chunk: bytes, block: int, start: int) -> None:
        """Keep the rest of a chunk from `start` on, where the `block` begins there or before."""
        self._buffer.write(memoryview(chunk)[start:] if start else chunk)
        self._pending += len(chunk) - block
        self._last = chunk[-1]

    def _complete(self) -> None:
        """Keep all of a block whose data alone was kept."""
        if self._cut is not None:
            data = self._buffer.getvalue()
            self._buffer = BytesIO()
            self._buffer.write(self._cut.head)
            self._buffer.write(data)
            self._cut = None

    def _take(self, rest: bytes | memoryview) -> bytes:
        buffer = self._buffer
        buffer.write(rest)
        self._buffer = BytesIO()
        self._pending = 0
        self._cut = None
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


def _split_field(line: bytes) -> tuple[bytes, bytes]:
    """Split a line at its first colon and drop one space after it, copying the value once."""
    colon = line.find(b":")
    if colon < 0:
        return line, b""
    return line[:colon], line[colon + 1 + line.startswith(b" ", colon + 1) :]
