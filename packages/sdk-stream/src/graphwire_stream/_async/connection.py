"""The connection of a stream: the response that its events are read from."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from graphwire_core._async._delivery import AsyncOpened
from graphwire_core._async._sender import AsyncSender
from graphwire_core._operation import Operation
from graphwire_core.errors import RequestTimeout
from graphwire_core.transports._deadline import AsyncDeadline
from graphwire_stream._course import check_origin
from graphwire_stream._events import is_stream, not_a_stream
from graphwire_stream._idle import IdleWindow
from graphwire_stream._sse import ServerSentEvent, SSEDecoder

__all__ = ["AsyncConnection"]

_AT_ONCE: Final = 1 << 16
"""Bytes that are decoded at once: what a fast stream has ahead need not all be events already."""


class AsyncConnection:
    """Reads events from one response at a time, each decoded where the one before it was cut."""

    def __init__(self, sender: AsyncSender, last_event_id: str | None, idle: IdleWindow) -> None:
        self._sender = sender
        self._idle = idle
        self._response: AsyncOpened | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._unread: Iterator[bytes] = iter(())
        self.decoder = SSEDecoder(last_event_id=last_event_id)

    @property
    def is_open(self) -> bool:
        """Whether there is a response to read from."""
        return self._response is not None

    async def open(self, operation: Operation[Any], *, again: bool = False) -> Mapping[str, str]:
        """Send an operation, only once when `again`; return the headers of the stream it brings.

        Raises:
            StreamProtocolError: The answer is no event stream, or leads to another origin.
        """
        self._idle.interrupted()
        response = await self._sender_of(again=again).open(operation)
        if not is_stream(response.status_code, response.headers):
            body = await response.read()
            raise not_a_stream(operation, response.status_code, response.headers, body)
        self._response = response
        check_origin(self._sender.exchange.base_url, response.headers.get("location"))
        self._chunks = response.aiter_bytes()
        self.decoder = SSEDecoder(last_event_id=self.decoder.last_event_id)
        return response.headers

    async def read(self) -> list[ServerSentEvent] | None:
        """Return the events that arrive next, perhaps none; `None` at the end of the body.

        Raises:
            RequestTimeout: Nothing was heard for longer than the server's heartbeats allow.
        """
        piece = next(self._unread, None)
        if piece is None:
            chunks, limit = self._chunks, self._idle.seconds
            if chunks is None:
                return None
            if limit is None:
                piece = await anext(chunks, None)
            else:
                piece = await self._soon(chunks, limit)
            if piece is None:
                return None
            if len(piece) > _AT_ONCE:
                self._unread = _in_pieces(piece)
                return []
        decoder = self.decoder
        heartbeats = decoder.comments
        events = decoder.feed(piece)
        if heartbeats != decoder.comments:
            heartbeats = decoder.comments - heartbeats
            self._idle.heard(time.monotonic(), heartbeats=heartbeats, events=len(events))
        else:
            self._idle.interrupted()
        return events

    async def aclose(self) -> None:
        """Close the response; the next one may be opened."""
        response, self._response = self._response, None
        self._chunks = None
        self._unread = iter(())
        if response is not None:
            await response.aclose()

    async def _soon(self, chunks: AsyncIterator[bytes], limit: float) -> bytes | None:
        try:
            async with AsyncDeadline(time.monotonic() + limit, self._idle.overdue):
                return await anext(chunks, None)
        except RequestTimeout as error:  # perhaps the transport's, whose limit is the same
            raise self._idle.overdue() from error

    def _sender_of(self, *, again: bool) -> AsyncSender:
        """Return the client's sender, with the limit of silence that is chosen or known.

        To go on has a policy of its own, which the client's retries would multiply.
        """
        sender, exchange = self._sender, self._sender.exchange
        limit = self._idle.read_limit(exchange.timeout.read)
        if not again and limit == exchange.timeout.read:
            return sender
        exchange = replace(
            exchange,
            retry=None if again else exchange.retry,
            timeout=replace(exchange.timeout, read=limit),
        )
        return AsyncSender(exchange, sender.pools, sender.credentials, sender.middleware)


def _in_pieces(chunk: bytes) -> Iterator[bytes]:
    return (chunk[start : start + _AT_ONCE] for start in range(0, len(chunk), _AT_ONCE))
