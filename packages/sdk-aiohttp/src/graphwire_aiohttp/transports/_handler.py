"""What receives the bytes of a connection, and puts a body in chunks together before aiohttp does.

aiohttp's parser, though written in C, calls three methods for every chunk, and servers of this API
send each event as a chunk of its own.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import StreamReader
from aiohttp.client_proto import ResponseHandler

from graphwire_core.transports._chunks import Chunks, Inlet

__all__ = ["Handler"]


class Handler(ResponseHandler):
    """Hands the parser the head of a response and its end; the body goes past it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._inlet = Inlet()
        self._content: StreamReader | None = None
        self._chunks: Chunks | None = None
        self._is_paused = False

    def set_response_params(self, *, skip_payload: bool = False, **options: Any) -> None:
        """Expect a response."""
        self._content = self._chunks = None
        if not skip_payload:
            self._inlet.expect()
        super().set_response_params(skip_payload=skip_payload, **options)

    def feed_data(self, data: Any, size: int = 0) -> None:
        """Take a response from the parser: its head, and what its body is read from."""
        self._content = data[1]
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """Take what arrived; nothing, where the parser is to go on with what it has."""
        if self._chunks is None or not data:
            super().data_received(self._inlet.admit(data))
            body, content = self._inlet.taken(), self._content
            if body is None or content is None:
                return
            content.begin_http_chunk_receiving()  # what it expects before the first byte
            self._chunks = Chunks()
        else:
            self.start_timeout()
            body = data
        if body:
            self._put_together(self._chunks, body)

    def pause_reading(self) -> None:
        """Let the server wait."""
        self._is_paused = True
        super().pause_reading()

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001  # aiohttp's
        """Receive again; aiohttp asks for it after every read, paused or not."""
        if self._is_paused:
            self._is_paused = False
            super().resume_reading(resume_parser)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """Fail; aiohttp leaves who waits for the body waiting, where the body is what is wrong."""
        super().set_exception(exc, *cause)
        content = self._content
        if content is not None and not content.is_eof() and content.exception() is None:
            content.set_exception(exc)

    def _put_together(self, chunks: Chunks, body: bytes) -> None:
        piece, content = chunks.feed(body), self._content
        if piece and content is not None:
            content.feed_data(piece)
        if chunks.rest is not None:
            self._chunks = None
            super().data_received(chunks.rest)
