"""The chunks that a server cuts a body into (RFC 9112, section 7.1), put together as they come.

Servers of this API send each event as a chunk of its own, and the parsers of HTTP libraries make
several objects of each. So the bytes of such a body are kept from the parser, and put together
here. The parser gets the end, and whatever is unusual: what is right and wrong is for it to say,
and it knows when the connection can be used again.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["Chunks", "Inlet"]

_END: Final = b"\r\n\r\n"
_EOL: Final = b"\r\n"
_LONGEST_HEAD: Final = 1 << 18
_LONGEST_SIZE: Final = 18
"""Bytes of a line that says how large a chunk is, its end included."""
_SIZE: Final = re.compile(rb"[0-9a-fA-F]{1,16}")
_UNFINISHED: Final = re.compile(rb"(\r\n)?[0-9a-fA-F]{0,16}\r?")
_REMEMBERED: Final = 1024
"""Sizes whose digits are read once."""


class Inlet:
    """What comes from a server, on its way to the parser; a body in chunks is held back."""

    def __init__(self) -> None:
        self.held: bytes | None = None
        """The body in chunks as far as it came with the head, `None` if it is not held back."""
        self._awaits_head = False
        self._head = b""

    def expect(self) -> None:
        """Expect the head of a response: a request is being sent."""
        self.held = None
        self._awaits_head = True
        self._head = b""

    def admit(self, data: bytes) -> bytes:
        """Return the bytes that the parser may see now; the rest is held."""
        if not self._awaits_head:
            return data
        head = self._head + data if self._head else data
        end = head.find(_END)
        if end < 0:
            self._head = head
            self._awaits_head = len(head) < _LONGEST_HEAD
            return data
        end += len(_END)
        self._awaits_head, self._head = False, b""
        if not _is_in_chunks(head[:end]):
            return data
        self.held = head[end:]
        return data[: len(data) - len(self.held)]

    def taken(self) -> bytes | None:
        """Return what is held back, which is the caller's to read from now on."""
        held, self.held = self.held, None
        return held


class Chunks:
    """Puts a body together."""

    def __init__(self) -> None:
        self.rest: bytes | None = None
        """What the parser has to see next: the end of the body, or what is unusual about it."""
        self._left = 0  # bytes of data that are still to come of the chunk
        self._part = b""  # of what stands between the data of two chunks
        self._due = False  # whether that begins with the line end after the data of the first
        self._sizes: dict[bytes, int] = {}

    def feed(self, data: bytes) -> bytes:
        """Take what arrived; return what it brings of the body.

        Nothing may be fed once there is a `rest`.
        """
        left = self._left
        if left >= len(data):
            self._left = left - len(data)
            return data
        pieces: list[bytes] = []
        if left:
            pieces.append(data[:left])
            self._left = 0
        elif self._part:
            data, self._part = self._part + data, b""
        self._walk(data, left, pieces)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _walk(self, data: bytes, pos: int, pieces: list[bytes]) -> None:
        """Collect the data of every chunk from `pos` on, which is behind the data of one."""
        find, at, sizes, size = data.find, data.startswith, self._sizes, len(data)
        due = self._due
        while True:
            begin = pos
            if due:
                if not at(_EOL, pos):
                    break
                pos += 2
            line_end = find(_EOL, pos, pos + _LONGEST_SIZE)
            if line_end < 0:
                break
            line = data[pos:line_end]
            length = sizes.get(line) or self._size(line)
            if not length:
                self.rest = data[pos:]
                return
            start = line_end + 2
            pos = start + length
            pieces.append(data[start:pos])
            due = self._due = True
            if pos > size:
                self._left = pos - size
                return
        part = data[begin:]
        if _UNFINISHED.fullmatch(part):
            self._part = part
        elif due:  # a line end that is missing is made an empty line, which is no size
            self.rest = part[2:] if part.startswith(_EOL) else _EOL + part
        else:
            self.rest = part

    def _size(self, line: bytes) -> int:
        """Return the number of bytes of a chunk, 0 for the last and for what is unusual."""
        if not _SIZE.fullmatch(line):
            return 0
        if len(self._sizes) < _REMEMBERED:
            self._sizes[line] = int(line, 16)
        return int(line, 16)


def _is_in_chunks(head: bytes) -> bool:
    """Tell whether a body in chunks follows, and is not compressed."""
    lines = head.lower()
    return (
        lines.startswith(b"http/1.1 200 ")
        and b"\r\ntransfer-encoding: chunked\r\n" in lines
        and b"\r\ncontent-encoding:" not in lines
    )
