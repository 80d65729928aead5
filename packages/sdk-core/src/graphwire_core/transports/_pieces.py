"""Large request bodies in pieces, so that the limit of a write counts for each piece alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

__all__ = ["PIECE", "AsyncPieces", "Pieces"]

PIECE = 1 << 16
"""Bytes of a piece. What is smaller fits into the buffers of a socket, and never waits."""


class Pieces:
    """Iterates over a body, as often as is asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._content), PIECE):
            yield bytes(self._content[start : start + PIECE])


class AsyncPieces:
    """The same for async code; httpx takes what iterates in both colours for a sync body."""

    def __init__(self, content: bytes) -> None:
        self._pieces = Pieces(content)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
