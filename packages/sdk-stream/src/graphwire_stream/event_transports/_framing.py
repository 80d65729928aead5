"""Where the frames of a WebSocket begin and end (RFC 6455, section 5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

__all__ = ["Framing"]

_TEXT: Final = 0x81
"""First byte of a message that is text and one frame."""
_SHORT, _MEDIUM, _LONG = 125, 126, 127
"""Length of a payload, or how many bytes say it."""
_MASKED: Final = 0x80


class Framing:
    """Cuts what a server sends into frames.

    Nearly all of them are whole messages of text, and need no more than that; the library takes
    many times as long for it, and gets all others. A frame above `largest` bytes is not waited for.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._rest = bytearray()
        self._wanted = 0

    def cut(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the frames that are complete now, each with the size of its header.

        The size is 0 for a frame that is not the whole of a message of text.
        """
        if self._rest:
            self._rest += data
            if len(self._rest) < self._wanted:
                return
            data = self.rest()
        begin, size = 0, len(data)
        while begin < size:
            header, end = _bounds(data, begin)
            if end - begin > self._largest:
                yield 0, data[begin:]
                return
            if end > size:
                self._rest += memoryview(data)[begin:]
                self._wanted = end - begin
                return
            usual = data[begin] == _TEXT and data[begin + 1] < _MASKED
            yield header if usual else 0, data[begin:end]
            begin = end

    def rest(self) -> bytes:
        """Return what has arrived of a frame that is not complete, and forget it."""
        rest, self._rest = bytes(self._rest), bytearray()
        return rest


def _bounds(data: bytes, begin: int) -> tuple[int, int]:
    """Return the size of a header, and where its frame ends, as far as can be said."""
    start = begin + 2
    if len(data) < start:
        return 2, start
    masked = data[begin + 1] >= _MASKED
    length = data[begin + 1] & ~_MASKED
    if length > _SHORT:
        digits = 2 if length == _MEDIUM else 8
        start += digits
        if len(data) < start:
            return start - begin, start
        length = int.from_bytes(data[start - digits : start])
    start += 4 * masked
    return start - begin, start + length
